"""Fits heads to corrections, on frozen vectors, in seconds on a processor and without torch.

Maximum a posteriori with a Gaussian prior around the heads as they ship: multinomial (for flags:
binary) logistic regression whose offsets are the tagger's own scores (Chelba & Acero, "Adaptation
of maximum entropy capitalizer: little data can help a lot", 2004). Labelled anchors hold the model
in place where nobody corrected it. The strength of the prior is chosen by cross-validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.heads import FLAGS, Head, HeadName

Floats = npt.NDArray[np.float64]
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Strengths of the prior that are tried: the larger, the nearer to the heads as they ship."""
FOLDS = 5
MORE = 1.05
"""How much more the anchors may surprise; what it costs in verdicts is the exam's to judge."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What one head learns from."""

    vectors: Floats
    """(rows, width)"""
    scores: Floats
    """The tagger's own (rows, labels), see ``nlp.heads.scores_of``."""
    wanted: Floats
    """1 where a label holds (rows, labels)."""
    groups: npt.NDArray[np.int64]
    """Rows of one group say the same and stand in one fold together."""

    def only(self, kept: npt.NDArray[np.bool_]) -> "Rows":
        """The rows marked true."""
        return Rows(self.vectors[kept], self.scores[kept], self.wanted[kept], self.groups[kept])


def fit(rows: Rows, head: HeadName, strength: float) -> Head:
    """Fit one head.

    Args:
        rows: corrections and anchors.
        head: whose loss it is.
        strength: of the prior.
    """
    from scipy.optimize import minimize

    slope, offset = calibration(rows, head)
    own = rows.scores * slope + offset
    # An encoder's vectors lie in a narrow cone: only what differs between texts shall count.
    centre, spread = rows.vectors.mean(axis=0), rows.vectors.std(axis=0) + 1e-6
    width = rows.vectors.shape[1]
    scale = 1 / (spread * np.sqrt(width))
    # Flags hold from thresholds of the tagger's own, so that no bias of theirs is learned.
    ones = np.full((len(rows.vectors), 1), 0.0 if head in FLAGS else 1.0)
    inputs = np.hstack([(rows.vectors - centre) * scale, ones])
    shape = (width + 1, rows.wanted.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(shape)
        value, change = surprise(own + inputs @ weights, rows.wanted, head)
        gradient = inputs.T @ change + strength * weights
        return value + strength / 2 * float((weights**2).sum()), gradient.ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = found.x.reshape(shape)
    plain = weights[:-1] * scale[:, None] / slope
    bias = weights[-1] - centre @ plain
    return Head(plain.astype(np.float32), bias.astype(np.float32))


def calibration(rows: Rows, head: HeadName) -> tuple[Floats, Floats]:
    """Slope and offset that make log odds of flags fit (Platt scaling); 1 and 0 for classes.

    Without it a head would learn to make up for a tagger whose odds are off, at the cost of the
    thresholds that were chosen for these odds.
    """
    from scipy.optimize import minimize

    labels = rows.wanted.shape[1]
    if head not in FLAGS:
        return np.ones(labels), np.zeros(labels)

    def loss(flat: Floats) -> tuple[float, Floats]:
        slope, offset = flat.reshape(2, labels)
        value, change = surprise(rows.scores * slope + offset, rows.wanted, head)
        value += float(((slope - 1) ** 2).sum() + (offset**2).sum()) / 2
        gradient = ((change * rows.scores).sum(0) + slope - 1, change.sum(0) + offset)
        return value, np.concatenate(gradient)

    start = np.concatenate([np.ones(labels), np.zeros(labels)])
    bounds = [(0.2, 5.0)] * labels + [(-20.0, 20.0)] * labels
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    slope, offset = found.x.reshape(2, labels)
    return slope, offset


def surprise(scores: Floats, wanted: Floats, head: HeadName) -> tuple[float, Floats]:
    """Negative log likelihood of labels under scores, and its slope by the scores."""
    if head in FLAGS:
        value = np.logaddexp(0, scores) - wanted * scores
        return float(value.sum()), 1 / (1 + np.exp(-scores)) - wanted
    shifted = scores - scores.max(axis=1, keepdims=True)
    normal = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-(wanted * normal).sum()), np.exp(normal) - wanted


def out_of_fold(rows: Rows, head: HeadName, strength: float) -> Floats:
    """New scores of every row from a head that did not see the row's group."""
    found = rows.scores.copy()
    folds = rows.groups % FOLDS
    for fold in range(FOLDS):
        held = folds == fold
        if held.any() and not held.all():
            made = fit(rows.only(~held), head, strength)
            found[held] = rows.scores[held] + rows.vectors[held] @ made.weights + made.bias
    return found


def choose(
    rows: Rows, head: HeadName, lessons: int, strengths: Sequence[float] = STRENGTHS
) -> tuple[float, Floats]:
    """Choose the strength of the prior and return it with its out-of-fold scores.

    Of those under which the anchors surprise hardly more than before it is the one under which all
    rows surprise least; the strongest where there is none.

    Args:
        rows: corrections first, then anchors.
        head: whose they are.
        lessons: how many corrections there are.
        strengths: tried.
    """
    slope, offset = calibration(rows, head)

    def surprises(scores: Floats) -> tuple[float, float]:
        fitting = scores * slope + offset
        held = surprise(fitting[lessons:], rows.wanted[lessons:], head)[0]
        return held, held + surprise(fitting[:lessons], rows.wanted[:lessons], head)[0]

    before, _ = surprises(rows.scores)
    tried = [(strength, out_of_fold(rows, head, strength)) for strength in sorted(strengths)]
    harmless = [one for one in tried if surprises(one[1])[0] <= MORE * before] or tried[-1:]
    return min(harmless, key=lambda one: surprises(one[1])[1])
