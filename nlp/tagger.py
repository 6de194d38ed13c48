"""The tagger interface, and which tagger a setting names."""

from collections.abc import Sequence
from typing import Protocol

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
