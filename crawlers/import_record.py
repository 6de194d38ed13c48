"""What reading an import file gives: headers, records, and what could not be read."""

from dataclasses import dataclass
from typing import Any

from crawlers.parsed import Rejected


@dataclass(frozen=True)
class Record:
    """One object of a file and the line on which it ends."""

    line: int
    value: dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """The header of a table; the records behind it have these keys."""

    names: tuple[str, ...]


Read = Record | Columns | Rejected
