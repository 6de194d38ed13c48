"""How verdicts of two models on one text become one: pure functions of scores.

A head's probabilities are ``softmax(a * log p_transformer + b * log p_linear + c)``, of flags the
same with the logistic function; a, b and c were fitted on the dev files by maximum likelihood, so
that joining also calibrates.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import numpy.typing as npt

from nlp.transformer import HEADS
from posts.errors import ModelError
from posts.model import APPEALS, Intent, Topic

Floats = npt.NDArray[np.float32]
INTENTS: tuple[Intent, ...] = get_args(Intent)
TOPICS: tuple[Topic, ...] = get_args(Topic)
MOST_TOPICS = 3
_APPEAL = np.array([intent in APPEALS for intent in INTENTS])


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
