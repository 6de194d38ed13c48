"""Our questions in Elasticsearch's words."""

from collections.abc import Sequence
from typing import Any

from posts.query import PostQuery, Sort
from posts.search_tree import And, Everything, Expression, Not, Or, Phrase, Prefix, Term
from posts.store.document import CHARACTERS, PAIRS, WORDS, flag, pair, pairs
from posts.store.highlight import goes_on
from posts.store.question import QuestionReader, chosen_values

Clause = dict[str, Any]

NOTHING: Clause = {"match_none": {}}
EVERYTHING: Clause = {"match_all": {}}
_TIES = [{"newest": "desc"}, {"id": "asc"}]
SORTS: dict[Sort, list[dict[str, str]]] = {
    "relevance": [{"_score": "desc"}, *_TIES],
    "newest": _TIES,
    "oldest": [{"oldest": "desc"}, {"id": "asc"}],
    "heat": [{"heat": "desc"}, *_TIES],
    "negative": [{"negative": "desc"}, *_TIES],
}


class ElasticQueryBuilder(QuestionReader):
    """Builds query clauses."""

    def build(self, query: PostQuery) -> Clause:
        """Build a query; filters narrow and do not change the score.

        Raises:
            QueryError: the search text cannot be read.
        """
        tree = self.tree(query.text)
        if tree is None:
            return NOTHING
        must = [] if isinstance(tree, Everything) else [self._text(tree)]
        # Posts of unknown writers stay where the channel's own words are left out.
        never = [_is("by_channel", flag(True))] if query.by_channel is False else []
        return {"bool": {"must": must, "filter": self._filters(query), "must_not": never}}

    @staticmethod
    def only(clause: Clause, field: str, value: str) -> Clause:
        """Narrow a clause to posts that hold a value in a field."""
        return {"bool": {"must": [clause], "filter": [_is(field, value)]}}

    @staticmethod
    def ids(ids: Sequence[str]) -> Clause:
        """Posts with these ids."""
        return {"terms": {"id": list(ids)}}

    @staticmethod
    def thread(thread_id: str) -> Clause:
        """The post and everything under it."""
        return {"bool": {"should": [_is("thread", thread_id), _is("id", thread_id)]}}

    def _filters(self, query: PostQuery) -> list[Clause]:
        clauses: list[Clause] = [
            {"terms": {field: list(values)}} for field, values in chosen_values(query).items()
        ]
        if query.thread_id is not None:
            clauses.append(self.thread(query.thread_id))
        borders = {
            "gte": None if query.since is None else query.since.toordinal(),
            "lte": None if query.until is None else query.until.toordinal(),
        }
        span = {name: day for name, day in borders.items() if day is not None}
        if span:
            clauses.append({"range": {"day": span}})
        return clauses

    def _text(self, tree: Expression) -> Clause:
        match tree:
            case Term(text):
                return self._term(text)
            case Phrase(text):
                return _next_to_each_other(self._cut.characters(text))
            case Prefix(text):
                return self._prefix(self._cut.characters(text))
            case And(parts):
                return {
                    "bool": {
                        "must": [self._text(part) for part in parts if not isinstance(part, Not)],
                        "must_not": [
                            self._text(part.part) for part in parts if isinstance(part, Not)
                        ],
                    }
                }
            case Or(parts):
                return {
                    "bool": {
                        "should": [self._text(part) for part in parts],
                        "minimum_should_match": 1,
                    }
                }
            case Not(part):
                return {"bool": {"must_not": [self._text(part)]}}
        return EVERYTHING

    def _term(self, text: str) -> Clause:
        """A word as jieba cuts it, or its characters anywhere; both together rank higher."""
        anywhere = _next_to_each_other(self._cut.characters(text))
        words = self._cut.words(text)
        if len(words) != 1:
            return anywhere
        return {"bool": {"should": [_is(WORDS, words[0]), anywhere], "minimum_should_match": 1}}

    def _prefix(self, characters: list[str]) -> Clause:
        if not goes_on(characters, self._cut):
            return _next_to_each_other(characters)
        last = characters[-1]
        if len(characters) == 1:
            return {"prefix": {CHARACTERS: {"value": last}}}
        begin: Clause = {"prefix": {PAIRS: {"value": pair(characters[-2], last)}}}
        whole = pairs(characters[:-1])
        if not whole:
            return begin
        spans = [{"span_term": {PAIRS: both}} for both in whole]
        return {
            "span_near": {
                "clauses": [*spans, {"span_multi": {"match": begin}}],
                "slop": 0,
                "in_order": True,
            }
        }


def _is(field: str, value: str) -> Clause:
    return {"term": {field: {"value": value}}}


def _next_to_each_other(characters: list[str]) -> Clause:
    if len(characters) == 1:
        return _is(CHARACTERS, characters[0])
    joined = pairs(characters)
    if len(joined) == 1:
        return _is(PAIRS, joined[0])
    return {"match_phrase": {PAIRS: {"query": " ".join(joined), "analyzer": "whitespace"}}}
