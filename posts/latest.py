"""Which version of a post is the latest: a SQLite file beside the log, derived from it."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from posts.frames import Frame

_log = logging.getLogger(__name__)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL, sequence INTEGER NOT NULL,
    segment INTEGER NOT NULL, place INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL, segment INTEGER NOT NULL,
    place INTEGER NOT NULL, crc INTEGER NOT NULL
);
"""
_IDS_A_QUERY = 500


@dataclass(frozen=True)
class Version:
    """The latest version of a post: its digest and where it lies."""

    digest: bytes
    sequence: int
    segment: int
    offset: int


@dataclass(frozen=True)
class Position:
    """Up to where the log is in; the checksum tells whether it is still the same log."""

    sequence: int
    segment: int
    offset: int
    crc: int


class LatestVersions:
    """Finds the latest version of a post. Whatever is wrong with the file, it starts empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None

    def position(self) -> Position | None:
        """Up to where the log is in; None where nothing is."""
        row = (
            self._connection()
            .execute("SELECT sequence, segment, place, crc FROM position")
            .fetchone()
        )
        return Position(*row) if row else None

    def find(self, ids: Sequence[str]) -> dict[str, Version]:
        """Latest versions of some posts; unknown ones are left out."""
        found: dict[str, Version] = {}
        for start in range(0, len(ids), _IDS_A_QUERY):
            some = ids[start : start + _IDS_A_QUERY]
            marks = ",".join("?" * len(some))
            rows = self._connection().execute(
                f"SELECT id, digest, sequence, segment, place FROM latest WHERE id IN ({marks})",  # noqa: S608
                some,
            )
            found.update((row[0], Version(*row[1:])) for row in rows)
        return found

    def count(self) -> int:
        """How many posts there are."""
        return int(self._connection().execute("SELECT count(*) FROM latest").fetchone()[0])

    def put(self, versions: Iterable[tuple[str, bytes, int]], frame: Frame) -> None:
        """Take in the versions of one frame: id, digest, sequence number."""
        rows = (
            (post_id, digest, number, frame.segment, frame.offset)
            for post_id, digest, number in versions
        )
        with self._connection() as file:
            file.executemany("INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)", rows)
            file.execute(
                "INSERT OR REPLACE INTO position VALUES (1, ?, ?, ?, ?)",
                (frame.last, frame.segment, frame.offset, frame.crc),
            )

    def clear(self) -> None:
        """Forget everything."""
        self.close()
        for path in (self._path, *self._beside()):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _beside(self) -> Iterator[Path]:
        return (self._path.with_name(self._path.name + end) for end in ("-wal", "-shm", "-journal"))

    def _connection(self) -> sqlite3.Connection:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(self._path, timeout=60, check_same_thread=False)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=NORMAL")
            self._file.executescript(_SCHEMA)
        return self._file
