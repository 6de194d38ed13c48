"""Learning from corrections: fit each head, judge it on texts it did not see, keep what is better.

A head is promoted only if it is clearly better on the corrections (each judged by a head that did
not see it) and not worse on the frozen exam; both by an exact paired test. What it is set against
is always the tagger as it ships, and all standing corrections are learned anew each time.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from monitor.corrections import Tag, Value
from nlp.copies import letters_of
from nlp.heads import HEADS, Head, HeadName, Heads, probabilities, refitted, scores_of
from nlp.paired import Paired, compare
from nlp.reading import Reading, ReadingTagger, read_all
from nlp.refit import Rows, choose, fit
from nlp.similar import Example
from posts.model import Analysis, Emotion, Intent, Sentiment, Topic

LEAST = 5
"""Corrections that a head needs; fewer cannot pass the test."""
CHANCE = 0.05
"""Level of both tests."""
MAY_LOSE = 0.005
"""Share of the exam that may be lost although the test sees no loss."""
MAY_CHANGE = 0.02
"""Share of the exam's verdicts that may change where it has no labels: emotions."""
LABELS: dict[HeadName, tuple[Any, ...]] = {
    "sentiment": get_args(Sentiment),
    "emotion": get_args(Emotion),
    "intent": get_args(Intent),
    "topics": get_args(Topic),
    "urgent": (True,),
}


@dataclass(frozen=True)
class Lesson:
    """A text and what people put right of its tags."""

    text: str
    right: Mapping[Tag, Value]


@dataclass(frozen=True)
class Judged:
    """How one head did."""

    head: HeadName
    corrections: int
    promoted: bool
    why: str
    strength: float | None = None
    on_corrections: Paired | None = None
    """None where there were too few to learn from."""
    on_exam: Paired | None = None
    """For emotions, which the exam has not: whether the verdict stayed."""


@dataclass(frozen=True, eq=False)
class _Set:
    """Texts, what the tagger reads in them and what it says of them."""

    reading: Reading
    said: list[Analysis]


def learn(
    tagger: ReadingTagger, lessons: Sequence[Lesson], examples: Sequence[Example], name: str
) -> tuple[Heads, list[Judged]]:
    """Fit and judge every head; the heads returned are those to promote, maybe none.

    Args:
        tagger: as it ships.
        lessons: corrected posts.
        examples: anchors to learn with and the exam.
        name: of the heads.
    """
    anchors = [example for example in examples if example.use == "anchor"]
    exam = [example for example in examples if example.use == "exam"]
    exam_set = _read(tagger, [example.text for example in exam])
    anchor_set = _read(tagger, [example.text for example in anchors])
    found: dict[HeadName, Head] = {}
    judged = []
    for head in HEADS:
        some = [lesson for lesson in lessons if lesson.right.get(head) is not None]
        if len(some) < LEAST or scores_of(exam_set.reading, head) is None:
            why = "this tagger has no such head" if len(some) >= LEAST else f"{LEAST} are needed"
            judged.append(Judged(head, len(some), False, why))
            continue
        taught = _read(tagger, [lesson.text for lesson in some])
        rows = _rows(head, some, taught, anchors, anchor_set)
        strength, scores = choose(rows, head, len(some))
        made = fit(rows, head, strength)
        result = _judge(tagger, head, some, taught, scores[: len(some)], exam, exam_set, made)
        judged.append(replace(result, strength=strength))
        if result.promoted:
            found[head] = made
    return Heads(name, tagger.version, found), judged


def _read(tagger: ReadingTagger, texts: Sequence[str]) -> _Set:
    reading = read_all(tagger, texts)
    return _Set(reading, tagger.decide(reading))


def _rows(
    head: HeadName,
    lessons: Sequence[Lesson],
    taught: _Set,
    anchors: Sequence[Example],
    held: _Set,
) -> Rows:
    """Lessons first, then the anchors; an anchor without a label keeps the tagger's verdict."""
    label = _label_of(head)
    values = [lesson.right[head] for lesson in lessons]
    values += [label(example, tags) for example, tags in zip(anchors, held.said, strict=True)]
    wanted = np.array(
        [
            [each in value if isinstance(value, list | tuple) else each == value for each in names]
            for names in [LABELS[head]]
            for value in values
        ],
        np.float64,
    )
    if held.reading.emotion is not None and head == "emotion":
        # No labels: the tagger's own chances hold it.
        wanted[len(lessons) :] = np.exp(held.reading.emotion)
    texts = [lesson.text for lesson in lessons] + [example.text for example in anchors]
    return Rows(
        _both(taught.reading.vectors, held.reading.vectors),
        _both(scores_of(taught.reading, head), scores_of(held.reading, head)),
        wanted,
        np.array([zlib.crc32(letters_of(text).encode()) for text in texts], np.int64),
    )


def _both(one: Any, other: Any) -> npt.NDArray[np.float64]:
    return np.concatenate([one, other]).astype(np.float64)


def _label_of(head: HeadName) -> Callable[[Example, Analysis], Any]:
    if head == "emotion":
        return lambda _, tags: tags.emotion
    return lambda example, _: getattr(example, head)


def _judge(
    tagger: ReadingTagger,
    head: HeadName,
    lessons: Sequence[Lesson],
    taught: _Set,
    scores: npt.NDArray[np.float64],
    exam: Sequence[Example],
    exam_set: _Set,
    made: Head,
) -> Judged:
    new = probabilities(scores.astype(np.float32), head)
    changed: dict[str, Any] = {head: new}
    after = tagger.decide(replace(taught.reading, **changed))
    wanted = [lesson.right[head] for lesson in lessons]
    on_corrections = _compare(head, wanted, taught.said, after)
    label = _label_of(head)
    wanted_in_exam = [label(one, tags) for one, tags in zip(exam, exam_set.said, strict=True)]
    exam_after = tagger.decide(refitted(exam_set.reading, {head: made}))
    on_exam = _compare(head, wanted_in_exam, exam_set.said, exam_after)
    why = _verdict(head, on_corrections, on_exam)
    return Judged(
        head, len(lessons), not why, why or "better",
        on_corrections=on_corrections, on_exam=on_exam,
    )  # fmt: skip


def _compare(
    head: HeadName, wanted: Sequence[Any], before: Sequence[Analysis], after: Sequence[Analysis]
) -> Paired:
    def right(said: Sequence[Analysis]) -> list[bool]:
        pairs = [(getattr(t, head), value) for t, value in zip(said, wanted, strict=True)]
        if head == "topics":
            return [set(ours) == set(theirs) for ours, theirs in pairs]
        return [bool(ours == theirs) for ours, theirs in pairs]

    return compare(right(before), right(after))


def _verdict(head: HeadName, on_corrections: Paired, on_exam: Paired) -> str:
    """Why a head is not promoted; empty where it is."""
    if on_corrections.chance_of_gain >= CHANCE:
        return "not clearly better on corrections it had not seen"
    if head == "emotion":
        changed = on_exam.lost / max(1, on_exam.texts)
        return "" if changed <= MAY_CHANGE else "changes too much elsewhere"
    lost = (on_exam.before - on_exam.after) / max(1, on_exam.texts)
    worse = on_exam.chance_of_loss < CHANCE or lost > MAY_LOSE
    return "worse on the exam" if worse else ""
