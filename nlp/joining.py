"""How verdicts of two models on one text become one: pure functions of scores.

A head's probabilities are ``softmax(a * log p_transformer + b * log p_linear + c + D e)``, of flags
the same with the logistic function. ``e`` is all that both models say on the text, on every head:
praise is seldom negative, and a complaint is seldom an announcement. a, b, c and D were fitted on
the dev files by maximum likelihood, so that joining also calibrates.
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
LINEAR = {
    "sentiment": slice(0, 3),
    "intent": slice(3, 11),
    "topics": slice(11, 28),
    "urgent": slice(28, 29),
    "emotion": slice(29, 35),
}
"""Where each head's scores stand in a row of the linear models' scores."""
EVIDENCE = sum(part.stop - part.start for part in (*HEADS.values(), *LINEAR.values()))
_CLASSES = frozenset({"sentiment", "intent", "emotion"})
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
    across: tuple[tuple[float, ...], ...] = ()
    """What the evidence of all heads adds: a row for each piece of it, a column a label."""


@dataclass(frozen=True)
class Settings:
    """What was chosen on the dev files."""

    day: str
    heads: dict[str, Head]
    appeal_from: float
    """An intent that asks for something is chosen where those together are at least so likely."""
    confusion: tuple[tuple[int, ...], ...]
    """Sentiments on labelled texts that were not trained on: row = true, column = tagged."""


def evidence(logits: Floats, linear: Floats) -> Floats:
    """Lay out all that both models say: (texts, EVIDENCE)."""
    return np.concatenate(
        [
            _log_softmax(scores[:, part]) if name in _CLASSES else scores[:, part]
            for scores, layout in ((logits, HEADS), (linear, LINEAR))
            for name, part in layout.items()
        ],
        axis=1,
    )


def class_scores(logits: Floats, linear: Floats, name: str, head: Head) -> Floats:
    """Join a head of classes: logarithms of probabilities (texts, classes).

    ``logits`` and ``linear`` are whole rows, of all heads.
    """
    joined = head.transformer * _log_softmax(logits[:, HEADS[name]])
    joined = joined + head.linear * _log_softmax(linear[:, LINEAR[name]])
    return _log_softmax(joined + _added(logits, linear, head))


def _added(logits: Floats, linear: Floats, head: Head) -> Floats:
    bias = np.asarray(head.bias, logits.dtype)
    if not head.across:
        return bias
    return cast(Floats, evidence(logits, linear) @ np.asarray(head.across, logits.dtype) + bias)


def flag_probabilities(logits: Floats, linear: Floats, name: str, head: Head) -> Floats:
    """Join a head of flags: probabilities (texts, labels)."""
    joined = head.transformer * logits[:, HEADS[name]] + head.linear * linear[:, LINEAR[name]]
    joined = joined + _added(logits, linear, head)
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
                head["transformer"],
                head["linear"],
                tuple(head["bias"]),
                tuple(head["thresholds"]),
                tuple(tuple(row) for row in head.get("across", ())),
            )
            for name, head in found["heads"].items()
        }
        for name, part in HEADS.items():
            if len(heads[name].bias) != part.stop - part.start:
                raise ValueError(f"the head {name} has {len(heads[name].bias)} labels")
            if len(heads[name].across) not in (0, EVIDENCE):
                raise ValueError(f"the head {name} wants other evidence")
        confusion = tuple(tuple(row) for row in found["confusion"])
        return Settings(found["day"], heads, found["appeal_from"], confusion)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the settings in {file} cannot be used ({error}); put the file of this version back, "
            f"or set GONGSHENG_MODEL=baseline"
        ) from error
