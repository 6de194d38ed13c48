"""Taggers against labels: figures with intervals, by class, and a paired comparison."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from nlp.tagger import Tagger
from nlp.text import normalise, split_special
from nlp.training.corpus import Line
from nlp.training.scoring import (
    Pairs,
    Question,
    better,
    calibration_error,
    emotion_questions,
    sentiment_questions,
    union_questions,
)
from posts.errors import ModelError
from posts.model import APPEALS, Emotion, Intent, Sentiment, Topic

READ = 0.2
"""Share of the texts that people have time to read."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | None = None
    text: str
    sentiment: Sentiment | None = None
    intent: Intent | None = None
    topics: tuple[Topic, ...] | None = None
    urgent: bool | None = None
    emotion: Emotion | None = None


@dataclass(frozen=True)
class Figure:
    """One figure of one tagger on one set of texts."""

    set: str
    tagger: str
    name: str
    value: float
    low: float
    """95 % bootstrap interval."""
    high: float
    chance_of_no_gain: float | None
    """Share of drawn sets on which it is no better than the yardstick; None for the yardstick."""


@dataclass(frozen=True)
class ClassFigure:
    """How one tagger did on one class."""

    set: str
    tagger: str
    label: str
    precision: float | None
    """None where it was never said, as is recall where there is no such text."""
    recall: float | None
    texts: int


@dataclass(frozen=True)
class Evaluation:
    """All figures."""

    figures: tuple[Figure, ...]
    classes: tuple[ClassFigure, ...]


def read_labelled(path: Path) -> list[Line]:
    """Read JSONL lines ``{"text", "sentiment", "intent", "topics", "urgent", "emotion"}``.

    Every line has the same labels; those that no line has are not measured.

    Raises:
        ModelError: a line is broken, or lacks a label that the first has.
    """
    lines = [_line(path, n, raw) for n, raw in enumerate(_raw_lines(path), 1) if raw.strip()]
    if not lines:
        raise ModelError(f"{path}: no lines to measure on")
    for name in ("sentiment", "intent", "emotion"):
        without = [line.id for line in lines if getattr(line, name) is None]
        if 0 < len(without) < len(lines):
            raise ModelError(f"{path}: {without[0]} has no {name}, others have one")
    if lines[0].sentiment is None and lines[0].emotion is None:
        raise ModelError(f"{path}: the lines have neither sentiment nor emotion")
    return lines


def without_emoticons(lines: Sequence[Line]) -> list[Line]:
    """The same lines without emoticons and emoji."""
    return [
        Line(**{**vars(line), "text": "".join(p for p, sp in split_special(line.text) if not sp)})
        for line in lines
    ]


def evaluate(
    sets: Mapping[str, Sequence[Line]], taggers: Mapping[str, Tagger], yardstick: str
) -> Evaluation:
    """Measure taggers on sets of texts.

    Args:
        sets: labelled lines by name.
        taggers: by name.
        yardstick: name of the tagger the others are set against.
    """
    figures: list[Figure] = []
    classes: list[ClassFigure] = []
    for of, lines in sets.items():
        asked: dict[str, dict[str, Question]] = {}
        for name, tagger in taggers.items():
            tags = tagger.tag([line.text for line in lines])
            pairs = list(zip(tags, lines, strict=True))
            asked[name] = _questions(pairs)
            classes += _classes(of, name, pairs)
            figures += _ranked(of, name, pairs)
        for name, questions in asked.items():
            figures += [
                _figure(of, name, what, question, asked[yardstick].get(what), name == yardstick)
                for what, question in questions.items()
            ]
    return Evaluation(tuple(figures), tuple(classes))


def as_json(found: Evaluation) -> dict[str, Any]:
    """The figures as plain values."""
    return asdict(found)


def table(found: Evaluation) -> Iterator[str]:
    """The figures as a Markdown table."""
    yield "| set | tagger | figure | value | 95 % | no better than the yardstick |"
    yield "|---|---|---|---|---|---|"
    for one in found.figures:
        chance = "" if one.chance_of_no_gain is None else f"{one.chance_of_no_gain:.3f}"
        interval = f"{one.low:.3f} to {one.high:.3f}"
        yield f"| {one.set} | {one.tagger} | {one.name} | {one.value:.3f} | {interval} | {chance} |"
    yield ""
    yield "| set | tagger | class | precision | recall | texts |"
    yield "|---|---|---|---|---|---|"
    for row in found.classes:
        precision, recall = (
            "" if value is None else f"{value:.3f}" for value in (row.precision, row.recall)
        )
        yield f"| {row.set} | {row.tagger} | {row.label} | {precision} | {recall} | {row.texts} |"


def _raw_lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def _line(path: Path, number: int, raw: bytes) -> Line:
    try:
        row = _Row.model_validate(json.loads(raw.decode("utf-8-sig")))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "line"
        raise ModelError(f"{path}:{number}: {field}: {first['msg']}") from error
    except ValueError as error:
        raise ModelError(f"{path}:{number}: not a JSON object ({error})") from error
    return Line(
        id=str(row.id if row.id is not None else f"line {number}"),
        source=path.stem,
        text=normalise(row.text),
        sentiment=row.sentiment,
        intent=row.intent,
        topics=None if row.topics is None else frozenset(row.topics),
        urgent=row.urgent,
        emotion=row.emotion,
    )


def _questions(pairs: Pairs) -> dict[str, Question]:
    tags, line = pairs[0]
    if line.intent is not None and not _only_sentiment(pairs):
        return union_questions(pairs, get_args(Topic))
    questions = sentiment_questions(pairs)
    if line.emotion is not None and tags.emotion is not None:
        questions |= emotion_questions(pairs)
    if line.intent is None:
        return questions
    # The same names as in union_questions, so that they stand beside each other.
    return {name.replace("3 classes", "sentiment"): asked for name, asked in questions.items()}


def _only_sentiment(pairs: Pairs) -> bool:
    """Whether a tagger knows nothing else: it says chat of everything."""
    return all(tags.intent == "chat" and not tags.topics for tags, _ in pairs)


def _figure(
    of: str, tagger: str, what: str, question: Question, rival: Question | None, is_yardstick: bool
) -> Figure:
    low, high = question.interval()
    chance = None if is_yardstick or rival is None else better(question, rival)
    return Figure(of, tagger, what, question.value(), low, high, chance)


def _ranked(of: str, tagger: str, pairs: Pairs) -> list[Figure]:
    """Recall of appeals when only the likeliest fifth is read, and the calibration error."""
    found = []
    wanted = np.array([line.intent in APPEALS for _, line in pairs])
    if wanted.any():
        keys = [(t.appeal, t.urgency, t.probabilities["negative"]) for t, _ in pairs]
        order = sorted(range(len(keys)), key=lambda row: keys[row], reverse=True)
        read = order[: max(1, round(READ * len(order)))]
        recall = float(wanted[read].sum() / wanted.sum())
        best = min(1.0, len(read) / float(wanted.sum()))
        found.append(Figure(of, tagger, f"appeals in the top 20 % (best {best:.3f})",
                            recall, *_share_interval(recall, int(wanted.sum())), None))  # fmt: skip
    if pairs[0][1].sentiment is not None:
        error = calibration_error(pairs)
        found.append(Figure(of, tagger, "calibration error", error, error, error, None))
    return found


def _share_interval(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    spread = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return float(middle - spread), float(middle + spread)


def _classes(of: str, tagger: str, pairs: Pairs) -> list[ClassFigure]:
    rows: list[ClassFigure] = []
    heads = ["sentiment"] if _only_sentiment(pairs) else ["sentiment", "intent", "emotion"]
    for head in heads:
        wanted = [getattr(line, head) for _, line in pairs]
        said = [getattr(tags, head) for tags, _ in pairs]
        if None in wanted or None in said:
            continue
        for label in sorted(set(wanted)):
            hits = sum(w == s == label for w, s in zip(wanted, said, strict=True))
            named, there = said.count(label), wanted.count(label)
            precision = hits / named if named else None
            rows.append(ClassFigure(of, tagger, label, precision, hits / there, there))
    return rows
