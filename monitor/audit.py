"""Who did what: one line each in a file apart from the data, chained by hashes, only ever added to.

A line is JSON with its number, the time, who, what, particulars, and the SHA-256 of the line before
it. So a line that was changed, taken out or moved breaks the chain. A small mark elsewhere holds
the number and hash of the newest line, so that lines cut off the end are missed as well. A line is
on the disk before ``write`` returns; half a line that a killed program left is kept where it lies
and never reported as the deed it did not confirm.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock

from posts.errors import AuditError
from posts.model import CHINA

START = "0" * 64
"""What stands for the hash of a line before the first."""
FILE = "audit.jsonl"
_BLOCK = 8192


@dataclass(frozen=True)
class Entry:
    """One line."""

    number: int
    at: datetime
    who: str
    what: str
    """Such as login, failed_login, search, open, export, correct, unmask."""
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Verified:
    """What checking the whole chain found."""

    lines: int
    torn: int
    """Half lines left by programs that were killed; nothing that was confirmed is lost by them."""
    problem: str | None
    """What was changed or is missing, and where; None where all is as it was written."""


class Audit:
    """One audit folder. Several programs may write at once.

    Args:
        folder: where the lines lie; made by the first line.
        mark: file that remembers the newest line; None keeps no mark.
    """

    def __init__(self, folder: Path, mark: Path | None = None) -> None:
        self.file = folder / FILE
        self._mark = mark

    def write(self, who: str, what: str, /, *, at: datetime | None = None, **detail: Any) -> None:
        """Add a line; durable when this returns.

        Raises:
            AuditError: it cannot be written; what was to be done must not be done then.
        """
        moment = (at or datetime.now(CHINA)).isoformat(timespec="milliseconds")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self.file.with_suffix(".lock"), poll_interval=0.01):
                last, whole = self._last()
                number = self._numbered() + 1
                line = {"n": number, "at": moment, "who": who, "what": what, **detail}
                raw = orjson.dumps(line | {"before": _hash(last)}, default=str)
                _append(self.file, raw + b"\n" if whole else b"\n" + raw + b"\n")
                self._remember(number, raw)
        except OSError as error:
            raise AuditError(
                f"{self.file}: the audit cannot be written ({error}); nothing is done without it: "
                f"check GONGSHENG_AUDIT, the folder's permissions and the room on its disk"
            ) from error

    def entries(self, limit: int | None = None) -> Iterator[Entry]:
        """Lines, newest first; half lines are left out."""
        for raw in self._backwards():
            if limit is not None and limit < 1:
                return
            if (found := _entry(raw)) is not None:
                yield found
                limit = None if limit is None else limit - 1

    def verify(self) -> Verified:
        """Check every line against the one before it and the newest against the mark."""
        before, number, torn = START, 0, 0
        marked = self._marked()
        met = marked is None
        for place, raw in enumerate(self._forwards(), 1):
            found = _parsed(raw)
            if found is None:
                torn += 1
                before = _hash(raw)
                continue
            number += 1
            if found.get("before") != before or found.get("n") != number:
                return Verified(number - 1, torn, f"line {place}: it or a line before was changed")
            before = _hash(raw)
            met = met or marked == (number, before)
        problem = None if met else f"line {marked[0] if marked else 0} and later: missing"
        return Verified(number, torn, problem)

    def _last(self) -> tuple[bytes, bool]:
        """The newest line (whole or half), and whether it ended."""
        last = next(self._backwards(), b"")
        if not last:
            return b"", True
        with self.file.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return last, file.read(1) == b"\n"

    def _numbered(self) -> int:
        """Number of the newest whole line; 0 where there is none."""
        return next((int(e["n"]) for raw in self._backwards() if (e := _parsed(raw))), 0)

    def _forwards(self) -> Iterator[bytes]:
        if self.file.exists():
            with self.file.open("rb") as file:
                yield from (line for raw in file if (line := raw.rstrip(b"\n")))

    def _backwards(self) -> Iterator[bytes]:
        if not self.file.exists():
            return
        with self.file.open("rb") as file:
            end, rest = file.seek(0, os.SEEK_END), b""
            while end > 0:
                start = max(0, end - _BLOCK)
                file.seek(start)
                first, *others = (file.read(end - start) + rest).split(b"\n")
                yield from (line for line in reversed(others) if line)
                end, rest = start, first
            if rest:
                yield rest

    def _remember(self, number: int, raw: bytes) -> None:
        if self._mark is None:
            return
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._mark.with_suffix(".new")
        fresh.write_text(f"{number} {_hash(raw)}\n", encoding="ascii")
        fresh.replace(self._mark)

    def _marked(self) -> tuple[int, str] | None:
        if self._mark is None or not self._mark.exists():
            return None
        number, _, digest = self._mark.read_text(encoding="ascii").strip().partition(" ")
        return (int(number), digest) if number.isdecimal() else None


def _append(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        start, rest = os.fstat(handle).st_size, memoryview(data)
        try:
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, start)
            raise
    finally:
        os.close(handle)


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest() if raw else START


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _entry(raw: bytes) -> Entry | None:
    found = _parsed(raw)
    if found is None or not {"n", "at", "who", "what"} <= found.keys():
        return None
    detail = {k: v for k, v in found.items() if k not in {"n", "at", "who", "what", "before"}}
    at = datetime.fromisoformat(found["at"])
    return Entry(found["n"], at, found["who"], found["what"], detail)
