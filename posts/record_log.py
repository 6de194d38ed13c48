"""An append-only log of lines, safe against kills, full disks and rot.

A log is a folder of segments, named by the sequence number of their first record, counted from 1;
a segment is frames one after another (``posts.frames``). A frame is on the disk before ``append``
returns. What a killed writer left is a torn tail: the next writer cuts it off, readers stop in
front of it. A bad frame with good ones behind it is rot and is reported, never skipped.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from posts.errors import ArchiveError
from posts.frames import Frame, encode, frame_behind, lines, read_frame, read_header

SEGMENT_BYTES = 64 * 1024 * 1024
_log = logging.getLogger(__name__)


class RecordLog:
    """One log. Readers need no lock; ``append`` may be called by one writer at a time only.

    Args:
        folder: where the segments lie; made by the first append.
        segment_bytes: a segment that has reached this size is followed by a new one.
    """

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._tail: Frame | None = None

    def append(self, records: Sequence[bytes]) -> Frame:
        """Write lines as one frame, durable when this returns.

        Raises:
            ArchiveError: the disk is full or refuses, or the log is damaged; nothing was added.
        """
        try:
            tail = self._repaired_tail()
            segment, offset = self._place(tail)
            first = tail.last + 1 if tail else 1
            frame, data = encode(records, segment=segment, offset=offset, first=first)
            self._write(frame, data)
        except OSError as error:
            raise ArchiveError(
                f"{self._folder}: {len(records)} records could not be written ({error}); the log "
                f"is as it was before: free some space or mend the disk, then do it again"
            ) from error
        self._tail = frame
        return frame

    def records(self, after: int = 0) -> Iterator[tuple[int, bytes, Frame]]:
        """Yield the records behind sequence number ``after``: number, line, frame.

        Raises:
            ArchiveError: the log is damaged; the message names file and offset.
        """
        segments = self._segments()
        start = max((n for n, name in enumerate(segments) if name <= after + 1), default=0)
        for number, segment in enumerate(segments[start:], start):
            newest = number == len(segments) - 1
            for frame, payload in self._frames(segment, after, newest):
                for sequence, line in enumerate(lines(payload), frame.first):
                    if sequence > after:
                        yield sequence, line, frame

    def read(self, segment: int, offset: int) -> tuple[Frame, list[bytes]]:
        """Read the one frame at a place.

        Raises:
            ArchiveError: there is no whole frame.
        """
        path = self._path(segment)
        try:
            with path.open("rb") as file:
                found = read_frame(file, segment, offset, _size(path))
        except FileNotFoundError:
            found = None
        if found is None:
            raise ArchiveError(_damage(path, offset))
        return found[0], lines(found[1])

    def tail(self) -> Frame | None:
        """Last whole frame; None for an empty log."""
        segments = self._segments()
        if self._tail and self._tail.segment in segments:
            segments = [name for name in segments if name >= self._tail.segment]
            if _size(self._path(self._tail.segment)) < self._tail.end:  # put back from a backup
                self._tail = None
        else:
            self._tail = None
        for segment in reversed(segments):
            found = self._last_of(segment)
            if found is not None:
                self._tail = found
                break
        return self._tail

    def head(self) -> int:
        """Sequence number of the last record; 0 for an empty log."""
        tail = self.tail()
        return tail.last if tail else 0

    def _frames(self, segment: int, after: int, newest: bool) -> Iterator[tuple[Frame, bytes]]:
        path, offset = self._path(segment), 0
        with path.open("rb") as file:
            while offset < (size := _size(path)):
                header = read_header(file, segment, offset, size)
                if header is not None and header.last <= after:
                    offset = header.end
                    continue
                found = read_frame(file, segment, offset, size)
                if found is not None:
                    yield found
                    offset = found[0].end
                elif newest and not frame_behind(file, offset, size):
                    return  # a torn tail, or a writer is just at it
                else:
                    raise ArchiveError(_damage(path, offset))

    def _last_of(self, segment: int) -> Frame | None:
        """Last whole frame of a segment, going on from the tail known so far."""
        path = self._path(segment)
        last = self._tail if self._tail and self._tail.segment == segment else None
        with path.open("rb") as file:
            size = _size(path)
            while found := read_frame(file, segment, last.end if last else 0, size):
                last = found[0]
        return last

    def _repaired_tail(self) -> Frame | None:
        """Last whole frame, after cutting off what a killed writer left behind it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        tail, segments = self.tail(), self._segments()
        if segments:
            path = self._path(segments[-1])
            end = tail.end if tail and tail.segment == segments[-1] else 0
            if _size(path) > end:
                _cut(path, end)
        return tail

    def _place(self, tail: Frame | None) -> tuple[int, int]:
        if tail is None:
            return 1, 0
        if tail.end >= self._segment_bytes:
            return tail.last + 1, 0
        return tail.segment, tail.end

    def _write(self, frame: Frame, data: bytes) -> None:
        path = self._path(frame.segment)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            os.lseek(handle, frame.offset, os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, frame.offset)
            raise
        finally:
            os.close(handle)
        if frame.offset == 0:
            _sync_folder(self._folder)

    def _segments(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.log"))

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:012}.log"


def _cut(path: Path, end: int) -> None:
    """Cut a torn tail off; its bytes are kept beside the segment where there is room."""
    with path.open("r+b") as file:
        size = _size(path)
        if frame_behind(file, end, size):
            raise ArchiveError(_damage(path, end))
        file.seek(end)
        aside = path.with_name(f"{path.name}.torn-{end}")
        try:
            aside.write_bytes(file.read())
        except OSError:  # never confirmed to anybody, so it may go
            aside.unlink(missing_ok=True)
        file.truncate(end)
        os.fsync(file.fileno())
    _log.warning(
        "%s: cut off %d bytes at offset %d, left by a write that never ended", path, size - end, end
    )


def _damage(path: Path, offset: int) -> str:
    return (
        f"{path}: damaged at offset {offset} (expected a whole frame with a matching checksum); "
        f"put this file back from a backup, or move it away and crawl and import again"
    )


def _size(path: Path) -> int:
    return path.stat().st_size


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable; folders cannot be opened on Windows, which needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
