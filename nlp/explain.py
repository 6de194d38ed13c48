"""Which words moved a verdict: the text is tagged again without each of them.

Occlusion as Zeiler & Fergus (2014) did with pictures and Li, Monroe & Jurafsky ("Understanding
neural networks through representation erasure", 2016) with words. It holds for any tagger, and says
what moved this model on this text, not why a person wrote so.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.segment import cut
from nlp.tagger import Tagger
from nlp.text import simplify
from posts.model import Analysis, Sentiment

MOST = 60
"""Pieces that are left out one at a time; a batch of so many takes a tenth of a second."""
LONGEST = 2000
"""Characters that are read; what stands behind them is not explained."""
_CRY = re.compile(r"[!?！？~～…]+")

Span = tuple[int, int]


@dataclass(frozen=True)
class Moved:
    """A word, or some words side by side, and how far it moved the verdict."""

    start: int
    """Its first character in the text as given."""
    end: int
    """The one after its last character."""
    by: float
    """Probability of the verdict with it less that without it; below 0 where it spoke against."""
    urgency: float = 0.0
    """The same for the probability that the text is urgent."""


@dataclass(frozen=True)
class Explanation:
    """What the tagger says of a text, and what moved it."""

    sentiment: Sentiment
    probability: float
    """Of that sentiment."""
    moved: tuple[Moved, ...]
    """In the order of the text, not overlapping."""
    model: str
    read: int
    """Characters that were read; fewer than the text has where it is very long."""

    def strongest(self, most: int = 5) -> list[Moved]:
        """What moved the sentiment most, in either direction, strongest first."""
        return sorted(self.moved, key=lambda one: -abs(one.by))[:most]


def explain(tagger: Tagger, text: str, *, most: int = MOST) -> Explanation:
    """Explain the sentiment of a text, and its urgency beside it.

    A text of more than ``most`` words is first looked at in ``most`` parts; the words of its
    strongest parts are then left out one by one, again at most so many.

    Args:
        tagger: whose verdict is explained.
        text: any text.
        most: pieces left out in one round, at least 1.
    """
    kept = text[:LONGEST]
    words = spans_of_words(kept)
    whole, moved = _occlude(tagger, kept, _parts(words, most))
    if len(words) > len(moved):
        moved = _refine(tagger, kept, words, moved, most)
    sentiment = whole.sentiment
    chance = whole.probabilities[sentiment]
    return Explanation(sentiment, chance, tuple(moved), whole.model, len(kept))


def spans_of_words(text: str) -> list[Span]:
    """Where the words, emoji, emoticons and cries (``!!!``) of a text stand, in order."""
    shadow = _shadow(text)
    spans = []
    at = 0
    for word in cut(shadow):
        start = shadow.find(word, at)
        if start >= 0:
            at = start + len(word)
            spans.append((start, at))
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    gaps = zip(starts, ends, strict=True)
    cries = [found.span() for start, end in gaps for found in _CRY.finditer(text, start, end)]
    return sorted(spans + cries)


def _shadow(text: str) -> str:
    """Fold a text character by character, so that places in it stay the same."""
    return "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return " "
    folded = simplify(unicodedata.normalize("NFKC", character).lower())
    return folded if len(folded) == 1 else character


def _parts(words: Sequence[Span], most: int) -> list[Span]:
    """Join neighbours until there are at most so many."""
    if len(words) <= most:
        return list(words)
    bounds = [len(words) * part // most for part in range(most + 1)]
    return [(words[first][0], words[last - 1][1]) for first, last in pairwise(bounds)]


def _refine(
    tagger: Tagger, text: str, words: Sequence[Span], parts: list[Moved], most: int
) -> list[Moved]:
    """Replace the strongest parts by their words."""
    singly: list[Span] = []
    replaced = set()
    for part in sorted(parts, key=lambda one: -max(abs(one.by), abs(one.urgency))):
        inside = [span for span in words if part.start <= span[0] and span[1] <= part.end]
        left = most - len(singly)
        if left < 2:
            break
        replaced.add(part.start)
        singly += _parts(inside, left)
    _, found = _occlude(tagger, text, singly)
    kept = [part for part in parts if part.start not in replaced]
    return sorted([*kept, *found], key=lambda one: one.start)


def _occlude(tagger: Tagger, text: str, spans: Sequence[Span]) -> tuple[Analysis, list[Moved]]:
    """Tag a text whole and without each span, in one batch."""
    whole, *rest = tagger.tag([text, *(text[:start] + text[end:] for start, end in spans)])
    before = whole.probabilities[whole.sentiment]
    return whole, [
        Moved(
            start,
            end,
            before - without.probabilities[whole.sentiment],
            whole.urgency - without.urgency,
        )
        for (start, end), without in zip(spans, rest, strict=True)
    ]
