"""What the replay server answers, before it goes on the wire."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

PAGES = Path(__file__).parent / "pages"

Query = dict[str, str]
"""The query of a request; a key given twice keeps its last value."""

Wire = Literal["reset", "stall", "cut"]
"""What may go wrong on the wire: the connection is reset, nothing comes, half of it comes."""


@dataclass(frozen=True)
class Answer:
    """One answer."""

    body: str
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    wire: Wire | None = None


def as_json(payload: Any, status: int = 200) -> Answer:
    """Answer with JSON, as every platform's interface does."""
    text = json.dumps(payload, ensure_ascii=False)
    return Answer(text, "application/json; charset=utf-8", status)


def as_page(name: str) -> Answer:
    """Answer with one of the bundled pages, whose own script fetches what it shows."""
    return Answer((PAGES / f"{name}.html").read_text("utf-8"))


def number(query: Query, key: str, default: int = 0) -> int:
    """Read a whole number from the query; ``default`` where it is absent or no number."""
    text = query.get(key, "")
    return int(text) if text.isascii() and text.isdigit() else default
