"""The linear tagger: hashed n-grams and words, one weight column for each label.

Needs numpy alone at run time. Made by ``python -m nlp.training.linear``, which says how.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from nlp import features, keywords
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
_CHUNK = 40_000
"""Characters scored at once, which bounds the memory used to about 50 MB."""

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


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _sigmoid(score: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(score, -30, 30))))


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Cut a batch into pieces of bounded length, in order."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        if chunk and size + len(text) > _CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    if chunk:
        yield chunk


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
        return [analysis for chunk in _chunks(texts) for analysis in self._tag(chunk)]

    def _tag(self, texts: Sequence[str]) -> list[Analysis]:
        prepared = [features.prepare(text) for text in texts]
        words = [of_text for _, of_text in prepared]
        scores = score(features.count([text for text, _ in prepared], words), self._weights)
        shares = _softmax(scores[:, _SENTIMENT] * self._weights.tuning.sharpness)
        return [self._analysis(*row) for row in zip(scores, shares, words, strict=True)]

    def _analysis(self, scores: Floats, shares: Floats, words: list[str]) -> Analysis:
        tuning = self._weights.tuning
        intent = INTENTS[int(scores[_INTENT].argmax())]
        urgency = _sigmoid(tuning.urgency_slope * scores[_URGENT] + tuning.urgency_offset)
        return Analysis(
            sentiment=SENTIMENTS[int(shares.argmax())],
            probabilities=dict(zip(SENTIMENTS, shares.astype(float).tolist(), strict=True)),
            intent=intent,
            topics=() if intent == "spam" else topics_of(scores[_TOPIC], self._thresholds),
            urgent=urgency >= tuning.urgent_from,
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
