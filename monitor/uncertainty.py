"""Shares and numbers with their uncertainty: what is a change and what is chance.

Pure arithmetic at 95 %, with the published methods named.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

Z = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""

Direction = Literal["up", "down", "unclear"]


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole`` with a 95 % interval; all 0 to 1, None where ``whole`` is 0."""

    part: int
    whole: int
    value: float | None
    low: float | None
    high: float | None


def wilson(part: int, whole: int, z: float = Z) -> Share:
    """Share with the score interval of Wilson (1927), sound for small numbers too."""
    if whole == 0:
        return Share(part, 0, None, None, None)
    p = part / whole
    shrink = 1 + z * z / whole
    middle = (p + z * z / (2 * whole)) / shrink
    reach = z / shrink * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    low = 0.0 if part == 0 else max(0.0, middle - reach)
    high = 1.0 if part == whole else min(1.0, middle + reach)
    return Share(part, whole, p, low, high)


def share_moved(before: Share, after: Share) -> Direction:
    """Whether a share rose or fell beyond chance: Newcombe (1998), method 10, at 95 %."""
    if before.value is None or after.value is None:
        return "unclear"
    assert before.low is not None
    assert before.high is not None
    assert after.low is not None
    assert after.high is not None
    rise = after.value - before.value
    low = rise - sqrt((after.value - after.low) ** 2 + (before.high - before.value) ** 2)
    high = rise + sqrt((after.high - after.value) ** 2 + (before.value - before.low) ** 2)
    return "up" if low > 0 else "down" if high < 0 else "unclear"


def count_moved(before: int, after: int) -> Direction:
    """Whether a number of posts rose or fell beyond chance.

    Given their sum, the later of two equal Poisson counts is binomial with a half.
    """
    share = wilson(after, before + after)
    if share.low is None or share.high is None:
        return "unclear"
    return "up" if share.low > 0.5 else "down" if share.high < 0.5 else "unclear"
