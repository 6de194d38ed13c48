"""What an import says of itself when it is done."""

from dataclasses import dataclass, field

MOST_NAMED = 50
"""Rejected rows that are named one by one; all are in the quarantine."""


@dataclass(frozen=True)
class RejectedRow:
    """Where a record stood and why it was rejected, without its content."""

    file: str
    line: int | None
    reason: str
    detail: str


@dataclass(frozen=True)
class ImportResult:
    """What became of the records; ``read == new + updated + seen + rejected``."""

    read: int = 0
    new: int = 0
    updated: int = 0
    seen: int = 0
    """Already archived just so."""
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Rejected records by reason; the records themselves are in the sealed quarantine."""
    rejected_rows: tuple[RejectedRow, ...] = ()
    """The first rejected records, ``MOST_NAMED`` at most."""
    snapshots: int = 0
    """Channel figures; not counted as read."""
    notes: tuple[str, ...] = ()
    """What a person should know, such as keys that were ignored."""
