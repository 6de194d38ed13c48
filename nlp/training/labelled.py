"""Reads the labelled texts and splits them by file, the same way for every model.

A line is ``{"id", "text", "sentiment", "intent", "topics", "urgent"}``; other keys are ignored.
Files are split whole, because lines of one file were written by one hand or come from one source:

* test: files nobody trains or tunes on, for the figures we publish.
* dev: files for choosing settings and thresholds.
* bundled: file E, the comments of the demo's channels; never trained or tuned on.
* train: everything else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from nlp.text import fold

TEST = frozenset({"F", "R", "AA", "BA", "N5", "N13"})
DEV = frozenset({"L", "P", "AC", "AF", "N8", "N16"})
BUNDLED = "E"
_MUTUAL_AID = re.compile(r"互助保障(?!金)")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with its labels."""

    id: str
    file: str
    text: str
    sentiment: str
    intent: str
    topics: tuple[str, ...]
    urgent: bool


@dataclass(frozen=True, slots=True)
class Splits:
    """The labelled texts, apart by their use."""

    train: list[Labelled]
    dev: list[Labelled]
    test: list[Labelled]
    bundled: list[Labelled]


def corrected(line: Labelled) -> Labelled:
    """Apply the guide's late rules: no topics on spam, mutual aid insurance is insurance."""
    if line.intent == "spam":
        return replace(line, topics=())
    if _MUTUAL_AID.search(line.text) and "insurance" not in line.topics:
        others = tuple(topic for topic in line.topics if topic != "benefits")
        return replace(line, topics=(*others, "insurance")[-3:])
    return line


def read(folder: Path) -> list[Labelled]:
    """Read every labelled file of a folder, in the order of names."""
    lines: list[Labelled] = []
    for path in sorted(folder.glob("*.jsonl")):
        name = path.stem.removesuffix("_comments")
        if name.endswith("_posts"):
            continue
        for raw in path.read_bytes().splitlines():
            row = orjson.loads(raw)
            line = Labelled(
                id=row["id"],
                file=name,
                text=row["text"],
                sentiment=row["sentiment"],
                intent=row["intent"],
                topics=tuple(row["topics"]),
                urgent=row["urgent"],
            )
            lines.append(corrected(line))
    return lines


def same_text_key(text: str) -> str:
    """Return what two texts share that differ only in width, script, blanks or punctuation."""
    return "".join(filter(str.isalnum, fold(text)))


def split(lines: Iterable[Labelled]) -> Splits:
    """Split by file; a text held by a more protected split is dropped from the others."""
    splits = Splits([], [], [], [])
    for line in lines:
        if line.file == BUNDLED:
            splits.bundled.append(line)
        elif line.file in TEST:
            splits.test.append(line)
        elif line.file in DEV:
            splits.dev.append(line)
        else:
            splits.train.append(line)
    taken = {same_text_key(line.text) for line in splits.bundled}
    for part in (splits.test, splits.dev, splits.train):
        kept = []
        for line in part:
            key = same_text_key(line.text) or line.text
            if key not in taken:
                taken.add(key)
                kept.append(line)
        part[:] = kept
    return splits
