"""Scores of tags against labels, with bootstrap intervals and a paired comparison."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nlp.training.corpus import Line
from posts.model import APPEALS, Analysis, Sentiment

ROUNDS = 500
POLARITY: dict[str, Sentiment] = {
    "happy": "positive",
    "angry": "negative",
    "sad": "negative",
    "fear": "negative",
    "neutral": "neutral",
}
"""SMP2020's emotions as sentiments; surprise has none."""

Pairs = Sequence[tuple[Analysis, Line]]
Measure = Callable[[np.ndarray, np.ndarray], float]


def macro_f1(wanted: np.ndarray, said: np.ndarray) -> float:
    """Mean F1 of the classes that are wanted or said, given by number."""
    classes = int(max(wanted.max(), said.max())) + 1
    table = np.bincount(wanted * classes + said, minlength=classes**2).reshape(classes, classes)
    named = table.sum(0) + table.sum(1)
    return float((2 * np.diag(table)[named > 0] / named[named > 0]).mean())


def accuracy(wanted: np.ndarray, said: np.ndarray) -> float:
    """Share of equal entries."""
    return float((wanted == said).mean())


def flag_f1(wanted: np.ndarray, said: np.ndarray) -> float:
    """F1 of true entries; of topics (texts, labels) over all of them together."""
    hits = (wanted & said).sum()
    return float(2 * hits / max(1, wanted.sum() + said.sum()))


def by_number(wanted: Sequence[str], said: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Number the classes of two lists in the same way."""
    _, numbers = np.unique([*wanted, *said], return_inverse=True)
    return numbers[: len(wanted)], numbers[len(wanted) :]


@dataclass(frozen=True, eq=False)
class Question:
    """One figure: what was wanted, what was said, how they are compared."""

    wanted: np.ndarray
    said: np.ndarray
    measure: Measure

    def value(self) -> float:
        """Return the figure."""
        return self.measure(self.wanted, self.said)

    @cached_property
    def rounds(self) -> np.ndarray:
        """The figure on texts drawn with replacement, ``ROUNDS`` times, always the same draws."""
        random = np.random.default_rng(0)
        count = len(self.wanted)
        drawn = (random.integers(0, count, count) for _ in range(ROUNDS))
        return np.array([self.measure(self.wanted[rows], self.said[rows]) for rows in drawn])

    def interval(self) -> tuple[float, float]:
        """Return the 95 % bootstrap interval."""
        low, high = np.quantile(self.rounds, [0.025, 0.975])
        return float(low), float(high)


def better(ours: Question, theirs: Question) -> float:
    """Return how often ours is no better on the same drawn texts (one-sided paired bootstrap)."""
    return float((ours.rounds <= theirs.rounds).mean())


def union_questions(pairs: Pairs, topics: Sequence[str]) -> dict[str, Question]:
    """Ask about sentiment, intent, appeal, topics and urgency."""
    lines = [line for _, line in pairs]
    tags = [tag for tag, _ in pairs]
    sentiment = by_number([str(li.sentiment) for li in lines], [t.sentiment for t in tags])
    intent = by_number([str(li.intent) for li in lines], [t.intent for t in tags])
    asked = np.array([li.intent in APPEALS for li in lines]), np.array([t.appeal for t in tags])
    about = (
        np.array([[name in (li.topics or ()) for name in topics] for li in lines]),
        np.array([[name in t.topics for name in topics] for t in tags]),
    )
    urgent = np.array([bool(li.urgent) for li in lines]), np.array([t.urgent for t in tags])
    return {
        "sentiment, macro-F1": Question(*sentiment, macro_f1),
        "sentiment, accuracy": Question(*sentiment, accuracy),
        "intent, macro-F1": Question(*intent, macro_f1),
        "appeal, F1": Question(*asked, flag_f1),
        "topics, micro-F1": Question(*about, flag_f1),
        "urgent, F1": Question(*urgent, flag_f1),
    }


def sentiment_questions(pairs: Pairs) -> dict[str, Question]:
    """Ask about three classes, where only an emotion or a polarity is known."""
    kept = [(tag, POLARITY.get(str(li.emotion), li.sentiment)) for tag, li in pairs]
    known = [(tag.sentiment, wanted) for tag, wanted in kept if wanted is not None]
    numbers = by_number([wanted for _, wanted in known], [said for said, _ in known])
    return {
        "3 classes, macro-F1": Question(*numbers, macro_f1),
        "3 classes, accuracy": Question(*numbers, accuracy),
    }


def emotion_questions(pairs: Pairs) -> dict[str, Question]:
    """Ask about the six emotions; nothing where the tagger has none."""
    said = [tag.emotion for tag, _ in pairs if tag.emotion is not None]
    if len(said) < len(pairs):
        return {}
    numbers = by_number([str(line.emotion) for _, line in pairs], said)
    return {
        "6 emotions, accuracy": Question(*numbers, accuracy),
        "6 emotions, macro-F1": Question(*numbers, macro_f1),
    }


def calibration_error(pairs: Pairs, bins: int = 15) -> float:
    """Expected calibration error of the sentiment: gap of confidence and accuracy over 15 bins."""
    sure = np.array([max(tag.probabilities.values()) for tag, _ in pairs])
    right = np.array([tag.sentiment == line.sentiment for tag, line in pairs])
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        (which == b).mean() * abs(sure[which == b].mean() - right[which == b].mean())
        for b in range(bins)
        if (which == b).any()
    ]
    return float(sum(gaps))
