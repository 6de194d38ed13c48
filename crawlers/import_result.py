"""What an import says of itself when it is done."""

from collections import Counter
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

    def __add__(self, other: "ImportResult") -> "ImportResult":
        """Add the counts of another import."""
        return ImportResult(
            read=self.read + other.read,
            new=self.new + other.new,
            updated=self.updated + other.updated,
            seen=self.seen + other.seen,
            rejected=self.rejected + other.rejected,
            reasons=dict(Counter(self.reasons) + Counter(other.reasons)),
            rejected_rows=(self.rejected_rows + other.rejected_rows)[:MOST_NAMED],
            snapshots=self.snapshots + other.snapshots,
            notes=self.notes + other.notes,
        )
