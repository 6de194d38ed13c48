"""The tagger in use: transformer and linear model, their verdicts joined.

Each knows what the other misses: the transformer reads sentences, the linear model knows rare
words. ``nlp.joining`` says how.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np

from nlp import baseline, features, keywords
from nlp.joining import (
    INTENTS,
    Floats,
    Settings,
    class_scores,
    flag_probabilities,
    intents_of,
    read_settings,
    topics_of,
)
from nlp.reading import Reading, chunks
from nlp.transformer import FOLDER, Transformer
from nlp.vectors import unit
from posts.errors import ModelError
from posts.model import Analysis, Emotion, Sentiment

SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)
SETTINGS = "joined.json"
EMOTION_WEIGHTS = "emotions.npz"


@dataclass(frozen=True)
class Linear:
    """The linear models: one of the union's labels, one of the emotions."""

    labels: baseline.Weights
    emotions: baseline.Weights

    def score(self, normal: Sequence[str], words: Sequence[Sequence[str]]) -> Floats:
        """Score normalised texts and their words: (texts, 35), see ``nlp.joining.LINEAR``."""
        counts = features.count(normal, words)
        both = (baseline.score(counts, self.labels), baseline.score(counts, self.emotions))
        return np.concatenate(both, axis=1)


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
        return unit(vectors)

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given, never raises on any text."""
        return [tags for chunk in chunks(texts) for tags in self.decide(self.read(chunk))]

    def read(self, texts: Sequence[str]) -> Reading:
        """Score a chunk of texts; see ``nlp.reading``."""
        prepared = [features.prepare(text) for text in texts]
        normal = [text for text, _ in prepared]
        words = [of_text for _, of_text in prepared]
        linear = self._linear.score(normal, words)
        logits, vectors = self._transformer.run(normal)
        heads = self._settings.heads
        sentiment, intent, emotion = (
            class_scores(logits, linear, name, heads[name])
            for name in ("sentiment", "intent", "emotion")
        )
        topics, urgent = (
            flag_probabilities(logits, linear, name, heads[name]) for name in ("topics", "urgent")
        )
        return Reading(sentiment, intent, emotion, topics, urgent, words, unit(vectors))

    def decide(self, reading: Reading) -> list[Analysis]:
        """Turn scores into tags."""
        intents = intents_of(reading.intent, self._settings.appeal_from)
        urgent_from = self._settings.heads["urgent"].thresholds[0]
        version = self.version
        analyses = []
        for row, of_text in enumerate(reading.words):
            chances = np.exp(reading.sentiment[row].astype(np.float64))
            chances /= chances.sum()
            meant = INTENTS[int(intents[row])]
            urgency = float(reading.urgent[row, 0])
            topics = topics_of(reading.topics[row], self._thresholds)
            felt = None if reading.emotion is None else int(reading.emotion[row].argmax())
            analyses.append(
                Analysis(
                    sentiment=SENTIMENTS[int(chances.argmax())],
                    probabilities=dict(zip(SENTIMENTS, chances.tolist(), strict=True)),
                    emotion=None if felt is None else EMOTIONS[felt],
                    intent=meant,
                    topics=() if meant == "spam" else topics,
                    urgent=urgency >= urgent_from,
                    urgency=urgency,
                    keywords=keywords.of_words(of_text),
                    model=version,
                )
            )
        return analyses


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
