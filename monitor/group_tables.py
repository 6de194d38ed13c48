"""The tables behind protected counts: members' posts by a telling field and one condition.

A channel whose every post has one value (a plant's own channel) is known to whoever knows the
channel, and what is said on a channel is shown to everybody. So each table also tells how much of
a count is known that way: what is left beside it must be large enough as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from monitor.group_questions import MEMBERS, months_held
from monitor.small_groups import ANY, Cell
from monitor.still_counts import Counted
from posts.model import Gender
from posts.query import FacetField

REST = "\ufffd rest"
"""The column of posts that lie in none of the others."""


@dataclass(frozen=True)
class Table:
    """Counts by value of the field and column."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[Cell, int] = field(default_factory=dict)
    known: Mapping[Cell, int] = field(default_factory=dict)
    """How much of a count anybody knows from the channels that have one value."""

    def small(self, limit: int) -> frozenset[Cell]:
        """Cells with few posts, or with few beside those anybody knows."""
        return frozenset(
            cell
            for cell, n in self.counts.items()
            if 0 < n < limit or 0 < n - self.known.get(cell, 0) < limit
        )

    def unknown(self) -> dict[Cell, int]:
        """What of each count nobody knows."""
        return {cell: n - self.known.get(cell, 0) for cell, n in self.counts.items()}


class GroupTables:
    """Makes the tables of one field.

    Args:
        store: where the counts come from.
        by: region, gender, unit or shift.
    """

    def __init__(self, store: Counted, by: FacetField) -> None:
        self._store, self._by = store, by
        everywhere = store.count_by(by, MEMBERS.model_copy(update={"by_channel": None}))
        known = get_args(Gender) if by is FacetField.GENDER else ()
        self.rows: tuple[str, ...] = tuple(dict.fromkeys([*known, *sorted(everywhere)]))
        self._owner = self._channels_of_one_value()

    def totals(self) -> Table:
        """Posts by value; the one column is ``ANY``."""
        counts = self._store.count_by(self._by, MEMBERS)
        said = self._store.count_by(FacetField.CHANNEL, MEMBERS)
        known = self._known((channel, ANY, n) for channel, n in said.items())
        return Table(
            self.rows, (ANY,), {(row, ANY): counts.get(row, 0) for row in self.rows}, known
        )

    def by_field(self, other: FacetField, topics: Iterable[str] = ()) -> list[Table]:
        """Posts by another field; by topic one table each, for a post may have several.

        The columns are the same whatever is asked for: with others, other cells would be hidden.
        """
        if other is FacetField.TOPIC:
            names = list(topics) or sorted(self._store.count_by(other, MEMBERS))
            return [self._of_topic(name) for name in names]
        cells = {(c.row, c.column): c.count for c in self._store.cross(self._by, other, MEMBERS)}
        columns = sorted(self._store.count_by(other, MEMBERS))
        if other is FacetField.CHANNEL:
            said = self._store.count_by(other, MEMBERS)
            known = self._known((channel, channel, n) for channel, n in said.items())
        else:
            crossed = self._store.cross(FacetField.CHANNEL, other, MEMBERS)
            known = self._known((c.row, c.column, c.count) for c in crossed)
        return [self._completed(cells, known, tuple(columns))]

    def by_month(self) -> Table:
        """Posts by month in China's zone."""
        cells: dict[Cell, int] = defaultdict(int)
        for day in self._store.per_day(MEMBERS, self._by):
            cells[day.value or "", f"{day.day:%Y-%m}"] += day.count
        said = self._store.per_day(MEMBERS, FacetField.CHANNEL)
        known = self._known((day.value or "", f"{day.day:%Y-%m}", day.count) for day in said)
        return self._completed(cells, known, tuple(months_held(self._store)))

    def _of_topic(self, topic: str) -> Table:
        asked = MEMBERS.model_copy(update={"topics": (topic,)})
        cells = {(row, topic): n for row, n in self._store.count_by(self._by, asked).items()}
        said = self._store.count_by(FacetField.CHANNEL, asked)
        known = self._known((channel, topic, n) for channel, n in said.items())
        return self._completed(cells, known, (topic,))

    def _channels_of_one_value(self) -> dict[str, str]:
        said = self._store.count_by(FacetField.CHANNEL, MEMBERS)
        crossed = self._store.cross(self._by, FacetField.CHANNEL, MEMBERS)
        return {c.column: c.row for c in crossed if c.count == said.get(c.column)}

    def _known(self, said: Iterable[tuple[str, str, int]]) -> dict[Cell, int]:
        """Turn counts by channel and column into counts by value and column."""
        known: dict[Cell, int] = defaultdict(int)
        for channel, column, n in said:
            if channel in self._owner:
                known[self._owner[channel], column] += n
        return dict(known)

    def _completed(
        self, cells: Mapping[Cell, int], known: Mapping[Cell, int], columns: tuple[str, ...]
    ) -> Table:
        """Add what of each row lies in none of its columns."""
        totals, counts, told = self.totals(), dict(cells), dict(known)
        for row in self.rows:
            for whole, parts in ((totals.counts, counts), (totals.known, told)):
                rest = whole.get((row, ANY), 0) - sum(parts.get((row, c), 0) for c in columns)
                parts[row, REST] = max(0, rest)
        return Table(self.rows, (*columns, REST), counts, told)
