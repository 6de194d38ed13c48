"""What the replay server answers, before it goes on the wire."""

import json
from dataclasses import dataclass
from typing import Any

Query = dict[str, str]
"""The query of a request; a key given twice keeps its last value."""


@dataclass(frozen=True)
class Answer:
    """One answer."""

    body: str
    content_type: str = "text/html; charset=utf-8"
    status: int = 200


def as_json(payload: Any, status: int = 200) -> Answer:
    """Answer with JSON, as every platform's interface does."""
    text = json.dumps(payload, ensure_ascii=False)
    return Answer(text, "application/json; charset=utf-8", status)


def number(query: Query, key: str, default: int = 0) -> int:
    """Read a whole number from the query; ``default`` where it is absent or no number."""
    text = query.get(key, "")
    return int(text) if text.isascii() and text.isdigit() else default
