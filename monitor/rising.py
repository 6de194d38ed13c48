"""What rises: how often words and topics occur in two periods set side by side.

Pure. Method: log-likelihood ratio G² of Dunning (1993), as Rayson and Garside (2000) set two
corpora beside each other; the size of a rise is the ratio of two shares with the log interval of
Katz et al. (1978), half a post added to each count so that a new word has one too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

from monitor.uncertainty import Z

SURE = 10.83
"""G² that chance passes once in a thousand words (chi-squared, one degree of freedom)."""


@dataclass(frozen=True)
class Rise:
    """A word or topic in two periods; ``after`` of ``after_of`` posts hold it now."""

    name: str
    after: int
    after_of: int
    before: int
    before_of: int
    ratio: float
    """How many times its earlier share it has now; ``low`` to ``high`` is the 95 % interval."""
    low: float
    high: float
    g2: float

    @property
    def new(self) -> bool:
        """Whether nobody said it before."""
        return self.before == 0

    @property
    def sure(self) -> bool:
        """Whether it rose beyond chance."""
        return self.ratio > 1 and self.g2 >= SURE


def count_texts(texts: Iterable[Iterable[str]]) -> Counter[str]:
    """In how many texts each word occurs."""
    return Counter(word for words in texts for word in set(words))


def rises(
    after: Mapping[str, int],
    before: Mapping[str, int],
    *,
    after_of: int,
    before_of: int,
    least: int = 3,
    top: int = 20,
) -> list[Rise]:
    """What is more frequent than before, surest first.

    Args:
        after: posts by word in the later period.
        before: the same in the earlier one.
        after_of: all posts of the later period.
        before_of: all posts of the earlier one; with none, nothing can be compared.
        least: posts a word needs in the later period.
        top: most words returned.
    """
    if not after_of or not before_of:
        return []
    found = [
        _rise(name, count, after_of, before.get(name, 0), before_of)
        for name, count in after.items()
        if count >= least
    ]
    risen = [rise for rise in found if rise.ratio > 1]
    return sorted(risen, key=lambda rise: (-rise.g2, -rise.after, rise.name))[:top]


def _rise(name: str, after: int, after_of: int, before: int, before_of: int) -> Rise:
    ratio = ((after + 0.5) / (after_of + 0.5)) / ((before + 0.5) / (before_of + 0.5))
    spread = sqrt(
        max(
            0.0,
            1 / (after + 0.5) - 1 / (after_of + 0.5) + 1 / (before + 0.5) - 1 / (before_of + 0.5),
        )
    )
    return Rise(
        name, after, after_of, before, before_of,
        ratio=ratio,
        low=exp(log(ratio) - Z * spread),
        high=exp(log(ratio) + Z * spread),
        g2=log_likelihood(after, after_of, before, before_of),
    )  # fmt: skip


def log_likelihood(after: int, after_of: int, before: int, before_of: int) -> float:
    """G² of a word in two sets of posts, over holding it and not holding it; 0 where equal."""
    held, posts = after + before, after_of + before_of
    total = 0.0
    for count, size in ((after, after_of), (before, before_of)):
        for seen, expected in (
            (count, size * held / posts),
            (size - count, size - size * held / posts),
        ):
            if seen > 0:
                total += seen * log(seen / expected)
    return max(0.0, 2 * total)
