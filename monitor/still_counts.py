"""Counts that stand still for a day.

Whoever could ask for a table again after one post came in, or after correcting a tag of one post,
would learn from the difference where that post belongs. So a table asked for once stays as it is
until China's next day.
"""

from collections.abc import Callable, Hashable
from datetime import date, datetime
from threading import Lock
from typing import Protocol, TypeVar

from posts.model import CHINA
from posts.query import CrossCount, DayCount, FacetField, PostQuery

T = TypeVar("T")


class Counted(Protocol):
    """What of a store is counted; see ``PostStore``."""

    def count_by(self, field: FacetField, query: PostQuery) -> dict[str, int]:
        """Posts by value of one field."""
        ...

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields at once."""
        ...

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day."""
        ...

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts."""
        ...


class StillCounts:
    """A store's counts, asked once a day; threads may share it.

    Args:
        store: where they come from.
        clock: what time it is.
    """

    def __init__(self, store: Counted, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._now = clock
        self._lock = Lock()
        self._day: date | None = None
        self._held: dict[Hashable, object] = {}

    def count_by(self, field: FacetField, query: PostQuery) -> dict[str, int]:
        """Posts by value of one field."""
        return self._once((field, query), lambda: self._store.count_by(field, query))

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields at once."""
        return self._once((rows, columns, query), lambda: self._store.cross(rows, columns, query))

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day."""
        return self._once(("day", query, split), lambda: self._store.per_day(query, split))

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts."""
        return self._once("days", self._store.days)

    def _once(self, question: Hashable, ask: Callable[[], T]) -> T:
        today = self._now().astimezone(CHINA).date()
        with self._lock:
            if today != self._day:
                self._day, self._held = today, {}
            if question not in self._held:
                self._held[question] = ask()
            answer: T = self._held[question]  # type: ignore[assignment]
            return answer
