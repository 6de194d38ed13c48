"""What a search text means: a small frozen tree that both stores translate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everything:
    """No text asked for: every post."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Term:
    """Characters that stand next to each other, as typed without blanks."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """The text between two quotes; punctuation and blanks in it do not count."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word, without its star."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}*"


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " AND ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " OR ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything except."""

    part: "Expression"

    def __str__(self) -> str:
        return f"NOT {_bracketed(self.part)}"


Expression = Everything | Term | Phrase | Prefix | And | Or | Not
Leaf = Term | Phrase | Prefix


def searchable(tree: Expression, has_words: Callable[[str], bool]) -> Expression | None:
    """Leave out the leaves without any word, such as punctuation; None where nothing is left."""
    match tree:
        case Term(text) | Phrase(text) | Prefix(text):
            return tree if has_words(text) else None
        case Not(part):
            kept = searchable(part, has_words)
            return None if kept is None else Not(kept)
        case And(parts) | Or(parts):
            found = [searchable(part, has_words) for part in parts]
            left = tuple(part for part in found if part is not None)
            if len(left) < 2:
                return left[0] if left else None
            return type(tree)(left)
    return tree


def wanted(tree: Expression) -> Iterator[Leaf]:
    """Give the leaves that a found text may hold; those under NOT are left out."""
    match tree:
        case Term() | Phrase() | Prefix():
            yield tree
        case And(parts) | Or(parts):
            for part in parts:
                yield from wanted(part)


def _bracketed(tree: Expression) -> str:
    return f"({tree})" if isinstance(tree, And | Or) else str(tree)
