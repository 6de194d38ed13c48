"""Two taggers on the same texts: which is better, and could chance have done it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True)
class Paired:
    """How often each of two was right on the same texts."""

    texts: int
    before: int
    """Texts that the first had right."""
    after: int
    """Texts that the second had right."""
    gained: int
    """Texts that only the second had right."""
    lost: int
    """Texts that only the first had right."""

    @property
    def chance_of_gain(self) -> float:
        """How likely chance alone would let the second win so clearly: one-sided exact McNemar.

        McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages" (1947), in its exact binomial form.
        """
        return at_least(self.gained, self.gained + self.lost)

    @property
    def chance_of_loss(self) -> float:
        """The same for losing so clearly."""
        return at_least(self.lost, self.gained + self.lost)


def compare(before: Sequence[bool], after: Sequence[bool]) -> Paired:
    """Compare what two had right on the same texts."""
    pairs = list(zip(before, after, strict=True))
    return Paired(
        len(pairs),
        sum(before),
        sum(after),
        sum(not first and second for first, second in pairs),
        sum(first and not second for first, second in pairs),
    )


def at_least(heads: int, tosses: int) -> float:
    """Probability of so many heads or more in tosses of a fair coin."""
    ways = sum(comb(tosses, k) for k in range(heads, tosses + 1))
    return float(ways / 2**tosses)
