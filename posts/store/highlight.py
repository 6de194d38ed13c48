"""Where in an original text a question was found, whatever width, script or case it is written in.

The index holds folded characters; the folding may drop, join or lengthen. So every folded character
is walked back to the place in the original text that it came from.
"""

import unicodedata
from collections.abc import Iterable

from posts.search_tree import Leaf, Prefix
from posts.store import SearchText

_JOINER = "\u200d"
_INVISIBLE = {"Cc", "Cf", "Mn", "Me", "Cs", "Co"}
_LOOK_AHEAD = 64
"""Characters that folding may have dropped between two kept ones, such as a long run of one."""

Span = tuple[int, int]


def goes_on(characters: list[str], search_text: SearchText) -> bool:
    """Whether the last one can be the beginning of a longer one, as Latin words and numbers can."""
    last = characters[-1]
    return search_text.characters(last + "a") == [last + "a"]


class Highlighter:
    """Finds the leaves of a question in texts."""

    def __init__(self, search_text: SearchText) -> None:
        self._cut = search_text
        self._folded: dict[str, tuple[str, bool]] = {}

    def spans(self, text: str, leaves: Iterable[Leaf]) -> tuple[Span, ...]:
        """Character ranges of ``text`` that match, in order, not overlapping."""
        characters = self._cut.characters(text)
        places: list[Span] | None = None
        found: list[Span] = []
        for leaf in leaves:
            needle = self._cut.characters(leaf.text)
            if not needle:
                continue
            beginning = isinstance(leaf, Prefix) and goes_on(needle, self._cut)
            for start in _starts(characters, needle, beginning):
                places = places or self._places(text, characters)
                found.append((places[start][0], places[start + len(needle) - 1][1]))
        return _merge(found)

    def _places(self, text: str, characters: list[str]) -> list[Span]:
        """Original range of each folded character."""
        folded, origin, counts = self._fold_each(text)
        origin.append(len(text))
        places: list[Span] = []
        cursor = 0
        for character in characters:
            while cursor < len(folded) and not counts[cursor] and folded[cursor] != character[0]:
                cursor += 1
            at = folded.find(character, cursor, cursor + len(character) + _LOOK_AHEAD)
            start = min(cursor, len(folded)) if at < 0 else at
            cursor = min(start + len(character), len(folded))
            places.append(_range(origin, start, cursor))
        return places

    def _fold_each(self, text: str) -> tuple[str, list[int], list[bool]]:
        """Fold character by character: the folded text, and of each place its origin and worth."""
        pieces: list[str] = []
        origin: list[int] = []
        counts: list[bool] = []
        for place, character in enumerate(text):
            piece, kept = self._fold_one(character)
            pieces.append(piece)
            origin += [place] * len(piece)
            counts += [kept] * len(piece)
        return "".join(pieces), origin, counts

    def _fold_one(self, character: str) -> tuple[str, bool]:
        known = self._folded.get(character)
        if known is None:
            kept = "".join(self._cut.characters(character))
            hidden = unicodedata.category(character) in _INVISIBLE and character != _JOINER
            other = "" if hidden else unicodedata.normalize("NFKC", character).lower()
            known = self._folded[character] = (kept or other, bool(kept))
        return known


def _range(origin: list[int], start: int, end: int) -> Span:
    """Original range of a folded range; whole original characters."""
    first = origin[start]
    last = origin[end - 1] + 1 if end > start else first
    return first, max(first, min(last, origin[-1]))


def _starts(characters: list[str], needle: list[str], beginning: bool) -> list[int]:
    """Places where the needle stands; the last one of a ``beginning`` may go on."""
    *whole, last = needle
    width = len(needle)
    found = []
    for start in range(len(characters) - width + 1):
        end = characters[start + width - 1]
        fits = end.startswith(last) if beginning else end == last
        if fits and characters[start : start + width - 1] == whole:
            found.append(start)
    return found


def _merge(spans: list[Span]) -> tuple[Span, ...]:
    """Join ranges that touch or overlap; drop empty ones."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
