"""Our questions in tantivy's words."""

import re
from collections.abc import Sequence
from typing import Any

import tantivy

from posts.query import PostQuery
from posts.search_tree import And, Everything, Expression, Not, Or, Phrase, Prefix, Term
from posts.store import SearchText
from posts.store.document import CHARACTERS, PAIRS, WORDS, flag, pair, pairs
from posts.store.highlight import goes_on
from posts.store.question import QuestionReader, chosen_values

_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_Clause = tuple[Any, Any]


class QueryBuilder(QuestionReader):
    """Builds tantivy queries of one schema."""

    def __init__(self, schema: Any, search_text: SearchText) -> None:
        super().__init__(search_text)
        self._schema = schema

    def build(self, query: PostQuery) -> Any:
        """Build a query; filters narrow and do not change the score.

        Raises:
            QueryError: the search text cannot be read.
        """
        tree = self.tree(query.text)
        if tree is None:
            return tantivy.Query.empty_query()
        clauses = [] if isinstance(tree, Everything) else [(_MUST, self._text(tree))]
        clauses += self._filters(query)
        if not clauses:
            return tantivy.Query.all_query()
        return self._clauses(clauses)

    def term(self, field: str, value: str) -> Any:
        """Posts that hold a value in a field."""
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def any_of(self, field: str, values: Sequence[str]) -> Any:
        """Posts that hold one of the values in a field."""
        if len(values) == 1:  # half the time of a set of one
            return self.term(field, values[0])
        return tantivy.Query.term_set_query(self._schema, field, list(values))

    def both(self, one: Any, other: Any) -> Any:
        """Posts of both queries."""
        return tantivy.Query.boolean_query([(_MUST, one), (_MUST, other)])

    def thread(self, thread_id: str) -> Any:
        """The post and everything under it."""
        parts = [(_SHOULD, self.term("thread", thread_id)), (_SHOULD, self.term("id", thread_id))]
        return tantivy.Query.boolean_query(parts)

    def within(self, query: Any, field: str, low: float, high: float | None) -> Any:
        """Narrow a query to a range of a number field; bounds included, no upper one for None."""
        kind = tantivy.FieldType.Float if isinstance(low, float) else tantivy.FieldType.Integer
        span = tantivy.Query.range_query(self._schema, field, kind, low, high)
        return self.both(query, span)

    def above(self, query: Any, field: str, low: float) -> Any:
        """Narrow a query to values of a number field above a bound."""
        kind = tantivy.FieldType.Float if isinstance(low, float) else tantivy.FieldType.Integer
        span = tantivy.Query.range_query(self._schema, field, kind, low, include_lower=False)
        return self.both(query, span)

    def _filters(self, query: PostQuery) -> list[_Clause]:
        kept = [self.any_of(field, values) for field, values in chosen_values(query).items()]
        if query.thread_id is not None:
            kept.append(self.thread(query.thread_id))
        if query.since is not None or query.until is not None:
            kept.append(self._days(query))
        clauses = [(_MUST, tantivy.Query.const_score_query(part, 0.0)) for part in kept]
        if query.by_channel is False:  # posts of unknown writers stay
            clauses.append((_MUST_NOT, self.term("by_channel", flag(True))))
        return clauses

    def _days(self, query: PostQuery) -> Any:
        first = None if query.since is None else query.since.toordinal()
        last = None if query.until is None else query.until.toordinal()
        kind = tantivy.FieldType.Integer
        return tantivy.Query.range_query(self._schema, "day", kind, first, last)

    def _clauses(self, clauses: list[_Clause]) -> Any:
        if all(occur is _MUST_NOT for occur, _ in clauses):
            everything = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
            clauses = [(_MUST, everything), *clauses]
        return tantivy.Query.boolean_query(clauses)

    def _text(self, tree: Expression) -> Any:
        match tree:
            case Term(text):
                return self._term(text)
            case Phrase(text):
                return self._next_to_each_other(self._cut.characters(text))
            case Prefix(text):
                return self._prefix(self._cut.characters(text))
            case And(parts):
                return self._clauses([self._clause(part) for part in parts])
            case Or(parts):
                return tantivy.Query.boolean_query([(_SHOULD, self._text(part)) for part in parts])
            case Not():
                return self._clauses([self._clause(tree)])
        return tantivy.Query.all_query()

    def _clause(self, tree: Expression) -> _Clause:
        if isinstance(tree, Not):
            return (_MUST_NOT, self._text(tree.part))
        return (_MUST, self._text(tree))

    def _term(self, text: str) -> Any:
        """A word as jieba cuts it, or its characters anywhere; both together rank higher."""
        anywhere = self._next_to_each_other(self._cut.characters(text))
        words = self._cut.words(text)
        if len(words) != 1:
            return anywhere
        word = tantivy.Query.term_query(self._schema, WORDS, words[0], "freq")
        return tantivy.Query.boolean_query([(_SHOULD, word), (_SHOULD, anywhere)])

    def _next_to_each_other(self, characters: list[str]) -> Any:
        if len(characters) == 1:
            return tantivy.Query.term_query(self._schema, CHARACTERS, characters[0], "freq")
        joined = pairs(characters)
        if len(joined) == 1:
            return tantivy.Query.term_query(self._schema, PAIRS, joined[0], "freq")
        return tantivy.Query.phrase_query(self._schema, PAIRS, [*joined])

    def _prefix(self, characters: list[str]) -> Any:
        if not goes_on(characters, self._cut):
            return self._next_to_each_other(characters)
        last = characters[-1]
        if len(characters) == 1:
            return tantivy.Query.regex_query(self._schema, CHARACTERS, f"{re.escape(last)}.*")
        joined = [re.escape(both) for both in pairs(characters[:-1])]
        joined.append(re.escape(pair(characters[-2], last)) + ".*")
        if len(joined) == 1:
            return tantivy.Query.regex_query(self._schema, PAIRS, joined[0])
        return tantivy.Query.regex_phrase_query(self._schema, PAIRS, [*joined])
