"""Heads in use: ``<data>/models/`` holds every promoted set, its report, and which one counts."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlp.heads import Heads, RefittedTagger, load, save
from nlp.reading import reads
from nlp.tagger import Tagger
from posts.errors import ModelError

_log = logging.getLogger(__name__)
_IN_USE = "in_use.json"


class Promoted:
    """The refitted heads of a data folder; the last promoted one is in use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def in_use(self) -> str | None:
        """Name of the heads in use; None where the tagger is used as it ships."""
        names = self._names()
        return names[-1] if names else None

    def heads(self) -> Heads | None:
        """The heads in use, or None.

        Raises:
            ModelError: their file is damaged.
        """
        name = self.in_use
        return None if name is None else load(self._folder / f"{name}.npz")

    def next_name(self) -> str:
        """A name no heads had before, those rolled back included."""
        numbers = [int(path.stem.split("-")[1]) for path in self._folder.glob("heads-*.json")]
        return f"heads-{max(numbers, default=0) + 1}"

    def promote(self, heads: Heads) -> None:
        """Put heads to use."""
        self._folder.mkdir(parents=True, exist_ok=True)
        save(self._folder / f"{heads.name}.npz", heads)
        self._write(_IN_USE, [*self._names(), heads.name])

    def report(self, name: str, report: Mapping[str, Any]) -> None:
        """Keep how heads were judged, promoted or not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write(f"{name}.json", report)

    def roll_back(self) -> str | None:
        """Go back to the heads before; returns their name, None for the tagger as it ships.

        Raises:
            ModelError: no heads are in use.
        """
        names = self._names()
        if not names:
            raise ModelError("nothing to go back from: the tagger is used as it ships")
        self._write(_IN_USE, names[:-1])
        return names[-2] if len(names) > 1 else None

    def _names(self) -> list[str]:
        path = self._folder / _IN_USE
        try:
            names = json.loads(path.read_text("utf-8"))
            return [str(name) for name in names]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"{path} cannot be read ({error}); delete it to use the tagger as it ships"
            ) from error

    def _write(self, name: str, value: object) -> None:
        fresh = self._folder / f"{name}.new"
        fresh.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(self._folder / name)


def with_heads(tagger: Tagger, kept: Promoted) -> Tagger:
    """Put the heads in use on a tagger; heads fitted on another one are left out, and logged."""
    heads, reader = kept.heads(), reads(tagger)
    if heads is None or reader is None:
        return tagger
    if heads.base != tagger.version:
        _log.warning(
            "%s learned from corrections of %s and is left out: the tagger is %s now; run "
            "`gongsheng train --from-corrections`",
            heads.name,
            heads.base,
            tagger.version,
        )
        return tagger
    return RefittedTagger(reader, heads)
