"""Counts by what tells people apart (region, gender), without small groups and ways around them.

For whoever may not see these of a single post, one table can be asked for at a time: a field by
at most one other condition, over everything members ever wrote. All such tables share the totals
of the field, which are protected first; each table is then protected with every total taken as
known. Free texts, single threads, arbitrary days and combinations are refused, because the
difference of two of them can be a single person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from monitor.group_questions import (
    CONDITIONS,
    MEMBERS,
    ONE_AT_A_TIME,
    SENSITIVE,
    TOO_FEW,
    condition,
    months_held,
)
from monitor.small_groups import ANY, Cell, protect, protect_row
from monitor.still_counts import Counted
from posts.errors import SmallGroup
from posts.model import Gender
from posts.query import CrossCount, FacetField, PostQuery

_REST = "\ufffd rest"


@dataclass(frozen=True)
class Counts:
    """Posts by value, as far as they may be shown."""

    shown: Mapping[str, int]
    hidden: tuple[str, ...] = ()
    """Values there are, whose numbers are not shown: small ones and some beside them."""


@dataclass(frozen=True)
class CrossTable:
    """Posts by two fields, as far as they may be shown."""

    shown: tuple[CrossCount, ...]
    hidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Table:
    """Everything known of one table before it is asked for."""

    rows: tuple[str, ...]
    counts: Mapping[Cell, int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


class GroupCounts:
    """Answers for those who may not see region and gender of a single post.

    Args:
        store: the index.
        limit: the smallest count to show.
    """

    def __init__(self, store: Counted, limit: int) -> None:
        self._store = store
        self._limit = limit

    def count_by(self, by: FacetField, query: PostQuery) -> Counts:
        """Posts of members by region or gender.

        Raises:
            SmallGroup: the question is too fine to be answered to anybody.
        """
        chosen = getattr(query, SENSITIVE[by])
        rest = query.model_copy(update={SENSITIVE[by]: (), "by_channel": None})
        if query.by_channel:
            raise SmallGroup(ONE_AT_A_TIME)
        totals = self._totals(by)
        values = tuple(totals.rows)
        shown, hidden = self._sums(by, totals, rest)
        wanted = [value for value in values if not chosen or value in chosen]
        return Counts(
            {value: shown[value] for value in wanted if shown.get(value)},
            tuple(value for value in wanted if value in hidden),
        )

    def total(self, query: PostQuery) -> int:
        """Posts of members in some regions or of a gender.

        Raises:
            SmallGroup: too fine, or the number is not to be shown.
        """
        by = next(by for by, name in SENSITIVE.items() if getattr(query, name))
        found = self.count_by(by, query)
        if found.hidden or not found.shown:  # none and few are answered alike
            raise SmallGroup(TOO_FEW)
        return sum(found.shown.values())

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> CrossTable:
        """Posts of members by two fields, at least one of them region or gender.

        Raises:
            SmallGroup: a condition comes on top, or the fields cannot be crossed.
        """
        by, other = (rows, columns) if rows in SENSITIVE else (columns, rows)
        if query.model_copy(update={"by_channel": None}) != PostQuery() or query.by_channel:
            raise SmallGroup(ONE_AT_A_TIME)
        if other not in CONDITIONS and other not in SENSITIVE:
            raise SmallGroup(ONE_AT_A_TIME)
        totals = self._totals(by)
        shown: dict[Cell, int] = {}
        hidden: set[Cell] = set()
        for table in self._tables(by, other, totals):
            one, not_shown = self._protected(by, totals, table, other)
            shown |= {cell: n for cell, n in one.items() if n and _REST not in cell}
            hidden |= {cell for cell in not_shown if _REST not in cell}
        turn = rows is not by
        counts = [
            CrossCount(row=c if turn else r, column=r if turn else c, count=n)
            for (r, c), n in shown.items()
        ]
        pairs = sorted((c, r) if turn else (r, c) for r, c in hidden)
        return CrossTable(
            tuple(sorted(counts, key=lambda one: (one.row, one.column))), tuple(pairs)
        )

    def _totals(self, by: FacetField) -> _Table:
        everywhere = self._store.count_by(by, PostQuery())
        known = get_args(Gender) if by is FacetField.GENDER else ()
        rows = tuple(dict.fromkeys([*known, *sorted(everywhere)]))
        counts = self._store.count_by(by, MEMBERS)
        return _Table(rows, {(row, ANY): counts.get(row, 0) for row in rows}, (ANY,))

    def _veiled(self, totals: _Table) -> frozenset[str]:
        plain = {row: n for (row, _), n in totals.counts.items()}
        return frozenset(row for _, row in protect_row(plain, self._limit, totals.rows).hidden)

    def _sums(
        self, by: FacetField, totals: _Table, rest: PostQuery
    ) -> tuple[dict[str, int], set[str]]:
        """Shown sums and hidden values over the columns that the one condition names."""
        other, columns = condition(rest, self._store)
        if other is None and not columns:
            veiled = self._veiled(totals)
            counts = {row: n for (row, _), n in totals.counts.items() if row not in veiled}
            return counts, set(veiled)
        if other is None:
            tables = [self._by_month(by, totals)]
        else:
            tables = self._tables(by, other, totals, only=columns)
        (table,) = tables
        shown, hidden = self._protected(by, totals, table, other)
        sums: dict[str, int] = defaultdict(int)
        for row in totals.rows:
            for column in columns:
                sums[row] += shown.get((row, column), 0)
        not_shown = {row for row, column in hidden if column in columns}
        return {row: n for row, n in sums.items() if row not in not_shown}, not_shown

    def _protected(
        self, by: FacetField, totals: _Table, table: _Table, other: FacetField | None
    ) -> tuple[Mapping[Cell, int], frozenset[Cell]]:
        everything = frozenset((row, column) for row in table.rows for column in table.columns)
        if other in SENSITIVE and self._veiled(self._totals(other)):
            return {}, everything  # its own totals are hidden, so nothing is said of it at all
        found = protect(
            table.counts,
            self._limit,
            rows=table.rows,
            columns=table.columns,
            veiled=self._veiled(totals),
        )
        return (found.counts, found.hidden) if found.safe else ({}, everything)

    def _tables(
        self, by: FacetField, other: FacetField, totals: _Table, only: Iterable[str] = ()
    ) -> list[_Table]:
        if other is FacetField.TOPIC:  # a post may have several: each against all that lack it
            names = list(only) or sorted(self._store.count_by(other, MEMBERS))
            return [self._table(totals, self._of_topic(by, name), (name,)) for name in names]
        cells = {(c.row, c.column): c.count for c in self._store.cross(by, other, MEMBERS)}
        columns = {*only, *self._store.count_by(other, PostQuery())}
        made = self._table(totals, cells, tuple(sorted(columns)))
        if other in SENSITIVE:
            # Posts without the first field count in the totals of the second.
            second = self._totals(other)
            for (column, _), n in second.counts.items():
                known = sum(made.counts.get((row, column), 0) for row in totals.rows)
                cells[_REST, column] = n - known
            made = _Table((*made.rows, _REST), {**made.counts, **cells}, made.columns)
        return [made]

    def _of_topic(self, by: FacetField, topic: str) -> dict[Cell, int]:
        asked = MEMBERS.model_copy(update={"topics": (topic,)})
        return {(row, topic): n for row, n in self._store.count_by(by, asked).items()}

    def _by_month(self, by: FacetField, totals: _Table) -> _Table:
        cells: dict[Cell, int] = defaultdict(int)
        for day in self._store.per_day(MEMBERS, by):
            cells[day.value or "", f"{day.day:%Y-%m}"] += day.count
        return self._table(totals, cells, tuple(months_held(self._store)))

    def _table(self, totals: _Table, cells: Mapping[Cell, int], columns: tuple[str, ...]) -> _Table:
        """Complete a table by what of each row lies in none of its columns."""
        counts = dict(cells)
        for row in totals.rows:
            rest = totals.counts[row, ANY] - sum(counts.get((row, c), 0) for c in columns)
            counts[row, _REST] = max(0, rest)
        return _Table(totals.rows, counts, (*columns, _REST))


def protected_counts(counts: Mapping[str, int], limit: int) -> Counts:
    """Hide small groups in one answer, for those who may see them one by one anyway."""
    found = protect_row(counts, limit, tuple(sorted(counts)))
    hidden = {value for _, value in found.hidden}
    kept = {value: n for value, n in counts.items() if value not in hidden}
    return Counts(kept, tuple(sorted(hidden)))


def protected_cross(counts: Iterable[CrossCount], limit: int) -> CrossTable:
    """The same for an answer by two fields."""
    table = {(one.row, one.column): one.count for one in counts}
    rows, columns = {row for row, _ in table}, {column for _, column in table}
    found = protect(table, limit, rows=sorted(rows), columns=sorted(columns))
    kept = [CrossCount(row=r, column=c, count=n) for (r, c), n in found.counts.items() if n]
    return CrossTable(
        tuple(sorted(kept, key=lambda one: (one.row, one.column))),
        tuple(sorted(cell for cell in found.hidden if cell in table)),
    )
