"""Tables as plain HTML: large type, read aloud by a screen reader, nothing drawn on a canvas."""

from collections.abc import Sequence

from dashboard.plain import as_html, one_line

_LONGEST = 200


def table_html(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first cell of each row names it. Whatever a cell holds is shown as it is."""
    heads = "".join(f'<th scope="col">{as_html(one)}</th>' for one in headings)
    body = "".join(_row(row) for row in rows)
    return (
        f'<div class="gs-fleet" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[str]) -> str:
    first, *others = (as_html(one_line(cell, _LONGEST)) for cell in row)
    cells = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row">{first}</th>{cells}</tr>'
