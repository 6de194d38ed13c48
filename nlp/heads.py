"""Heads that learned from corrections: what they add to the scores of a tagger.

A head's new scores are ``old scores + vectors @ weights + bias``, on logarithms of probabilities
for classes and on log odds for flags, with the tagger's own frozen vectors; see ``nlp.refit``.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from nlp.reading import Reading, ReadingTagger, chunks
from posts.errors import ModelError
from posts.model import Analysis

Floats = npt.NDArray[np.float32]
HeadName = Literal["sentiment", "emotion", "intent", "topics", "urgent"]
HEADS: tuple[HeadName, ...] = get_args(HeadName)
FLAGS: frozenset[HeadName] = frozenset({"topics", "urgent"})
"""Heads of independent yes-or-no labels; the others choose one of several."""


@dataclass(frozen=True, eq=False)
class Head:
    """What is added to the scores of one head."""

    weights: Floats
    """(width, labels)"""
    bias: Floats
    """(labels,)"""


@dataclass(frozen=True)
class Heads:
    """Heads refitted for one version of one tagger."""

    name: str
    base: str
    """Version of the tagger that they were fitted on."""
    heads: Mapping[HeadName, Head]


def scores_of(reading: Reading, head: HeadName) -> Floats | None:
    """Scores of a head (texts, labels): logarithms of probabilities, or log odds of flags."""
    found: Floats | None = getattr(reading, head)
    if found is None or head not in FLAGS:
        return found
    kept = np.clip(found, 1e-6, 1 - 1e-6)
    return cast(Floats, np.log(kept / (1 - kept)))


def refitted(reading: Reading, heads: Mapping[HeadName, Head]) -> Reading:
    """Add heads to what a tagger read; a head that the tagger lacks is left out."""
    if reading.vectors is None:
        return reading
    changes: dict[str, Floats] = {}
    for name, head in heads.items():
        scores = scores_of(reading, name)
        if scores is not None:
            changes[name] = probabilities(scores + reading.vectors @ head.weights + head.bias, name)
    return replace(reading, **changes)  # type: ignore[arg-type]


def probabilities(scores: Floats, head: HeadName) -> Floats:
    """Bring new scores back to what a reading holds."""
    if head in FLAGS:
        return cast(Floats, (1 / (1 + np.exp(-np.clip(scores, -15, 15)))).astype(np.float32))
    shifted = scores - scores.max(axis=1, keepdims=True)
    normal = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return cast(Floats, normal.astype(np.float32))


class RefittedTagger:
    """A tagger with heads that learned from corrections."""

    def __init__(self, base: ReadingTagger, heads: Heads) -> None:
        """Put heads on a tagger.

        Raises:
            ModelError: they were fitted on another one.
        """
        if heads.base != base.version:
            raise ModelError(
                f"{heads.name} was fitted on {heads.base}, the tagger is {base.version}; run "
                f"`gongsheng train --from-corrections` anew"
            )
        self.base, self._heads = base, heads

    @property
    def version(self) -> str:
        """The tagger's, and the heads' name."""
        return f"{self.base.version}+{self._heads.name}"

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given, never raises on any text."""
        return [tags for chunk in chunks(texts) for tags in self.decide(self.read(chunk))]

    def read(self, texts: Sequence[str]) -> Reading:
        """Score a chunk of texts."""
        return refitted(self.base.read(texts), self._heads.heads)

    def decide(self, reading: Reading) -> list[Analysis]:
        """Turn scores into tags."""
        version = self.version
        said = self.base.decide(reading)
        return [tags.model_copy(update={"model": version}) for tags in said]

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return the tagger's vectors."""
        return self.base.vectors(texts)


def save(path: Path, heads: Heads) -> None:
    """Write heads as a file that ``load`` reads."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, head in heads.heads.items():
        arrays[f"{name}.weights"], arrays[f"{name}.bias"] = head.weights, head.bias
    about = json.dumps({"name": heads.name, "base": heads.base}).encode()
    raw = io.BytesIO()
    np.savez_compressed(raw, about=np.frombuffer(about, np.uint8), **arrays)  # type: ignore[arg-type]
    path.write_bytes(raw.getvalue())


def load(path: Path) -> Heads:
    """Read heads.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(file["about"].tobytes())
            heads = {
                name: Head(file[f"{name}.weights"], file[f"{name}.bias"])
                for name in HEADS
                if f"{name}.bias" in file
            }
        return Heads(about["name"], about["base"], heads)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"the refitted heads in {path} cannot be used ({error}); go back with `gongsheng train "
            f"--rollback`, or fit them anew with `gongsheng train --from-corrections`"
        ) from error
