"""What both stores index of a tagged post: tokens, facet values and sort keys."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from posts.model import CHINA, TaggedPost
from posts.query import FacetField

WORDS, CHARACTERS, PAIRS = "words", "characters", "pairs"
"""Jieba words; characters as ``SearchText`` gives them; each character joined with its next one.

Pairs make "contains these characters" one or a few rare terms instead of many frequent ones.
"""
NO_TIME = -(1 << 62)
"""Sorts undated posts last, by ``newest`` and by ``oldest``, both descending."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JOIN = "\ue000"


def pairs(characters: list[str]) -> list[str]:
    """Join each character with its next one."""
    return [pair(one, two) for one, two in pairwise(characters)]


def pair(one: str, two: str) -> str:
    """Join two neighbours so that no other two give the same."""
    return f"{one}{_JOIN}{two}"


def facet_values(tagged: TaggedPost, field: FacetField) -> tuple[str, ...]:
    """Values of a post in a facet; ``urgent`` is "true" or "false"."""
    if field is FacetField.TOPIC:
        return tuple(dict.fromkeys(tagged.analysis.topics))
    if field is FacetField.URGENT:
        return (flag(tagged.analysis.urgent),)
    holder = tagged.post if field.value in type(tagged.post).model_fields else tagged.analysis
    value = getattr(holder, field.value)
    return () if value is None else (value,)


def flag(value: bool) -> str:
    """Write a yes or no as the index holds it."""
    return "true" if value else "false"


def china_day(time: datetime) -> date:
    """Day of a time in China's zone."""
    try:
        return time.astimezone(CHINA).date()
    except OverflowError:  # the first and last hours of the calendar
        return time.date()


def newest(tagged: TaggedPost) -> int:
    """Microseconds since 1970; ``NO_TIME`` where undated."""
    time = tagged.post.published_at
    return NO_TIME if time is None else (time - _EPOCH) // timedelta(microseconds=1)


def oldest(tagged: TaggedPost) -> int:
    """The opposite of ``newest``, undated again last."""
    time = newest(tagged)
    return time if time == NO_TIME else -time


def negative(tagged: TaggedPost) -> float:
    """Probability that the text is negative."""
    return tagged.analysis.probabilities.get("negative", 0.0)
