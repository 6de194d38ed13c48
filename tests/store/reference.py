"""What a store must answer, said again in plain Python over a list of posts."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from nlp.segment import JiebaText
from posts.model import CHINA, TaggedPost
from posts.query import FacetField, PostQuery, Sort
from posts.search_language import parse
from posts.search_tree import (
    And,
    Everything,
    Expression,
    Leaf,
    Not,
    Or,
    Prefix,
    Term,
    searchable,
)

CUT = JiebaText()
_LAST = datetime.max.replace(tzinfo=UTC)


def found(posts: Iterable[TaggedPost], query: PostQuery) -> list[TaggedPost]:
    """Posts that a query finds, in the given order."""
    return [tagged for tagged in posts if _matches(tagged, query)]


def ids(posts: Iterable[TaggedPost]) -> list[str]:
    return [tagged.post.id for tagged in posts]


def ordered(posts: Iterable[TaggedPost], sort: Sort) -> list[TaggedPost]:
    """Posts in the order of every sort but relevance."""
    firsts: dict[str, Callable[[TaggedPost], float]] = {
        "newest": _newest,
        "oldest": _oldest,
        "heat": lambda tagged: -tagged.post.heat,
        "negative": lambda tagged: -tagged.analysis.probabilities["negative"],
    }
    first = firsts[sort]
    return sorted(posts, key=lambda tagged: (first(tagged), _newest(tagged), tagged.post.id))


def values(tagged: TaggedPost, field: FacetField) -> tuple[str, ...]:
    match field:
        case FacetField.TOPIC:
            return tagged.analysis.topics
        case FacetField.URGENT:
            return (str(tagged.analysis.urgent).lower(),)
        case FacetField.SENTIMENT | FacetField.EMOTION | FacetField.INTENT:
            value = getattr(tagged.analysis, field.value)
        case _:
            value = getattr(tagged.post, field.value)
    return () if value is None else (value,)


def _newest(tagged: TaggedPost) -> float:
    time = tagged.post.published_at
    return float("inf") if time is None else -time.timestamp()


def _oldest(tagged: TaggedPost) -> float:
    return (tagged.post.published_at or _LAST).timestamp()


def _matches(tagged: TaggedPost, query: PostQuery) -> bool:
    return _in_filters(tagged, query) and _in_days(tagged, query) and _in_text(tagged, query.text)


def _in_filters(tagged: TaggedPost, query: PostQuery) -> bool:
    post, analysis = tagged.post, tagged.analysis
    chosen: list[tuple[tuple[Any, ...], Any]] = [
        (query.sentiments, {analysis.sentiment}),
        (query.intents, {analysis.intent}),
        (query.topics, set(analysis.topics)),
        (query.platforms, {post.platform}),
        (query.channels, {post.channel}),
        (query.kinds, {post.kind}),
        (query.regions, {post.region}),
        (query.genders, {post.gender}),
        (query.units, {post.unit}),
        (query.shifts, {post.shift}),
    ]
    return (
        all(not wanted or held & set(wanted) for wanted, held in chosen)
        and query.urgent in (None, analysis.urgent)
        and (query.by_channel is None or query.by_channel == bool(post.by_channel))
        and query.thread_id in (None, post.thread_id, post.id)
    )


def _in_days(tagged: TaggedPost, query: PostQuery) -> bool:
    if query.since is None and query.until is None:
        return True
    time = tagged.post.published_at
    if time is None:
        return False
    day = time.astimezone(CHINA).date()
    return (query.since or day) <= day <= (query.until or day)


def _in_text(tagged: TaggedPost, text: str) -> bool:
    tree = searchable(parse(text), lambda leaf: bool(CUT.characters(leaf)))
    if tree is None:
        return False
    return _holds(tree, [text for text in (tagged.post.title, tagged.post.text) if text])


def _holds(tree: Expression, texts: list[str]) -> bool:
    match tree:
        case Everything():
            return True
        case And(parts):
            return all(_holds(part, texts) for part in parts)
        case Or(parts):
            return any(_holds(part, texts) for part in parts)
        case Not(part):
            return not _holds(part, texts)
    return any(_leaf_holds(tree, text) for text in texts)


def _leaf_holds(leaf: Leaf, text: str) -> bool:
    held, needle = CUT.characters(text), CUT.characters(leaf.text)
    if isinstance(leaf, Term):
        words = CUT.words(leaf.text)
        if len(words) == 1 and words[0] in CUT.words(text):
            return True
    begins = isinstance(leaf, Prefix) and needle[-1].isalnum() and needle[-1].isascii()
    for start in range(len(held) - len(needle) + 1):
        piece = held[start : start + len(needle)]
        last_fits = piece[-1].startswith(needle[-1]) if begins else piece[-1] == needle[-1]
        if last_fits and piece[:-1] == needle[:-1]:
            return True
    return False
