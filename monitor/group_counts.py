"""Counts by what tells people apart (region, gender, unit, shift), without small groups.

For whoever may not see these of a single post, one table can be asked for at a time: one of the
four by at most one other condition, over everything members ever wrote. All such tables share the
totals of the field, which are protected first; each table is then protected with every total taken
as known. Free texts, single threads, arbitrary days, two of the four at once and other
combinations are refused, because the difference of two of them can be a single person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.group_questions import CONDITIONS, ONE_AT_A_TIME, SENSITIVE, TOO_FEW, condition
from monitor.group_tables import REST, GroupTables, Table
from monitor.small_groups import Cell, protect, protect_row
from monitor.still_counts import Counted
from posts.errors import SmallGroup
from posts.query import CrossCount, FacetField, PostQuery


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


class GroupCounts:
    """Answers for those who may not see region, gender, unit and shift of a single post.

    Args:
        store: the index.
        limit: the smallest count to show.
    """

    def __init__(self, store: Counted, limit: int) -> None:
        self._store = store
        self._limit = limit

    def count_by(self, by: FacetField, query: PostQuery) -> Counts:
        """Posts of members by one of the four.

        Raises:
            SmallGroup: the question is too fine to be answered to anybody.
        """
        if query.by_channel:
            raise SmallGroup(ONE_AT_A_TIME)
        chosen = getattr(query, SENSITIVE[by])
        rest = query.model_copy(update={SENSITIVE[by]: (), "by_channel": None})
        other, columns = condition(rest, self._store)
        tables = GroupTables(self._store, by)
        shown, hidden = self._sums(tables, other, columns)
        wanted = [value for value in tables.rows if not chosen or value in chosen]
        return Counts(
            {value: shown[value] for value in wanted if shown.get(value)},
            tuple(value for value in wanted if value in hidden),
        )

    def total(self, query: PostQuery) -> int:
        """Posts of members in some regions, of a gender, of some units or shifts.

        Raises:
            SmallGroup: too fine, or the number is not to be shown.
        """
        by = next(by for by, name in SENSITIVE.items() if getattr(query, name))
        found = self.count_by(by, query)
        if found.hidden or not found.shown:  # none and few are answered alike
            raise SmallGroup(TOO_FEW)
        return sum(found.shown.values())

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> CrossTable:
        """Posts of members by two fields, one of them one of the four.

        Raises:
            SmallGroup: a condition comes on top, or the fields cannot be crossed.
        """
        by, other = (rows, columns) if rows in SENSITIVE else (columns, rows)
        if query.model_copy(update={"by_channel": None}) != PostQuery() or query.by_channel:
            raise SmallGroup(ONE_AT_A_TIME)
        if other not in CONDITIONS:
            raise SmallGroup(ONE_AT_A_TIME)
        tables = GroupTables(self._store, by)
        shown: dict[Cell, int] = {}
        hidden: set[Cell] = set()
        for table in tables.by_field(other):
            one, not_shown = self._protected(tables, table)
            shown |= {cell: n for cell, n in one.items() if n and REST not in cell}
            hidden |= {cell for cell in not_shown if REST not in cell}
        turn = rows is not by
        counts = [
            CrossCount(row=c if turn else r, column=r if turn else c, count=n)
            for (r, c), n in shown.items()
        ]
        pairs = sorted((c, r) if turn else (r, c) for r, c in hidden)
        return CrossTable(
            tuple(sorted(counts, key=lambda one: (one.row, one.column))), tuple(pairs)
        )

    def _sums(
        self, tables: GroupTables, other: FacetField | None, columns: tuple[str, ...]
    ) -> tuple[dict[str, int], set[str]]:
        """Shown sums and hidden values over the columns that the one condition names."""
        if other is None and not columns:
            totals, veiled = tables.totals(), self._veiled(tables)
            counts = {row: n for (row, _), n in totals.counts.items() if row not in veiled}
            return counts, set(veiled)
        table = tables.by_month() if other is None else tables.by_field(other, columns)[0]
        shown, hidden = self._protected(tables, table)
        sums: dict[str, int] = defaultdict(int)
        for row in table.rows:
            for column in columns:
                sums[row] += shown.get((row, column), 0)
        not_shown = {row for row, column in hidden if column in columns}
        return {row: n for row, n in sums.items() if row not in not_shown}, not_shown

    def _veiled(self, tables: GroupTables) -> frozenset[str]:
        totals = tables.totals()
        left = {row: n for (row, _), n in totals.unknown().items()}
        small = {row for row, _ in totals.small(self._limit)}
        found = protect_row(left, self._limit, totals.rows, small)
        return frozenset(row for _, row in found.hidden)

    def _protected(
        self, tables: GroupTables, table: Table
    ) -> tuple[Mapping[Cell, int], frozenset[Cell]]:
        cells = frozenset((row, column) for row in table.rows for column in table.columns)
        found = protect(
            table.unknown(),
            self._limit,
            rows=table.rows,
            columns=table.columns,
            veiled=self._veiled(tables),
            small=table.small(self._limit),
        )
        if not found.safe:
            return {}, cells
        return {c: table.counts.get(c, 0) for c in cells - found.hidden}, found.hidden


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
