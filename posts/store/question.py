"""What both engines' query builders read out of a question before they put it in their words."""

from collections.abc import Sequence

from posts.query import PostQuery
from posts.search_language import parse
from posts.search_tree import Everything, Expression, Prefix, searchable, wanted
from posts.store import SearchText
from posts.store.document import flag
from posts.store.highlight import goes_on


class QuestionReader:
    """Reads search texts; base of the query builders."""

    def __init__(self, search_text: SearchText) -> None:
        self._cut = search_text

    def tree(self, text: str) -> Expression | None:
        """Read a search text; None where it holds nothing that can be found.

        Raises:
            QueryError: it cannot be read.
        """
        return searchable(parse(text), lambda leaf: bool(self._cut.characters(leaf)))

    def ranks(self, text: str) -> bool:
        """Whether the search text tells better hits from worse ones."""
        leaves = wanted(self.tree(text) or Everything())
        return any(
            not isinstance(leaf, Prefix) or not goes_on(self._cut.characters(leaf.text), self._cut)
            for leaf in leaves
        )


def chosen_values(query: PostQuery) -> dict[str, Sequence[str]]:
    """Values that a query's filters choose, by field; fields that do not narrow are left out."""
    chosen: dict[str, Sequence[str]] = {
        "sentiment": query.sentiments,
        "intent": query.intents,
        "topic": query.topics,
        "platform": query.platforms,
        "channel": query.channels,
        "kind": query.kinds,
        "region": query.regions,
        "gender": query.genders,
        "unit": query.units,
        "shift": query.shifts,
        "urgent": () if query.urgent is None else (flag(query.urgent),),
        "by_channel": (flag(True),) if query.by_channel else (),
    }
    return {field: values for field, values in chosen.items() if values}
