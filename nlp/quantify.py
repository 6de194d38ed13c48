"""The share of each class in a set of posts, corrected for the errors of the tagger that counted.

Counting what a tagger says repeats its errors: a tagger that sees 8 % of the neutral posts as
negative finds anger where there is none. Here the true shares are estimated from the counts and
from what is known of the tagger's confusion, both with their uncertainty: the Bayesian form of
adjusted counting.

Model: true shares s ~ Dirichlet(1, ..., 1); a post of class i is tagged j with probability
``m[i, j]``; the rows of m ~ Dirichlet(1/k + counts on labelled texts). Sampled with the posts' true
classes as hidden variables (Gibbs).

Sources: Rogan & Gladen, Estimating prevalence from the results of a screening test, Am. J.
Epidemiology 107 (1978); Forman, Quantifying counts and costs via classification, Data Mining and
Knowledge Discovery 17 (2008); Ziegler & Czyz, Bayesian quantification with black-box estimators,
TMLR (2024).

It assumes that posts of one class are as hard to tag here as in the labelled texts; on a source of
a new kind have some hundred posts labelled and give their confusion.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from posts.errors import ModelError

CHAINS = 48
SWEEPS = 160
BURNED = 40

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """An estimated share, between 0 and 1, with its interval."""

    estimate: float
    low: float
    high: float
    counted: float
    """The share as the tagger counted it, uncorrected."""


def shares(
    tagged: Sequence[int], confusion: Sequence[Sequence[int]], *, level: float = 0.95, seed: int = 0
) -> list[Share] | None:
    """Estimate the true share of every class; None where no post was tagged.

    Args:
        tagged: how many posts were tagged as each class.
        confusion: counts on labelled texts the tagger never saw, row = true class, column = tagged.
        level: probability that an interval holds the true share.
        seed: the same seed gives the same figures.

    Raises:
        ModelError: the sizes do not match or a count is negative.
    """
    counts = np.asarray(tagged, np.int64)
    known = np.asarray(confusion, np.int64)
    _check(counts, known, level)
    total = int(counts.sum())
    if total == 0:
        return None
    drawn = _draw(counts, known, np.random.default_rng(seed))
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return [
        Share(float(mean), float(lower), float(upper), float(count) / total)
        for mean, lower, upper, count in zip(drawn.mean(0), low, high, counts, strict=True)
    ]


def _check(counts: Counts, confusion: Counts, level: float) -> None:
    if counts.ndim != 1 or confusion.shape != (len(counts), len(counts)):
        raise ModelError(
            f"{counts.shape} counts do not fit a confusion of {confusion.shape}; "
            "give one count a class and a square table"
        )
    if (counts < 0).any() or (confusion < 0).any():
        raise ModelError("a count is negative; give numbers of posts")
    if not 0 < level < 1:
        raise ModelError(f"level is {level}; give a probability between 0 and 1")


def _draw(counts: Counts, confusion: Counts, random: np.random.Generator) -> Shares:
    """Draw true shares (draws, classes) from their posterior."""
    classes = len(counts)
    prior = confusion.astype(np.float64) + 1 / classes
    share = _dirichlet(random, np.broadcast_to(counts + 1.0, (CHAINS, classes)))
    table = _dirichlet(random, np.broadcast_to(prior, (CHAINS, classes, classes)))
    kept = []
    for sweep in range(SWEEPS):
        # Of the posts tagged j (rows), how many are truly i (columns)?
        weight = np.swapaxes(share[:, :, None] * table, 1, 2)
        weight /= weight.sum(-1, keepdims=True)
        hidden = np.swapaxes(random.multinomial(counts, weight), 1, 2)
        share = _dirichlet(random, 1.0 + hidden.sum(-1))
        table = _dirichlet(random, prior + hidden)
        if sweep >= BURNED:
            kept.append(share)
    return np.concatenate(kept)


def _dirichlet(random: np.random.Generator, weights: Shares) -> Shares:
    drawn = random.standard_gamma(weights) + np.finfo(np.float64).tiny
    return np.asarray(drawn / drawn.sum(-1, keepdims=True))
