"""What a tagger makes of texts before it decides; those who learn from corrections step in here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from nlp.tagger import Tagger
from posts.model import Analysis

Floats = npt.NDArray[np.float32]
_TEXTS = 512
_CHARACTERS = 40_000


@dataclass(frozen=True, eq=False)
class Reading:
    """Scores of texts, one row a text."""

    sentiment: Floats
    """Logarithms of probabilities (texts, 3), as those of intent (texts, 8)."""
    intent: Floats
    emotion: Floats | None
    """The same (texts, 6); None where the tagger knows no emotions."""
    topics: Floats
    """Probabilities (texts, 17), as that of being urgent (texts, 1)."""
    urgent: Floats
    words: list[list[str]]
    """Words of each text, for the keywords."""
    vectors: Floats | None = None
    """Vectors of length 1 (texts, width); None where nobody asked."""


@runtime_checkable
class ReadingTagger(Tagger, Protocol):
    """A tagger whose scores can be seen before it decides: ``tag`` is ``decide(read(texts))``."""

    def read(self, texts: Sequence[str]) -> Reading:
        """Score a chunk of texts, with vectors; see ``chunks``."""
        ...

    def decide(self, reading: Reading) -> list[Analysis]:
        """Turn scores into tags."""
        ...

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return vectors of length 1 (texts, width): what is alike lies near."""
        ...


def chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Cut a batch into pieces of bounded length, in order."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        if chunk and (size + len(text) > _CHARACTERS or len(chunk) == _TEXTS):
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    if chunk:
        yield chunk


def read_all(tagger: ReadingTagger, texts: Sequence[str]) -> Reading:
    """Score any number of texts, chunk by chunk; at least one."""
    parts = [tagger.read(chunk) for chunk in chunks(texts)]

    def joined(name: str) -> Any:
        arrays = [getattr(part, name) for part in parts]
        return None if arrays[0] is None else np.concatenate(arrays)

    return Reading(
        sentiment=joined("sentiment"),
        intent=joined("intent"),
        emotion=joined("emotion"),
        topics=joined("topics"),
        urgent=joined("urgent"),
        words=[words for part in parts for words in part.words],
        vectors=joined("vectors"),
    )


class RememberingTagger:
    """Keeps the vectors of the texts tagged last, so that who wants both reads once."""

    def __init__(self, tagger: ReadingTagger) -> None:
        self._tagger = tagger
        self._last: dict[str, Floats] = {}

    @property
    def version(self) -> str:
        """That of the tagger."""
        return self._tagger.version

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given."""
        self._last.clear()
        tags: list[Analysis] = []
        for chunk in chunks(texts):
            reading = self._tagger.read(chunk)
            if reading.vectors is not None:
                self._last.update(zip(chunk, reading.vectors, strict=True))
            tags += self._tagger.decide(reading)
        return tags

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return vectors of length 1 (texts, width)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._last]
        found = dict(zip(missing, self._tagger.vectors(missing), strict=True)) if missing else {}
        return np.stack([found[t] if t in found else self._last[t] for t in texts])


def reads(tagger: Tagger) -> ReadingTagger | None:
    """The tagger, if its scores can be seen."""
    return tagger if isinstance(tagger, ReadingTagger) else None
