"""Start nodes by hand: ``python -m tests.elastic.cluster [--nodes 3] [FOLDER]``; Ctrl-C ends them.

Prints the value for GONGSHENG_STORE. Kill one of the processes to see what happens.
"""

import argparse
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from tests.elastic.node import running_cluster


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--nodes", type=int, default=3)
    arguments.add_argument("folder", nargs="?", type=Path, help="where the data lie")
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the nodes end, too
    with (
        tempfile.TemporaryDirectory() as passing,
        running_cluster(chosen.folder or Path(passing), chosen.nodes) as nodes,
        suppress(KeyboardInterrupt),
    ):
        for node in nodes:
            assert node.process is not None
            print(f"{node.name}: {node.url}, process {node.process.pid}")
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        print(f"GONGSHENG_STORE=http://{hosts}/gongsheng", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
