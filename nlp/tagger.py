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


def open_tagger(model: str | None) -> Tagger:
    """Open the tagger of a ``GONGSHENG_MODEL`` value; None is the bundled one.

    ``baseline`` is the bundled linear model alone; anything else a folder or a Hugging Face id, of
    a model like ours (with ``joined.json``) or of any sequence classifier.

    Raises:
        ModelError: no such model, or its files are missing or do not fit.
    """
    if model == "baseline":
        from nlp import baseline

        return baseline.load()
    from nlp import joined

    if model is None:
        return joined.load()
    from nlp import hub

    folder = hub.fetch(model)
    if (folder / joined.SETTINGS).is_file():
        return joined.load(folder)
    return hub.HubTagger(folder, model)
