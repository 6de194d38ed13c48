"""Where records go that could not become posts: with the reason, and sealed.

A JSONL file per day, in parts. All that is readable names place and reason; the record itself is
encrypted with a key derived from the pseudonym key, because it was never masked.
"""

import base64
import hashlib
import hmac
import json
import logging
import os
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from filelock import FileLock
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from posts.errors import ArchiveError
from posts.model import CHINA
from posts.personal_data import mask_text

LIMIT_BYTES = 200 * 1024 * 1024
PARTS = 10
_log = logging.getLogger(__name__)


class Row(BaseModel):
    """One record set aside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    where: str
    """File or channel it came from."""
    line: int | None = None
    reason: str
    """Stable key, such as ``missing_id``."""
    detail: str = ""
    sealed: str | None = None
    """The record, encrypted; None where none was handed over."""


class Quarantine:
    """Takes rejected records and hands them back to whoever holds the key.

    Args:
        folder: made by the first record.
        key: the pseudonym key; another one is derived from it.
        limit: most bytes kept; the oldest part is dropped beyond it.
    """

    def __init__(self, folder: Path, key: bytes, *, limit: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        derived = hmac.new(key, b"gongsheng quarantine 1", hashlib.sha256).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(derived))

    def put(
        self,
        *,
        where: str,
        reason: str,
        detail: str = "",
        record: Any = None,
        line: int | None = None,
    ) -> None:
        """Set a record aside.

        Args:
            where: file or channel it came from.
            reason: stable key, counted and shown.
            detail: what was found and expected; masked here once more.
            record: the record as found: text, bytes, or anything JSON can hold.
            line: its line in the file, from 1.

        Raises:
            ArchiveError: the disk is full or refuses.
        """
        sealed = None if record is None else self._seal.encrypt(_pack(record)).decode()
        row = Row(
            at=datetime.now(CHINA),
            where=mask_text(where),
            line=line,
            reason=reason,
            detail=mask_text(detail),
            sealed=sealed,
        )
        try:
            self._write(row.model_dump_json().encode() + b"\n")
        except OSError as error:
            raise ArchiveError(
                f"{self._folder}: a rejected record could not be set aside ({error}); free some "
                f"space or mend the folder's permissions, then do it again"
            ) from error

    def rows(self) -> Iterator[Row]:
        """Yield what was set aside, oldest first; a row cut short by a kill is left out."""
        for part in self._parts():
            with part.open("rb") as file:
                for number, line in enumerate(file, 1):
                    try:
                        yield Row.model_validate_json(line)
                    except ValidationError:
                        _log.warning("%s: line %d is not a whole row, left out", part, number)

    def open(self, row: Row) -> Any:
        """Decrypt the record of a row; None where none was handed over.

        Raises:
            ArchiveError: it was sealed with another key.
        """
        if row.sealed is None:
            return None
        try:
            return _unpack(self._seal.decrypt(row.sealed))
        except InvalidToken as error:
            raise ArchiveError(
                f"record of {row.where} set aside at {row.at.isoformat()}: sealed with another "
                f"pseudonym key; set GONGSHENG_KEY or GONGSHENG_KEY_FILE to the one of that time"
            ) from error

    def _write(self, line: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / ".lock", poll_interval=0.01):
            part = self._part()
            part.touch(mode=0o600)
            with part.open("ab", buffering=0) as file:
                size = file.tell()
                if size and not _ends_with_newline(part):  # a row cut short by a kill
                    line = b"\n" + line
                try:  # not synced: a record that a power cut takes is still in its file
                    file.write(line)
                except OSError:
                    file.truncate(size)
                    raise
            self._drop_oldest()

    def _part(self) -> Path:
        """Part of today to write to; a full one is followed by the next."""
        day = datetime.now(CHINA).date().isoformat()
        parts = sorted(self._folder.glob(f"{day}.*.jsonl"))
        if not parts:
            return self._folder / f"{day}.0001.jsonl"
        if parts[-1].stat().st_size < self._limit // PARTS:
            return parts[-1]
        number = int(parts[-1].name.split(".")[1]) + 1
        return self._folder / f"{day}.{number:04}.jsonl"

    def _drop_oldest(self) -> None:
        parts = list(self._parts())
        sizes = [part.stat().st_size for part in parts]
        while len(parts) > 1 and sum(sizes) > self._limit:
            _log.warning(
                "%s: dropped, the quarantine holds more than %d bytes", parts[0], self._limit
            )
            parts.pop(0).unlink()
            sizes.pop(0)

    def _parts(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _pack(record: Any) -> bytes:
    if isinstance(record, bytes):
        return zlib.compress(b"b" + record)
    if isinstance(record, str):
        return zlib.compress(b"s" + record.encode("utf-8", "surrogatepass"))
    try:
        data = json.dumps(record, default=str, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # keys that are no strings, circles
        return _pack(repr(record))
    return zlib.compress(b"j" + data.encode("utf-8", "surrogatepass"))


def _unpack(packed: bytes) -> Any:
    data = zlib.decompress(packed)
    if data[:1] == b"b":
        return data[1:]
    if data[:1] == b"s":
        return data[1:].decode("utf-8", "surrogatepass")
    return json.loads(data[1:].decode("utf-8", "surrogatepass"))
