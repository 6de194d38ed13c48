"""What is alike: the nearest of many vectors, and labelled examples to set a verdict beside."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
import numpy.typing as npt

from nlp.reading import ReadingTagger, chunks
from nlp.vectors import Bytes, Floats, quantise
from posts.model import Intent, Sentiment, Topic

_ROWS = 16_384
"""Rows compared at once, which bounds the memory to some 25 MB."""


@dataclass(frozen=True)
class Example:
    """A text with its labels, written for this project."""

    id: str
    text: str
    sentiment: Sentiment
    intent: Intent
    topics: tuple[Topic, ...]
    urgent: bool
    use: Literal["anchor", "exam"]
    """Anchors hold the model where it is while it learns from corrections; exams judge it then."""


@dataclass(frozen=True)
class Near:
    """A row and how near it is: cosine, 1 = the same direction."""

    row: int
    cosine: float


def nearest(query: Floats, rows: Bytes, most: int = 10) -> list[Near]:
    """Find the rows nearest to a vector, nearest first.

    Args:
        query: one vector (width,).
        rows: quantised vectors (rows, width); may be a memory map of any length.
        most: rows returned at most.
    """
    length = float(np.linalg.norm(query))
    if length == 0 or len(rows) == 0:
        return []
    wanted = (query / length).astype(np.float32)
    found: list[Near] = []
    for start in range(0, len(rows), _ROWS):
        block = rows[start : start + _ROWS].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        cosines = (block @ wanted) / np.maximum(lengths, 1e-9)
        best = np.argsort(-cosines, kind="stable")[:most]
        found += [Near(start + int(row), float(cosines[row])) for row in best]
    return sorted(found, key=lambda near: (-near.cosine, near.row))[:most]


@cache
def examples() -> tuple[Example, ...]:
    """Every labelled example that ships with the house."""
    raw = gzip.decompress((resources.files("nlp") / "weights" / "gold.jsonl.gz").read_bytes())
    rows = (json.loads(line) for line in raw.decode().splitlines())
    return tuple(Example(**{**row, "topics": tuple(row["topics"])}) for row in rows)


class LabelledExamples:
    """The labelled examples, searched by the vectors of a tagger."""

    def __init__(self, tagger: ReadingTagger, rows: Bytes | None = None) -> None:
        """Read all examples, which takes a tagger some seconds, or take what it read before.

        Args:
            tagger: gives the vectors.
            rows: ``rows`` of the same tagger's.
        """
        self._tagger = tagger
        self.rows = quantised(tagger, [e.text for e in examples()]) if rows is None else rows

    def near(self, text: str, most: int = 5) -> list[tuple[Example, float]]:
        """Find the examples nearest to a text, with their cosines, nearest first."""
        [query] = self._tagger.vectors([text])
        return [(examples()[n.row], n.cosine) for n in nearest(query, self.rows, most)]


def quantised(tagger: ReadingTagger, texts: Sequence[str]) -> Bytes:
    """Return the quantised vectors of texts: (texts, width)."""
    parts = [quantise(tagger.vectors(chunk)) for chunk in chunks(texts)]
    joined: npt.NDArray[np.int8] = np.concatenate(parts) if parts else np.zeros((0, 1), np.int8)
    return joined
