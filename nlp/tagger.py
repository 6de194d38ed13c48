"""The tagger interface, and which tagger a setting names."""

from collections.abc import Sequence
from typing import Protocol

from posts.errors import ModelError
from posts.model import Analysis


class Tagger(Protocol):
    """Texts in, tags out."""

    @property
    def version(self) -> str:
        """Name and version of the model, kept in every ``Analysis.model``."""
        ...

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given, never raises on any text."""
        ...


def open_tagger(model: str | None) -> Tagger:
    """Open the tagger of a ``GONGSHENG_MODEL`` value; None is the bundled one.

    Raises:
        ModelError: no such model, or its files are missing or do not fit.
    """
    if model is None or model == "baseline":
        from nlp.baseline import load

        return load()
    raise ModelError(
        f"GONGSHENG_MODEL={model!r}: no such model; leave it unset or say 'baseline' for the "
        f"bundled linear model"
    )
