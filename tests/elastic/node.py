"""A real Elasticsearch node, assembled from its libraries and started on loopback.

Users install the official distribution; this is for tests and benchmarks. Needs a JDK (17 or
newer) and Maven, which tests/system_packages.sh installs.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VERSION = "8.15.5"
CACHE = Path.home() / ".cache" / "gongsheng" / f"elasticsearch-{VERSION}"
TRANSPORT = "transport-netty4"
DESCRIPTOR = f"""\
name={TRANSPORT}
description=HTTP and transport on netty
version={VERSION}
elasticsearch.version={VERSION}
java.version=17
classname=org.elasticsearch.transport.netty4.Netty4Plugin
extended.plugins=
has.native.controller=false
"""
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
SECONDS_TO_START = 300


def missing_tools() -> list[str]:
    """Which of the programs that a node needs are not installed."""
    return [tool for tool in ("java", "javac", "mvn") if shutil.which(tool) is None]


def install() -> Path:
    """Lay the libraries out like the distribution, once; returns its home folder."""
    if (CACHE / "complete").exists():
        return CACHE
    shutil.rmtree(CACHE, ignore_errors=True)
    jars = CACHE / "jars"
    _run(
        "mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies",
        "-DincludeScope=runtime", f"-DoutputDirectory={jars}",
    )  # fmt: skip
    module = CACHE / "modules" / TRANSPORT
    for folder in (CACHE / "lib", module, CACHE / "config", CACHE / "plugins"):
        folder.mkdir(parents=True)
    for jar in jars.iterdir():
        of_transport = jar.name.startswith(("netty-", TRANSPORT))
        jar.rename((module if of_transport else CACHE / "lib") / jar.name)
    (module / "plugin-descriptor.properties").write_text(DESCRIPTOR)
    _run(
        "javac", "-d", str(CACHE / "launcher"), "--module-path", str(CACHE / "lib"),
        "--add-modules", "ALL-MODULE-PATH", str(HERE / "Launcher.java"),
    )  # fmt: skip
    (CACHE / "complete").touch()
    return CACHE


_SHARED: list["Node"] = []


class Node:
    """One node as a process; its data outlive ``kill`` and ``start``."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "n1",
        settings: dict[str, str] | None = None,
        quick_start: bool = True,
    ):
        """Lay a node out.

        Args:
            quick_start: half the time to the first answer, slower later; not for measurements.
        """
        self.folder, self.name = folder, name
        self.options = QUICK_START if quick_start else ()
        self.port, self.transport_port = free_port(), free_port()
        self.settings = settings or {"discovery.type": "single-node"}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: bool = True) -> None:
        home = install()
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "node.name": self.name,
            "cluster.name": "gongsheng-test",
            "http.port": str(self.port),
            "transport.port": str(self.transport_port),
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "path.repo": str(self.folder / "repo"),
            **self.settings,
        }
        command = [
            "java", "-Xms512m", "-Xmx512m", *self.options, "--module-path", str(home / "lib"),
            "--add-modules=jdk.net", "--add-modules=ALL-MODULE-PATH",
            "-cp", str(home / "launcher"), "Launcher", str(home),
            *(f"{key}={value}" for key, value in settings.items()),
        ]  # fmt: skip
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until the node answers with a usable cluster."""
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            if self.process is not None and self.process.poll() is not None:
                break
            try:
                address = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
                with urllib.request.urlopen(address, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        log = (self.folder / "out.log").read_text(errors="replace")[-3000:]
        raise RuntimeError(f"the Elasticsearch node did not start:\n{log}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Make it hang: connections open, nothing answers."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        # Taken first: another thread may start the node again while this one waits.
        process, self.process = self.process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(how)
            process.wait(timeout=60)


@contextmanager
def running_node(folder: Path, *, quick_start: bool = True) -> Iterator[Node]:
    node = Node(folder, quick_start=quick_start)
    node.start()
    try:
        yield node
    finally:
        node.kill()


@contextmanager
def running_cluster(folder: Path, size: int = 3) -> Iterator[list[Node]]:
    """Several nodes as one cluster, each a process of its own."""
    names = [f"n{number}" for number in range(1, size + 1)]
    nodes = [Node(folder / name, name=name) for name in names]
    settings = {
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{node.transport_port}" for node in nodes),
        "cluster.initial_master_nodes": ",".join(names),
    }
    try:
        for node in nodes:
            node.settings = settings
            node.start(wait=False)
        for node in nodes:
            node.wait()
        yield nodes
    finally:
        for node in nodes:
            node.kill()


def node_address() -> str:
    """Address of a node for tests that only need one: a given one, or one started once.

    Skips the test where Java is missing; with CI=true it fails instead.
    """
    given = os.environ.get("GONGSHENG_TEST_ELASTIC")
    if given:
        return given.rstrip("/")
    require_node()
    if not _SHARED:
        folder = Path(tempfile.mkdtemp(prefix="gongsheng-elastic-"))
        node = Node(folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(node.kill)
        node.start()
        _SHARED.append(node)
    return _SHARED[0].url


def require_node() -> None:
    """Skip the test where a node cannot be started; with CI=true fail."""
    missing = missing_tools()
    if not missing:
        return
    reason = f"an Elasticsearch node needs {', '.join(missing)}: sh tests/system_packages.sh"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")
