"""The linear tagger: hashed n-grams and words, one weight column for each label.

Needs numpy alone at run time. Made by ``python -m nlp.training.linear``, which says how.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import numpy.typing as npt

from nlp import features, keywords, vectors
from nlp.reading import Reading, chunks
from posts.errors import ModelError
from posts.model import Analysis, Intent, Sentiment, Topic

SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
INTENTS: tuple[Intent, ...] = get_args(Intent)
TOPICS: tuple[Topic, ...] = get_args(Topic)
COLUMNS = len(SENTIMENTS) + len(INTENTS) + len(TOPICS) + 1
_SENTIMENT = slice(0, len(SENTIMENTS))
_INTENT = slice(_SENTIMENT.stop, _SENTIMENT.stop + len(INTENTS))
_TOPIC = slice(_INTENT.stop, _INTENT.stop + len(TOPICS))
_URGENT = _TOPIC.stop

Floats = npt.NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights" / "baseline.npz"


@dataclass(frozen=True)
class Tuning:
    """What was chosen on the dev files."""

    sharpness: float = 1.0
    """Sentiment scores are multiplied by it before softmax."""
    topic_thresholds: tuple[float, ...] = (0.0,) * len(TOPICS)
    """Scores from which a text is about a topic."""
    urgency_slope: float = 1.0
    urgency_offset: float = 0.0
    urgent_from: float = 0.5
    """Probability from which a text is urgent."""


@dataclass(frozen=True)
class Weights:
    """The linear model: ``quantised * scale`` are its weights, one row for each bucket."""

    quantised: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats
    idf: Floats
    tuning: Tuning
    version: str


def score(counts: features.Counts, weights: Weights) -> Floats:
    """Score texts against every label: (texts, COLUMNS)."""
    values = features.weigh(counts, weights.idf)
    products = weights.quantised[counts.buckets] * values[:, None]
    # Every text has features, those of its two ends at least, so no row is missing here.
    starts = np.flatnonzero(np.diff(counts.rows, prepend=-1))
    sums: Floats = np.add.reduceat(products, starts, axis=0) * weights.scale + weights.bias
    return sums


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    shares: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shares


def _sigmoid(scores: Floats) -> Floats:
    return cast(Floats, 1 / (1 + np.exp(-np.clip(scores, -15, 15))))


def _log_odds(chances: Floats) -> Floats:
    return cast(Floats, np.log(chances / (1 - chances)))


def topics_of(scores: Floats, thresholds: Floats) -> tuple[Topic, ...]:
    """Return the topics whose scores pass their thresholds, clearest first, at most three."""
    margins = scores - thresholds
    best = np.argsort(-margins, kind="stable")[:3]
    return tuple(TOPICS[i] for i in best if margins[i] >= 0)


class LinearTagger:
    """Tags texts with a linear model; fast, small and never without an answer."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._thresholds = np.array(weights.tuning.topic_thresholds, dtype=np.float32)

    @property
    def version(self) -> str:
        """Name, training day and fingerprint of the weights."""
        return self._weights.version

    @property
    def weights(self) -> Weights:
        """What ``score`` needs, for those who join the scores with others."""
        return self._weights

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given, never raises on any text."""
        return [tags for chunk in chunks(texts) for tags in self.decide(self._read(chunk)[1])]

    def read(self, texts: Sequence[str]) -> Reading:
        """Score a chunk of texts; see ``nlp.reading``."""
        counts, reading = self._read(texts)
        return replace(reading, vectors=vectors.hashed(counts, self._weights.idf))

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return hashed vectors of texts, of length 1: (texts, 384)."""
        prepared = [features.prepare(text) for text in texts]
        counts = features.count([text for text, _ in prepared], [words for _, words in prepared])
        return vectors.hashed(counts, self._weights.idf)

    def _read(self, texts: Sequence[str]) -> tuple[features.Counts, Reading]:
        prepared = [features.prepare(text) for text in texts]
        words = [of_text for _, of_text in prepared]
        counts = features.count([text for text, _ in prepared], words)
        scores = score(counts, self._weights)
        tuning = self._weights.tuning
        urgent = tuning.urgency_slope * scores[:, _URGENT:] + tuning.urgency_offset
        return counts, Reading(
            sentiment=_log_softmax(scores[:, _SENTIMENT] * tuning.sharpness),
            intent=_log_softmax(scores[:, _INTENT]),
            emotion=None,
            topics=_sigmoid(scores[:, _TOPIC]),
            urgent=_sigmoid(urgent),
            words=words,
        )

    def decide(self, reading: Reading) -> list[Analysis]:
        """Turn scores into tags."""
        topics = _log_odds(reading.topics)
        return [
            self._analysis(reading, row, topics[row], words)
            for row, words in enumerate(reading.words)
        ]

    def _analysis(self, reading: Reading, row: int, topics: Floats, words: list[str]) -> Analysis:
        chances = np.exp(reading.sentiment[row].astype(np.float64))
        chances /= chances.sum()
        intent = INTENTS[int(reading.intent[row].argmax())]
        urgency = float(reading.urgent[row, 0])
        return Analysis(
            sentiment=SENTIMENTS[int(chances.argmax())],
            probabilities=dict(zip(SENTIMENTS, chances.tolist(), strict=True)),
            intent=intent,
            topics=() if intent == "spam" else topics_of(topics, self._thresholds),
            urgent=urgency >= self._weights.tuning.urgent_from,
            urgency=urgency,
            keywords=keywords.of_words(words),
            model=self.version,
        )


def save(path: Path, weights: Weights, *, day: str) -> None:
    """Write weights as a file that ``load`` reads."""
    about = {"bits": features.BITS, "longest": features.LONGEST, "day": day}
    about |= {"columns": [*SENTIMENTS, *INTENTS, *TOPICS, "urgent"], "tuning": vars(weights.tuning)}
    np.savez_compressed(
        path,
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        quantised=weights.quantised,
        scale=weights.scale,
        bias=weights.bias,
        idf=weights.idf.astype(np.float16),
    )


def _read(raw: bytes) -> Weights:
    with np.load(io.BytesIO(raw), allow_pickle=False) as file:
        about: dict[str, Any] = json.loads(file["about"].tobytes())
        if about["columns"] != [*SENTIMENTS, *INTENTS, *TOPICS, "urgent"]:
            raise ValueError("made for other labels")
        if (about["bits"], about["longest"]) != (features.BITS, features.LONGEST):
            raise ValueError("made for other features")
        tuning = about["tuning"]
        tuning["topic_thresholds"] = tuple(tuning["topic_thresholds"])
        return Weights(
            quantised=file["quantised"],
            scale=file["scale"],
            bias=file["bias"],
            idf=file["idf"].astype(np.float32),
            tuning=Tuning(**tuning),
            version=f"baseline-{about['day']}-{hashlib.sha256(raw).hexdigest()[:8]}",
        )


@cache
def load(path: Path = WEIGHTS) -> LinearTagger:
    """Read the linear tagger.

    Raises:
        ModelError: the weights are missing, damaged, or were made for other labels or features.
    """
    try:
        return LinearTagger(_read(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"the baseline's weights in {path} cannot be used ({error}); put the file of this "
            f"version back, or train: python -m nlp.training.linear --corpus FOLDER"
        ) from error
