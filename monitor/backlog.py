"""What waits in the archive: one ingest at a time, and how far the index was seen last."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def only_writer(data: Path) -> Iterator[None]:
    """Be the only program that brings the index up to this archive; wait for another one.

    The lock is the system's, so it ends with whoever held it, however that one ended.
    """
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / "ingest.lock", poll_interval=0.2)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("waiting for another ingest to end", file=sys.stderr)  # noqa: T201
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


class KnownCheckpoint:
    """Checkpoint that an index had when it last answered, to count what waits while it is away."""

    def __init__(self, data: Path, store: str) -> None:
        self._path, self._store = data / "last-ingest.json", store

    def keep(self, checkpoint: int) -> None:
        """Remember it; a file that cannot be written only makes a later message less exact."""
        try:
            self._path.write_text(
                json.dumps({"store": self._store, "checkpoint": checkpoint}) + "\n", "utf-8"
            )
        except OSError:
            return

    def read(self) -> int:
        """Return it; 0 where this index never answered."""
        try:
            known = json.loads(self._path.read_text("utf-8"))
            return int(known["checkpoint"]) if known["store"] == self._store else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0
