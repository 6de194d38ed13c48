"""What a channel showed when it was last read: its young posts and the comments below them.

A SQLite file ``<data>/crawl/<channel>.sqlite``. It answers what the archive is not asked: which of
the things seen before are missing now. Lost or broken it is begun anew; then nothing is taken for
deleted until things have been seen again.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from crawlers.revisit import STEPS
from posts.model import CHINA

__all__ = ["Ledger", "Seen"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    id TEXT PRIMARY KEY, published_at REAL NOT NULL, read_at REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comments (
    post TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (post, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Seen(NamedTuple):
    """A post that was on the channel, and when its comments were read to the end."""

    id: str
    published_at: datetime
    read_at: datetime | None


class Ledger:
    """The ledger of one channel; what is noted counts from ``commit`` on.

    Args:
        folder: the data folder.
        channel: the channel's id.
    """

    def __init__(self, folder: Path, channel: str) -> None:
        self._path = folder / "crawl" / f"{channel}.sqlite"
        self._open: sqlite3.Connection | None = None

    def note(self, post: str, published_at: datetime | None) -> None:
        """Note that the channel shows a post; one without a time cannot be missed."""
        if published_at is not None:
            self._db.execute(
                "INSERT INTO posts (id, published_at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE "
                "SET published_at = excluded.published_at",
                (post, published_at.timestamp()),
            )

    def note_read(self, post: str, comments: Iterable[str], at: datetime) -> None:
        """Note that the comments of a post were read to the end, and what was there."""
        self._db.execute("UPDATE posts SET read_at = ? WHERE id = ?", (at.timestamp(), post))
        self.note_comments(post, comments)

    def note_comments(self, post: str, comments: Iterable[str]) -> None:
        """Note comments of a post."""
        rows = [(post, one) for one in comments]
        self._db.executemany("INSERT OR IGNORE INTO comments VALUES (?, ?)", rows)

    def read_at(self, post: str) -> datetime | None:
        """When the comments of a post were last read to the end; None where never."""
        row = self._db.execute("SELECT read_at FROM posts WHERE id = ?", (post,)).fetchone()
        return None if row is None or row[0] is None else datetime.fromtimestamp(row[0], CHINA)

    def comments(self, post: str) -> set[str]:
        """Comments seen below a post and not forgotten."""
        found = self._db.execute("SELECT id FROM comments WHERE post = ?", (post,))
        return {row[0] for row in found}

    def posts(self) -> list[Seen]:
        """Posts seen and not forgotten."""
        found = self._db.execute("SELECT id, published_at, read_at FROM posts")
        return [
            Seen(
                row[0],
                datetime.fromtimestamp(row[1], CHINA),
                None if row[2] is None else datetime.fromtimestamp(row[2], CHINA),
            )
            for row in found
        ]

    def forget(self, one: str) -> None:
        """Miss a post or a comment no more: it is known to be gone."""
        self._db.execute("DELETE FROM comments WHERE post = ? OR id = ?", (one, one))
        self._db.execute("DELETE FROM posts WHERE id = ?", (one,))

    def forget_before(self, now: datetime) -> None:
        """Let go of posts that are too old to be read again."""
        oldest = (now - STEPS[-1][0]).timestamp()
        old = "SELECT id FROM posts WHERE published_at < ?"
        self._db.execute(f"DELETE FROM comments WHERE post IN ({old})", (oldest,))  # noqa: S608
        self._db.execute("DELETE FROM posts WHERE published_at < ?", (oldest,))

    def mark(self, name: str) -> str | None:
        """A mark that ``set_mark`` left, such as the newest comment read."""
        row = self._db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_mark(self, name: str, value: str) -> None:
        """Leave a mark for the next run."""
        self._db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))

    def commit(self) -> None:
        """Make what was noted count; to be called when the posts themselves are archived."""
        if self._open is not None:
            self._open.commit()

    def close(self) -> None:
        """Let go of the file; what was not committed is forgotten."""
        if self._open is not None:
            self._open.close()
            self._open = None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._open = _connect(self._path)
            except sqlite3.DatabaseError:
                self._path.unlink(missing_ok=True)
                self._open = _connect(self._path)
        return self._open


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30)
    database.executescript(_SCHEMA)
    return database
