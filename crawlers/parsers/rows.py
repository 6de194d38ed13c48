"""Read the rows of a payload one by one; a bad row is rejected and the others stay."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crawlers.parsed import Parsed, Rejected
from posts.errors import ParseError
from posts.model import Post

Row = Mapping[str, Any]

UNDEFINED = "$undefined"
_EMBEDDED_NAMES = {"stats": "statistics", "author_info": "author"}


def read_rows(rows: Any, read: Callable[[Row], Iterable[Post]], where: str) -> Parsed:
    """Read each row by ``read``; None stands for no rows, as platforms write it.

    Args:
        rows: what the payload holds under ``where``.
        read: makes the posts of one row; a ``ParseError`` rejects the row.
        where: name of the list, for the reason shown to people.
    """
    parsed = Parsed()
    if rows is None:
        return parsed
    if not isinstance(rows, list):
        kind = type(rows).__name__
        parsed.rejected.append(Rejected("bad_shape", f"expected a list at {where}, found {kind}"))
        return parsed
    for row in rows:
        try:
            if not isinstance(row, Mapping):
                raise ParseError("bad_shape", f"expected objects in {where}")
            parsed.posts.extend(read(row))
        except ParseError as error:
            parsed.rejected.append(Rejected(error.reason, error.detail, row))
    return parsed


def part(row: Any, key: str) -> Row:
    """Return the object under ``key``, or an empty one where there is none."""
    found = row.get(key) if isinstance(row, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def snake_case(value: Any) -> Any:
    """Rename camelCase keys to snake_case and drop "$undefined", at every depth."""
    if isinstance(value, Mapping):
        named = {
            re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", str(key)).lower(): snake_case(item)
            for key, item in value.items()
            if item != UNDEFINED
        }
        return {_EMBEDDED_NAMES.get(key, key): item for key, item in named.items()}
    return [snake_case(item) for item in value] if isinstance(value, list) else value
