"""The lines of an import file: plain or gzip, UTF-8, UTF-16 with a mark, or GB18030."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, cast

from posts.errors import UnknownFormat

MAX_LINE = 16 * 2**20
"""Characters of the longest line that is read; a longer one is no export we know."""
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError)
_ESCAPED = re.compile("[\udc80-\udcff]")


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, unpacked where it is gzip by content."""
    with path.open("rb") as handle:
        packed = handle.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb")


def open_text(path: Path) -> io.TextIOWrapper:
    """Open a file as text; bytes that its encoding does not know come as lone surrogates."""
    # Line ends stay as they are: the csv reader wants them so.
    return io.TextIOWrapper(
        open_bytes(path), encoding=_encoding(path), errors="surrogateescape", newline=""
    )


def read_head(path: Path) -> bytes:
    """Return the first bytes of the content.

    Raises:
        UnknownFormat: the file cannot be read, or is empty.
    """
    try:
        with open_bytes(path) as handle:
            head = handle.read(2**12)
    except UNREADABLE as error:
        raise UnknownFormat(f"{path}: cannot be read ({_why(error)})") from error
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnknownFormat(f"{path}: the file is empty")
    return head


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, counted from 1; an overlong one is cut at ``MAX_LINE``.

    Raises:
        UnknownFormat: the file breaks off, as a damaged gzip does; what came before stands.
    """
    number = 0
    try:
        with closing(open_text(path)) as handle:
            while line := handle.readline(MAX_LINE):
                rest = line
                while len(rest) == MAX_LINE and not rest.endswith("\n"):
                    rest = handle.readline(MAX_LINE)
                number += 1
                yield number, line
    except UNREADABLE as error:
        raise UnknownFormat(f"{path}: breaks off behind line {number} ({_why(error)})") from error


def fault(line: str) -> tuple[str, str] | None:
    """Say what is wrong with a line before it is parsed, as reason and detail."""
    if len(line) >= MAX_LINE:
        return "too_long", f"the line has more than {MAX_LINE} characters"
    if "\0" in line:
        return "nul_byte", "the line holds NUL bytes; the file is damaged or no text"
    if _ESCAPED.search(line):
        return "wrong_encoding", "the line is neither UTF-8 nor GB18030 like its neighbours"
    return None


def _encoding(path: Path) -> str:
    """Choose by what most lines with more than ASCII are written in."""
    utf8 = other = gb18030 = 0
    try:
        with open_bytes(path) as handle:
            mark = handle.read(2)
            if mark in (b"\xff\xfe", b"\xfe\xff"):
                return "utf-16"
            line = mark + handle.readline(MAX_LINE)
            while line:
                if not line.isascii():
                    if _decodes(line, "utf-8"):
                        utf8 += 1
                    else:
                        other += 1
                        gb18030 += _decodes(line, "gb18030")
                line = handle.readline(MAX_LINE)
    except UNREADABLE:
        pass  # reading the lines meets the same damage and reports it
    return "gb18030" if other > utf8 and gb18030 == other else "utf-8-sig"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
