"""The lines the transformer learns from: the union's labels and SMP2020's emotions in one shape."""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from nlp.text import normalise
from nlp.training import labelled
from nlp.training.labelled import Labelled, same_text_key
from posts.model import Emotion, Intent, Sentiment, Topic

Split = Literal["train", "dev", "test"]
PARTS = ("usual", "virus")
_LOST_EMOJI = "??"


@dataclass(frozen=True)
class Line:
    """A labelled text; None where a label is missing."""

    id: str
    source: str
    """The file of a union line, or the part of SMP2020."""
    text: str
    """Normalised."""
    sentiment: Sentiment | None = None
    intent: Intent | None = None
    topics: frozenset[Topic] | None = None
    urgent: bool | None = None
    emotion: Emotion | None = None

    @property
    def key(self) -> str:
        """Equal keys are doubles."""
        return same_text_key(self.text) or self.text


def union_splits(corpus: Path, data: Path) -> dict[str, list[Line]]:
    """Read the union corpus and the annotated real texts: train, dev, test and bundled."""
    splits = labelled.split([*labelled.read(corpus), *labelled.read(data / "annotated")])
    return {
        name: [_line(line) for line in getattr(splits, name)]
        for name in ("train", "dev", "test", "bundled")
    }


def _line(line: Labelled) -> Line:
    return Line(
        id=line.id,
        source=line.file,
        text=normalise(line.text),
        sentiment=line.sentiment,
        intent=line.intent,
        topics=frozenset(line.topics),
        urgent=line.urgent,
    )


def read_emotions(data: Path, part: str, split: Split) -> list[Line]:
    """Read a split of SMP2020, part ``usual`` or ``virus``: six emotions and nothing else."""
    with gzip.open(data / f"smp2020_{part}" / f"{split}.tsv.gz", "rt", encoding="utf-8") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [
            Line(
                id=f"smp-{part}-{split}-{i}",
                source=f"smp_{part}",
                text=normalise(text.replace(_LOST_EMOJI, "")),
                emotion=label,
            )
            for i, (label, text) in enumerate(rows)
            if label in get_args(Emotion)
        ]


def emotions(data: Path, split: Split, barred: set[str] = frozenset()) -> list[Line]:
    """Read both parts of SMP2020.

    From training, doubles, texts with two labels, doubles of SMP2020's own dev and test texts and
    those whose key is ``barred`` are left out.
    """
    lines = [line for part in PARTS for line in read_emotions(data, part, split)]
    if split != "train":
        return lines
    held = {li.key for s in ("dev", "test") for p in PARTS for li in read_emotions(data, p, s)}
    labels: dict[str, set[str | None]] = {}
    for line in lines:
        labels.setdefault(line.key, set()).add(line.emotion)
    doubtful = {key for key, found in labels.items() if len(found) > 1}
    banned = held | doubtful | barred
    kept: dict[str, Line] = {}
    for line in lines:
        if line.key not in banned:
            kept.setdefault(line.key, line)
    return list(kept.values())


def lines_of(corpus: Path, data: Path, split: Split) -> list[Line]:
    """Read the union lines and the emotions of a split."""
    union = union_splits(corpus, data)
    barred = {line.key for name in ("dev", "test", "bundled") for line in union[name]}
    return union[split] + emotions(data, split, barred if split == "train" else set())
