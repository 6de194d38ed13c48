"""Hide small groups in tables, and what would give them away by adding and subtracting. Pure.

A table is counts by two values. Whoever looks is taken to know every total of a row and a column,
that no count is below 0, and everything shown. A count under the limit is hidden; then more are
hidden until for every hidden one (other than 0) another value would fit what is known as well.
Whether one fits is a question of circulations: hidden cells are edges between their row and their
column, and a count can be one higher (or lower) exactly where a cycle of hidden cells can take up
the difference (D. Gusfield, "A Graph Theoretic Approach to Statistical Data Security", 1988).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Cell = tuple[str, str]
"""Row and column."""
ANY = ""
"""Name of the one node in which lines without a known total meet."""


@dataclass(frozen=True)
class Shown:
    """What may be shown of a table."""

    counts: Mapping[Cell, int]
    """Cells to show, those with 0 included."""
    hidden: frozenset[Cell]
    safe: bool
    """False where even hiding every cell gives some away to one who knows the totals."""


def protect(
    counts: Mapping[Cell, int],
    limit: int,
    *,
    rows: Collection[str],
    columns: Collection[str],
    veiled: Collection[str] = (),
    small: Collection[Cell] = (),
    rows_known: bool = True,
    columns_known: bool = True,
) -> Shown:
    """Decide which cells of a table may be shown.

    Args:
        counts: posts by row and column; missing cells are 0.
        limit: the smallest count that may be shown, other than 0.
        rows: every value of the rows there is anywhere, also those without posts here.
        columns: the same of the columns.
        veiled: rows hidden as a whole, whose totals are unknown as well.
        small: further cells that may not be shown.
        rows_known: whether totals of rows are known to whoever looks.
        columns_known: the same of columns.
    """
    table = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    hiding = _Hiding(table, frozenset(veiled), rows_known, columns_known)
    for cell, n in table.items():
        if 0 < n < limit or cell[0] in veiled or cell in small:
            hiding.hide(cell)
    # What is ambiguous stays so when more is hidden, so only the others are looked at again. That a
    # hidden 0 is 0 may be found out: it is nobody.
    bare = sorted(cell for cell in hiding.hidden if table[cell])
    while bare := [cell for cell in bare if not hiding.ambiguous(cell)]:
        more = hiding.next_for(bare[0])
        if more is None:
            break
        hiding.hide(more)
        bare += [more] if table[more] else []
    shown = {cell: n for cell, n in table.items() if cell not in hiding.hidden}
    return Shown(shown, frozenset(hiding.hidden), safe=not bare)


def protect_row(
    counts: Mapping[str, int],
    limit: int,
    values: Collection[str],
    small: Collection[str] = (),
) -> Shown:
    """Decide the same for one row of counts whose sum is known; cells are ``("", value)``."""
    cells = {(ANY, value): n for value, n in counts.items()}
    more = {(ANY, value) for value in small}
    return protect(cells, limit, rows=(ANY,), columns=values, small=more, columns_known=False)


class _Hiding:
    """Hidden cells as edges along which a surplus can travel between rows and columns.

    From a row into a column goes a surplus by a cell that is higher, from a column into a row by
    one that is lower, which a cell with 0 cannot be.
    """

    def __init__(
        self,
        table: Mapping[Cell, int],
        veiled: frozenset[str],
        rows_known: bool,
        columns_known: bool,
    ) -> None:
        self._table = table
        self._veiled = veiled
        self._known = rows_known, columns_known
        self._ways: dict[Cell, list[tuple[Cell, Cell]]] = defaultdict(list)
        self.hidden: set[Cell] = set()

    def hide(self, cell: Cell) -> None:
        self.hidden.add(cell)
        row, column = self._ends(cell)
        self._ways[row].append((column, cell))
        if self._table[cell] > 0:
            self._ways[column].append((row, cell))

    def ambiguous(self, cell: Cell) -> bool:
        """Whether a hidden cell could be one higher or one lower for all anybody knows."""
        row, column = self._ends(cell)
        if self._reaches(column, row, cell):
            return True
        return self._table[cell] > 0 and self._reaches(row, column, cell)

    def next_for(self, cell: Cell) -> Cell | None:
        """The cell to hide next: in the same line, small, best where a hidden one meets it."""
        rows, columns = {row for row, _ in self.hidden}, {column for _, column in self.hidden}

        def cost(other: Cell) -> tuple[bool, bool, int, Cell]:
            near = other[0] == cell[0] or other[1] == cell[1]
            met = other[0] in rows and other[1] in columns
            return not near, not met, self._table[other], other

        return min((c for c in self._table if c not in self.hidden), key=cost, default=None)

    def _ends(self, cell: Cell) -> tuple[Cell, Cell]:
        rows_known, columns_known = self._known
        row = cell[0] if rows_known and cell[0] not in self._veiled else ANY
        return ("row", row), ("column", cell[1] if columns_known else ANY)

    def _reaches(self, start: Cell, end: Cell, without: Cell) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            if here == end:
                return True
            for node, cell in self._ways[here]:
                if cell != without and node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return False
