"""Frames: a batch of lines, compressed and checked, as it lies in a segment of a record log.

A frame, all numbers big-endian:

    4 bytes   magic "GSL1"
    4 bytes   length of the payload
    4 bytes   CRC-32 of the next two numbers and the payload
    4 bytes   number of records
    8 bytes   sequence number of the first record
    payload   the records as lines, zstd
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO
from zlib import crc32

import zstandard

MAGIC = b"GSL1"
_HEADER = struct.Struct(">4sIIIQ")
_CHECKED = struct.Struct(">IQ")


@dataclass(frozen=True)
class Frame:
    """Where a frame lies and which records it holds."""

    segment: int
    """Sequence number that names the segment."""
    offset: int
    length: int
    """Of the payload."""
    crc: int
    count: int
    first: int

    @property
    def last(self) -> int:
        """Sequence number of the last record."""
        return self.first + self.count - 1

    @property
    def end(self) -> int:
        """Offset behind the frame."""
        return self.offset + _HEADER.size + self.length


def encode(lines: Sequence[bytes], *, segment: int, offset: int, first: int) -> tuple[Frame, bytes]:
    """Make the frame of some lines that will lie at a place."""
    payload = zstandard.ZstdCompressor(level=3).compress(b"\n".join(lines))
    crc = crc32(payload, crc32(_CHECKED.pack(len(lines), first)))
    frame = Frame(segment, offset, len(payload), crc, len(lines), first)
    return frame, _HEADER.pack(MAGIC, len(payload), crc, len(lines), first) + payload


def read_header(file: BinaryIO, segment: int, offset: int, size: int) -> Frame | None:
    """Read the header at an offset; None where no frame fits between it and ``size``."""
    file.seek(offset)
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(MAGIC):
        return None
    _, length, crc, count, first = _HEADER.unpack(head)
    frame = Frame(segment, offset, length, crc, count, first)
    return frame if count and frame.end <= size else None


def read_frame(file: BinaryIO, segment: int, offset: int, size: int) -> tuple[Frame, bytes] | None:
    """Read and check the frame at an offset; None where there is no whole one."""
    frame = read_header(file, segment, offset, size)
    if frame is None:
        return None
    payload = file.read(frame.length)
    whole = len(payload) == frame.length
    if not whole or crc32(payload, crc32(_CHECKED.pack(frame.count, frame.first))) != frame.crc:
        return None
    return frame, payload


def lines(payload: bytes) -> list[bytes]:
    """Take the lines out of a frame's payload."""
    return zstandard.ZstdDecompressor().decompress(payload).split(b"\n")


def frame_behind(file: BinaryIO, offset: int, size: int) -> bool:
    """Tell whether a whole frame begins somewhere behind an offset: then the gap is rot."""
    file.seek(offset + 1)
    rest = file.read(max(0, size - offset - 1))
    found = rest.find(MAGIC)
    while found >= 0:
        if read_frame(file, 0, offset + 1 + found, size) is not None:
            return True
        found = rest.find(MAGIC, found + 1)
    return False
