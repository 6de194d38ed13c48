"""The search language of both stores: text in, a small tree out.

Blanks mean AND; ``AND``, ``OR``, ``NOT`` count only in upper case (``&&``, ``||`` and a leading
``-`` are taken too), so "or" and "not" stay words. NOT binds closest, then AND, then OR. Quotes and
brackets may be full-width. Characters that are no words, such as punctuation, are left out of a
question by ``searchable``; a question of nothing else finds nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from posts.errors import QueryError
from posts.search_tree import (
    And,
    Everything,
    Expression,
    Leaf,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
    searchable,
    wanted,
)

__all__ = [
    "MAX_DEPTH", "MAX_WORDS", "And", "Everything", "Expression", "Leaf", "Not", "Or", "Phrase",
    "Prefix", "Term", "parse", "searchable", "wanted",
]  # fmt: skip

MAX_DEPTH = 50
MAX_WORDS = 1000

_OPENING = "(（"
_CLOSING = ")）"
_QUOTES = '"“”＂'
_STARS = "*＊"
_OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}


def parse(text: str) -> Expression:
    """Read a search text; ``parse(str(tree))`` gives the same tree.

    Raises:
        QueryError: a quote or bracket is not closed, an operator lacks a word, or it is too long.
    """
    tokens = list(_cut(text))
    if not tokens:
        return Everything()
    if sum(token.kind in ("word", "phrase") for token in tokens) > MAX_WORDS:
        raise QueryError(f"查询里的词超过 {MAX_WORDS} 个，请拆成几次查询")
    return _Reader(tokens).read()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """word, phrase, AND, OR, NOT, ( or )."""
    text: str
    at: int
    """Place of its first character, counted from 1."""


def _cut(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in _OPENING + _CLOSING:
            yield _Token("(" if character in _OPENING else ")", character, at + 1)
            at += 1
        elif character in _QUOTES:
            end = _closing_quote(text, at)
            yield _Token("phrase", text[at + 1 : end], at + 1)
            at = end + 1
        elif character == "-" and _begins_operand(text, at + 1):
            yield _Token("NOT", "-", at + 1)
            at += 1
        else:
            end = _word_end(text, at)
            word = text[at:end]
            yield _Token(_OPERATORS.get(word, "word"), word, at + 1)
            at = end


def _closing_quote(text: str, start: int) -> int:
    for end in range(start + 1, len(text)):
        if text[end] in _QUOTES:
            return end
    raise QueryError(f"第 {start + 1} 个字符处的引号没有结束，请在词组末尾补上引号")


def _word_end(text: str, start: int) -> int:
    end = start
    stops = _OPENING + _CLOSING + _QUOTES
    while end < len(text) and not text[end].isspace() and text[end] not in stops:
        end += 1
    return end


def _begins_operand(text: str, at: int) -> bool:
    return at < len(text) and not text[at].isspace() and text[at] not in _CLOSING


class _Reader:
    """Recursive descent over the tokens: OR of AND of NOT of leaves."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def read(self) -> Expression:
        tree = self._any()
        left = self._peek()
        if left is not None:
            raise QueryError(f"第 {left.at} 个字符处多了一个右括号，请删去它，或在前面补上左括号")
        return tree

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _accept(self, kind: str) -> bool:
        token = self._peek()
        if token is None or token.kind != kind:
            return False
        self._next += 1
        return True

    def _any(self) -> Expression:
        parts = [self._all()]
        while self._accept("OR"):
            parts.append(self._all())
        return Or(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self) -> Expression:
        parts = [self._one()]
        while (token := self._peek()) is not None and token.kind not in ("OR", ")"):
            self._accept("AND")
            parts.append(self._one())
        return And(tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self) -> Expression:
        token = self._peek()
        if token is None or token.kind in ("AND", "OR", ")"):
            raise self._missing(token)
        self._next += 1
        if token.kind == "phrase":
            return Phrase(token.text)
        if token.kind == "word":
            return _leaf(token)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(f"第 {token.at} 个字符处：括号或 NOT 超过 {MAX_DEPTH} 层，请简化查询")
        tree = self._group(token) if token.kind == "(" else Not(self._one())
        self._depth -= 1
        return tree

    def _group(self, opening: _Token) -> Expression:
        tree = self._any()
        if not self._accept(")"):
            raise QueryError(f"第 {opening.at} 个字符处的左括号没有结束，请补上右括号")
        return tree

    def _missing(self, token: _Token | None) -> QueryError:
        before = self._tokens[self._next - 1] if self._next else None
        if before is not None and before.kind in ("AND", "OR", "NOT"):
            return QueryError(
                f"第 {before.at} 个字符处的“{before.text}”后面缺少要查的词，请补上或删去它"
            )
        if before is not None and before.kind == "(":
            return QueryError(f"第 {before.at} 个字符处的括号里缺少要查的词，请补上或删去括号")
        place = token or self._tokens[-1]
        if place.kind == ")":
            return QueryError(f"第 {place.at} 个字符处多了一个右括号，请删去它，或在前面补上左括号")
        return QueryError(f"第 {place.at} 个字符处的“{place.text}”前面缺少要查的词，请补上或删去它")


def _leaf(token: _Token) -> Leaf:
    word = token.text.rstrip(_STARS)
    if word == token.text:
        return Term(word)
    if not word:
        raise QueryError(f"第 {token.at} 个字符处的星号前面缺少字，前缀查询请写成“加班*”这样")
    return Prefix(word)
