"""Labelled lines as rows of piece numbers and targets, and batches of them."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import torch

from nlp.text import split_special
from nlp.training import corpus
from nlp.training.corpus import Line
from nlp.training.model import Targets, padded
from nlp.training.vocabulary import cut_tokenizer, emoticons, save_tokenizer
from nlp.transformer import piece_text
from posts.model import Emotion, Intent, Sentiment, Topic

UNKNOWN = 3
DROP_PIECE = 0.06
DROP_EMOTICONS = 0.3
_CLASSES = {
    "sentiment": get_args(Sentiment),
    "intent": get_args(Intent),
    "emotion": get_args(Emotion),
}
_TOPICS = get_args(Topic)


class DeviceTargets(Targets):
    """Targets that can follow the model to its device."""

    def to(self, device: torch.device) -> "DeviceTargets":
        """Copy all tensors to a device."""
        return DeviceTargets(**{k: v.to(device) for k, v in vars(self).items()})


@dataclass
class Rows:
    """Rows of a split; ``bare`` holds those with emoticons once more without them."""

    lines: list[Line]
    ids: list[list[int]]
    bare: dict[int, list[int]]
    targets: dict[str, np.ndarray]

    def count(self) -> dict[str, int]:
        """Count rows with union labels and rows with an emotion."""
        emotion = int((self.targets["emotion"] >= 0).sum())
        return {"union": len(self.lines) - emotion, "emotion": emotion}

    def sample(self, rows: int) -> "Rows":
        """Return at most so many rows, spread evenly over the lines."""
        kept = np.unique(np.linspace(0, len(self.lines) - 1, rows).round().astype(int))
        return Rows(
            [self.lines[i] for i in kept],
            [self.ids[i] for i in kept],
            {new: self.bare[old] for new, old in enumerate(kept) if old in self.bare},
            {head: values[kept] for head, values in self.targets.items()},
        )

    def _of_epoch(self, share: float, random: np.random.Generator) -> np.ndarray:
        emotion = np.flatnonzero(self.targets["emotion"] >= 0)
        union = np.flatnonzero(self.targets["emotion"] < 0)
        part = random.permutation(emotion)[: round(share * len(emotion))]
        return random.permutation(np.concatenate([union, part]))

    def batches_per_epoch(self, batch: int, share: float) -> int:
        """Return how many batches ``epoch`` yields."""
        count = self.count()
        return -(-(count["union"] + round(share * count["emotion"])) // batch)

    def epoch(
        self, batch: int, share: float, random: np.random.Generator
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor, DeviceTargets]]:
        """Yield batches of rows of like length in random order: pieces, mask, targets."""
        order = self._of_epoch(share, random)
        pool = batch * 40
        batches = []
        for at in range(0, len(order), pool):
            near = sorted(order[at : at + pool], key=lambda i: len(self.ids[i]))
            batches += [near[b : b + batch] for b in range(0, len(near), batch)]
        for number in random.permutation(len(batches)):
            rows = batches[number]
            ids, mask = padded([self._varied(i, random) for i in rows])
            yield ids, mask, self.target(np.asarray(rows))

    def _varied(self, row: int, random: np.random.Generator) -> list[int]:
        ids = self.ids[row]
        if row in self.bare and random.random() < DROP_EMOTICONS:
            ids = self.bare[row]
        dropped = random.random(len(ids)) < DROP_PIECE
        dropped[0] = dropped[-1] = False
        return [UNKNOWN if d else i for i, d in zip(ids, dropped, strict=True)]

    def target(self, rows: np.ndarray) -> DeviceTargets:
        """Return the targets of some rows."""
        return DeviceTargets(**{k: torch.from_numpy(v[rows]) for k, v in self.targets.items()})


def targets(lines: list[Line]) -> dict[str, np.ndarray]:
    """Turn labels into numbers; -1 is a missing class, NaN a missing flag."""
    made: dict[str, np.ndarray] = {}
    for head, classes in _CLASSES.items():
        numbers = {name: i for i, name in enumerate(classes)}
        made[head] = np.array([numbers.get(getattr(li, head), -1) for li in lines], np.int64)
    none = [np.nan] * len(_TOPICS)
    made["topics"] = np.array(
        [none if li.topics is None else [t in li.topics for t in _TOPICS] for li in lines],
        np.float32,
    ).reshape(len(lines), len(_TOPICS))
    made["urgent"] = np.array(
        [[np.nan if li.urgent is None else float(li.urgent)] for li in lines], np.float32
    ).reshape(len(lines), 1)
    return made


def make_rows(lines: list[Line], tokenizer_json: str, pieces: int) -> Rows:
    """Cut lines into at most so many pieces."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.enable_truncation(pieces)
    ids = [e.ids for e in tokenizer.encode_batch([piece_text(li.text) for li in lines])]
    bare = {}
    for i, line in enumerate(lines):
        parts = split_special(line.text)
        if any(special for _, special in parts):
            text = "".join(part for part, special in parts if not special).strip()
            if text:
                bare[i] = tokenizer.encode(piece_text(text)).ids
    return Rows(lines, ids, bare, targets(lines))


def load_tokenizer(whole: Path, out: Path, union: Path, data: Path) -> tuple[dict, dict]:
    """Return the whole and the cut tokenizer; the cut one is made once and kept in ``out``."""
    full = json.loads(whole.read_text("utf-8"))
    if not (out / "tokenizer.json").exists():
        texts = [line.text for line in corpus.lines_of(union, data, "train")]
        save_tokenizer(cut_tokenizer(full, map(piece_text, texts), emoticons(texts)), out)
    return full, json.loads((out / "tokenizer.json").read_text("utf-8"))


def load_rows(split: corpus.Split, small: dict, options: argparse.Namespace) -> Rows:
    """Read a split of union lines and emotions as rows."""
    lines = corpus.lines_of(options.corpus, options.data, split)
    return make_rows(lines, json.dumps(small, ensure_ascii=False), options.pieces)
