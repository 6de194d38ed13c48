"""JSONL in, tagged JSONL out: the same number of lines in the same order, whatever comes in."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import isinf
from typing import Any

from nlp.tagger import Tagger
from posts.model import Analysis

BATCH = 256
"""Lines tagged at once; larger ones are no faster and make a reader wait."""


@dataclass(frozen=True)
class _Line:
    id: Any = None
    text: str | None = None
    error: str | None = None


def tag_lines(lines: Iterable[bytes], tagger: Tagger) -> Iterator[str]:
    """Tag lines ``{"id","text"}``; a line that is none gives ``{"id","error"}`` in its place.

    Args:
        lines: raw lines, such as a binary stdin.
        tagger: who tags.
    """
    rest = iter(lines)
    while batch := [_read(line) for line in islice(rest, BATCH)]:
        tags = iter(tagger.tag([line.text for line in batch if line.text is not None]))
        for line in batch:
            if line.text is None:
                yield _dump({"id": line.id, "error": line.error})
            else:
                yield _dump({"id": line.id, **tag_answer(next(tags))})


def tag_answer(tags: Analysis) -> dict[str, Any]:
    """The tags of one text, as the command line prints them."""
    return {
        "sentiment": tags.sentiment,
        "probabilities": {name: round(p, 6) for name, p in tags.probabilities.items()},
        "emotion": tags.emotion,
        "intent": tags.intent,
        "appeal": tags.appeal,
        "topics": list(tags.topics),
        "urgent": tags.urgent,
        "keywords": list(tags.keywords),
    }


def _read(line: bytes) -> _Line:
    try:
        value = json.loads(
            line.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        return _Line(error=f"not UTF-8 at byte {error.start}: save the file as UTF-8")
    except (ValueError, RecursionError) as error:
        return _Line(error=f"not a JSON object: {error}")
    if not isinstance(value, dict):
        return _Line(error=f'expected an object {{"id","text"}}, found {type(value).__name__}')
    text = value.get("text")
    if not isinstance(text, str):
        return _Line(value.get("id"), error='"text" is missing or not a string')
    return _Line(value.get("id"), text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise ValueError(f"{digits} is too large for a JSON number")
    return number


def _dump(answer: dict[str, Any]) -> str:
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # half a surrogate pair in an id: only an escape can carry it
        return json.dumps(answer)
    return line
