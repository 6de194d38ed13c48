"""The tagger in use: transformer and linear model, their verdicts joined.

Each knows what the other misses: the transformer reads sentences, the linear model knows rare
words. A head's probabilities are ``softmax(a * log p_transformer + b * log p_linear + c)``, of
flags the same with the logistic function; a, b and c were fitted on the dev files by maximum
likelihood, so that joining also calibrates.
"""

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import numpy.typing as npt

from nlp import baseline, features, keywords
from nlp.transformer import FOLDER, HEADS, Transformer
from posts.errors import ModelError
from posts.model import APPEALS, Analysis, Emotion, Intent, Sentiment, Topic

Floats = npt.NDArray[np.float32]
SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
INTENTS: tuple[Intent, ...] = get_args(Intent)
TOPICS: tuple[Topic, ...] = get_args(Topic)
EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)
MOST_TOPICS = 3
SETTINGS = "joined.json"
_CHUNK_TEXTS = 512
_CHUNK_CHARACTERS = 40_000
_APPEAL = np.array([intent in APPEALS for intent in INTENTS])
LINEAR = {"sentiment": slice(0, 3), "intent": slice(3, 11), "topics": slice(11, 28)}
LINEAR["urgent"] = slice(28, 29)
LINEAR["emotion"] = slice(29, 35)
"""Where each head's scores stand in a row of ``linear_scores``."""
EMOTION_WEIGHTS = "emotions.npz"


@dataclass(frozen=True)
class Head:
    """How the two verdicts on one head are joined."""

    transformer: float
    linear: float
    bias: tuple[float, ...]
    """One for each label."""
    thresholds: tuple[float, ...] = ()
    """Of flags: the probability from which a label holds."""


@dataclass(frozen=True)
class Settings:
    """What was chosen on the dev files."""

    day: str
    heads: dict[str, Head]
    appeal_from: float
    """An intent that asks for something is chosen where those together are at least so likely."""
    confusion: tuple[tuple[int, ...], ...]
    """Sentiments on labelled texts that were not trained on: row = true, column = tagged."""


@dataclass(frozen=True)
class Linear:
    """The linear models: one of the union's labels, one of the emotions."""

    labels: baseline.Weights
    emotions: baseline.Weights

    def score(self, normal: Sequence[str], words: Sequence[Sequence[str]]) -> Floats:
        """Score normalised texts and their words: (texts, 35), see ``LINEAR``."""
        counts = features.count(normal, words)
        both = (baseline.score(counts, self.labels), baseline.score(counts, self.emotions))
        return np.concatenate(both, axis=1)


def class_scores(logits: Floats, linear: Floats, head: Head) -> Floats:
    """Join two rows of class scores: logarithms of probabilities (texts, classes)."""
    joined = head.transformer * _log_softmax(logits) + head.linear * _log_softmax(linear)
    return _log_softmax(joined + np.asarray(head.bias, np.float32))


def flag_probabilities(logits: Floats, linear: Floats, head: Head) -> Floats:
    """Join two rows of flag scores: probabilities (texts, labels)."""
    joined = head.transformer * logits + head.linear * linear + np.asarray(head.bias, np.float32)
    return cast(Floats, 1 / (1 + np.exp(-np.clip(joined, -30, 30))))


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return cast(Floats, shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def intents_of(scores: Floats, appeal_from: float) -> npt.NDArray[np.int64]:
    """Choose intents from log probabilities: first whether something is asked for, then which."""
    asks = np.exp(scores[:, _APPEAL]).sum(axis=1) >= appeal_from
    allowed = np.where(asks[:, None], _APPEAL, ~_APPEAL)
    return cast(npt.NDArray[np.int64], np.where(allowed, scores, -np.inf).argmax(axis=1))


def topics_of(probabilities: Floats, thresholds: Floats) -> tuple[Topic, ...]:
    """Return the topics that pass their thresholds, clearest first, at most three."""
    odds = _logit(probabilities) - _logit(thresholds)
    best = np.argsort(-odds, kind="stable")[:MOST_TOPICS]
    return tuple(TOPICS[i] for i in best if odds[i] >= 0)


def _logit(probabilities: Floats) -> Floats:
    return cast(Floats, np.log(probabilities / (1 - probabilities)))


class JoinedTagger:
    """Tags texts with the transformer and the linear model together."""

    def __init__(self, transformer: Transformer, linear: Linear, settings: Settings) -> None:
        self._transformer, self._linear, self._settings = transformer, linear, settings
        self._thresholds = np.array(settings.heads["topics"].thresholds, np.float32)

    @property
    def version(self) -> str:
        """Name and training day of the two."""
        return f"joined-{self._settings.day}+{self._linear.labels.version}"

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """Counts for ``nlp.quantify``: row = true sentiment, column = tagged."""
        return self._settings.confusion

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return the encoder's vectors of texts, of length 1: (texts, hidden)."""
        _, vectors = self._transformer.run([features.prepare(text)[0] for text in texts])
        return cast(Floats, vectors / np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)[:, None])

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given, never raises on any text."""
        return [analysis for chunk in _chunks(texts) for analysis in self._tag(chunk)]

    def _tag(self, texts: Sequence[str]) -> list[Analysis]:
        prepared = [features.prepare(text) for text in texts]
        normal = [text for text, _ in prepared]
        words = [of_text for _, of_text in prepared]
        linear = self._linear.score(normal, words)
        logits, _ = self._transformer.run(normal)
        heads = self._settings.heads
        sentiment, intent, emotion = (
            class_scores(logits[:, HEADS[name]], linear[:, LINEAR[name]], heads[name])
            for name in ("sentiment", "intent", "emotion")
        )
        topics, urgent = (
            flag_probabilities(logits[:, HEADS[name]], linear[:, LINEAR[name]], heads[name])
            for name in ("topics", "urgent")
        )
        intents = intents_of(intent, self._settings.appeal_from)
        urgent_from = heads["urgent"].thresholds[0]
        version = self.version
        analyses = []
        for row, of_text in enumerate(words):
            chances = np.exp(sentiment[row].astype(np.float64))
            chances /= chances.sum()
            meant = INTENTS[int(intents[row])]
            urgency = float(urgent[row, 0])
            analyses.append(
                Analysis(
                    sentiment=SENTIMENTS[int(chances.argmax())],
                    probabilities=dict(zip(SENTIMENTS, chances.tolist(), strict=True)),
                    emotion=EMOTIONS[int(emotion[row].argmax())],
                    intent=meant,
                    topics=() if meant == "spam" else topics_of(topics[row], self._thresholds),
                    urgent=urgency >= urgent_from,
                    urgency=urgency,
                    keywords=keywords.of_words(of_text),
                    model=version,
                )
            )
        return analyses


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Cut a batch into pieces of bounded length, in order."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        if chunk and (size + len(text) > _CHUNK_CHARACTERS or len(chunk) == _CHUNK_TEXTS):
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    if chunk:
        yield chunk


def read_settings(file: Path) -> Settings:
    """Read what ``nlp.training.calibrate`` wrote.

    Raises:
        ModelError: the file is missing or does not hold what it must.
    """
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        heads = {
            name: Head(
                head["transformer"], head["linear"], tuple(head["bias"]), tuple(head["thresholds"])
            )
            for name, head in found["heads"].items()
        }
        for name, part in HEADS.items():
            if len(heads[name].bias) != part.stop - part.start:
                raise ValueError(f"the head {name} has {len(heads[name].bias)} labels")
        confusion = tuple(tuple(row) for row in found["confusion"])
        return Settings(found["day"], heads, found["appeal_from"], confusion)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the settings in {file} cannot be used ({error}); put the file of this version back, "
            f"or set GONGSHENG_MODEL=baseline"
        ) from error


def load_linear(folder: Path = FOLDER) -> Linear:
    """Read the linear models.

    Raises:
        ModelError: files are missing or damaged.
    """
    path = folder / EMOTION_WEIGHTS
    try:
        with np.load(path, allow_pickle=False) as file:
            emotions = baseline.Weights(
                quantised=file["quantised"],
                scale=file["scale"],
                bias=file["bias"],
                idf=file["idf"].astype(np.float32),
                tuning=baseline.Tuning(),
                version="emotions",
            )
        if emotions.quantised.shape != (1 << features.BITS, len(EMOTIONS)):
            raise ValueError("made for other features or emotions")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"the weights in {path} cannot be used ({error}); put the file of this version back, "
            f"or set GONGSHENG_MODEL=baseline"
        ) from error
    return Linear(baseline.load().weights, emotions)


@cache
def load(folder: Path = FOLDER) -> JoinedTagger:
    """Open the bundled tagger.

    Raises:
        ModelError: files are missing, damaged or made for other labels.
    """
    settings = read_settings(folder / SETTINGS)
    return JoinedTagger(Transformer(folder), load_linear(folder), settings)
