"""The archive: every version of every masked post, channel figures and crawl results.

It is the truth; every index is derived from it. Two append-only logs (``posts.record_log``) and,
beside them, a derived file that knows the latest version of each post. Sequence numbers of the
posts' log are the checkpoints of whoever reads it.

A post seen again is merged with its latest version: the later ``collected_at`` wins field by
field, what is unknown (``None``, an empty text) never erases what is known. A difference in
``collected_at`` or ``source`` alone is no new version.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import RLock

import orjson
from filelock import FileLock

from posts.errors import ArchiveError, UnmaskedPost
from posts.frames import Frame
from posts.latest import LatestVersions, Position, Version
from posts.model import ChannelSnapshot, CrawlRun, Post
from posts.record_log import SEGMENT_BYTES, RecordLog
from posts.versions import decode, digest_of_line, encode, merge, same

FRAME_POSTS = 2000
"""Most posts in one frame."""


@dataclass(frozen=True)
class Appended:
    """What became of the posts handed to ``append``; the three add up to their number."""

    new: int = 0
    updated: int = 0
    seen: int = 0

    def __add__(self, other: "Appended") -> "Appended":
        return Appended(self.new + other.new, self.updated + other.updated, self.seen + other.seen)


class Archive:
    """One archive folder. Several processes may append at once; readers are never in the way.

    Args:
        folder: made by the first append.
        segment_bytes: size at which a log goes on in a new file.
    """

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._posts = RecordLog(folder / "posts", segment_bytes=segment_bytes)
        self._events = RecordLog(folder / "events", segment_bytes=segment_bytes)
        self._latest = LatestVersions(folder / "latest-1.sqlite")
        self._threads = RLock()
        self._frame = lru_cache(maxsize=8)(self._posts.read)

    def append(self, posts: Iterable[Post]) -> Appended:
        """Keep posts; a later version of a known one is merged. Durable when this returns.

        Raises:
            UnmaskedPost: a post did not pass privacy; nothing of its batch was kept.
            ArchiveError: the disk is full or the archive is damaged; what was kept stays valid.
        """
        total, rest = Appended(), iter(posts)
        while batch := list(islice(rest, FRAME_POSTS)):
            _refuse_unmasked(batch)
            with self._writing():
                self._catch_up()
                total += self._append(batch)
        return total

    def since(self, checkpoint: int, limit: int | None = None) -> Iterator[tuple[int, Post]]:
        """Yield versions behind a checkpoint with their sequence numbers, in order.

        Raises:
            ArchiveError: the log is damaged; the message names file and offset.
        """
        for number, line, _ in islice(self._posts.records(checkpoint), limit):
            yield number, decode(line, number)

    def head(self) -> int:
        """Sequence number of the last version; 0 for an empty archive."""
        with self._threads:
            return self._posts.head()

    def latest(self, post_id: str) -> Post | None:
        """Latest version of a post; None where it is unknown."""
        with self._threads:
            self._bring_up()
            version = self._latest.find([post_id]).get(post_id)
            return self._read(version) if version else None

    def count(self) -> int:
        """How many posts there are, each counted once whatever its versions."""
        with self._threads:
            self._bring_up()
            return self._latest.count()

    def history(self, post_id: str) -> list[tuple[int, Post]]:
        """Every version of a post with its sequence number, oldest first. Reads the whole log."""
        named = orjson.dumps({"id": post_id})[1:-1]
        return [
            (number, decode(line, number))
            for number, line, _ in self._posts.records()
            if named in line and digest_of_line(line)[0] == post_id
        ]

    def add_snapshots(self, snapshots: Iterable[ChannelSnapshot]) -> None:
        """Keep figures of channels."""
        lines = [orjson.dumps({"snapshot": item.model_dump(mode="json")}) for item in snapshots]
        if lines:
            with self._writing():
                self._events.append(lines)

    def snapshots(self, channel: str | None = None) -> list[ChannelSnapshot]:
        """Figures kept, of one channel or all, in the order they were added."""
        found = (ChannelSnapshot.model_validate(item) for item in self._events_of("snapshot"))
        return [item for item in found if channel in (None, item.channel)]

    def add_run(self, run: CrawlRun) -> None:
        """Keep how a crawl ended."""
        with self._writing():
            self._events.append([orjson.dumps({"run": run.model_dump(mode="json")})])

    def runs(self, channel: str | None = None) -> list[CrawlRun]:
        """Crawls kept, of one channel or all, in the order they were added."""
        found = (CrawlRun.model_validate(item) for item in self._events_of("run"))
        return [item for item in found if channel in (None, item.channel)]

    def close(self) -> None:
        """Let go of the files; the archive may be used again and opens them anew."""
        with self._threads:
            self._latest.close()
            self._frame.cache_clear()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer of this folder; wait for another one."""
        with self._threads:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                lock = FileLock(self._folder / ".lock", poll_interval=0.01)
                lock.acquire()
            except OSError as error:
                raise ArchiveError(
                    f"{self._folder}: the archive cannot be written ({error}); check the folder's "
                    f"permissions and the room on its disk"
                ) from error
            try:
                yield
            except sqlite3.OperationalError as error:
                raise ArchiveError(
                    f"{self._folder}: the list of latest versions cannot be written ({error}); "
                    f"free some space, then do it again: posts already kept are not lost"
                ) from error
            finally:
                lock.release()

    def _bring_up(self) -> None:
        position = self._position()
        if (position.sequence if position else 0) != self._posts.head():
            with self._writing():
                self._catch_up()

    def _append(self, batch: list[Post]) -> Appended:
        known = self._latest.find([post.id for post in batch])
        changed: dict[str, tuple[Post, bytes, bytes]] = {}
        new = updated = 0
        for post in batch:
            line, digest = encode(post)
            version, earlier = known.get(post.id), changed.get(post.id)
            if earlier is None and version is None:
                new += 1
                changed[post.id] = post, line, digest
                continue
            if digest == (earlier[2] if earlier else version.digest if version else b""):
                continue
            old = earlier[0] if earlier else self._read(version) if version else post
            merged = merge(old, post)
            if not same(merged, old):
                updated += 1
                changed[post.id] = merged, *encode(merged)
        self._write([(id_, line, digest) for id_, (_, line, digest) in changed.items()])
        return Appended(new, updated, len(batch) - new - updated)

    def _write(self, versions: list[tuple[str, bytes, bytes]]) -> None:
        if not versions:
            return
        frame = self._posts.append([line for _, line, _ in versions])
        self._latest.put(
            ((id_, digest, n) for n, (id_, _, digest) in enumerate(versions, frame.first)), frame
        )

    def _catch_up(self) -> None:
        """Bring the list of latest versions up to the log; begin it anew where it does not fit."""
        position, tail = self._position(), self._posts.tail()
        if position is not None and not self._fits(position, tail):
            self._latest.clear()
            self._frame.cache_clear()
            position = None
        behind = position.sequence if position else 0
        if tail is None or behind == tail.last:
            return
        rows: list[tuple[str, bytes, int]] = []
        before: Frame | None = None
        for number, line, frame in self._posts.records(behind):
            if before is not None and frame is not before:
                self._latest.put(rows, before)
                rows = []
            before = frame
            rows.append((*digest_of_line(line), number))
        if before is not None:
            self._latest.put(rows, before)

    def _position(self) -> Position | None:
        try:
            return self._latest.position()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # torn or overwritten: it is derived, so begin it anew
            self._latest.clear()
            return self._latest.position()

    def _fits(self, position: Position, tail: Frame | None) -> bool:
        if tail is None or position.sequence > tail.last:
            return False
        try:
            frame, _ = self._posts.read(position.segment, position.offset)
        except ArchiveError:
            return False
        return (frame.last, frame.crc) == (position.sequence, position.crc)

    def _read(self, version: Version) -> Post:
        frame, lines = self._frame(version.segment, version.offset)
        return decode(lines[version.sequence - frame.first], version.sequence)

    def _events_of(self, kind: str) -> Iterator[dict[str, object]]:
        for _, line, _ in self._events.records():
            event = orjson.loads(line)
            if kind in event:
                yield event[kind]


def _refuse_unmasked(batch: list[Post]) -> None:
    for post in batch:
        if not post.masked:
            raise UnmaskedPost(
                f"{post.id}: not masked; every post has to pass posts.privacy.Mask.post before "
                f"it is archived"
            )
