"""How a tagged post lies in the embedded index: fields, keys and the stored copy."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import tantivy

from posts.model import CHINA, TaggedPost
from posts.query import FacetField
from posts.store import SearchText

SCHEMA_VERSION = 1
"""Raise it with every change of fields or meaning; an index of another version is refused."""

WORDS, CHARACTERS, PAIRS = "words", "characters", "pairs"
"""Jieba words; characters as ``SearchText`` gives them; each character joined with its next one.

Pairs make "contains these characters" one or a few rare terms instead of many frequent ones.
"""
STORED = "json"
NO_TIME = -(1 << 62)
"""Sorts undated posts last, by ``newest`` and by ``oldest``, both descending."""

_BLANKS = "blanks"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JOIN = "\x1f"


def build_schema() -> Any:
    """Return the tantivy schema; facet fields are named as in ``FacetField``."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("thread", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("by_channel", tokenizer_name="raw", index_option="basic")
    for field in FacetField:
        builder.add_text_field(field.value, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("version", "day", "newest", "oldest", "heat"):
        builder.add_integer_field(name, fast=True)
    builder.add_float_field("negative", fast=True)
    builder.add_text_field(WORDS, tokenizer_name=_BLANKS, index_option="freq")
    builder.add_text_field(CHARACTERS, tokenizer_name=_BLANKS, index_option="freq")
    builder.add_text_field(PAIRS, tokenizer_name=_BLANKS, index_option="position")
    builder.add_bytes_field(STORED, stored=True)
    return builder.build()


def prepare(index: Any) -> Any:
    """Tell an index how our pre-cut texts are cut and that we reload ourselves."""
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_BLANKS, analyzer)
    index.config_reader("manual")
    return index


def document(tagged: TaggedPost, search_text: SearchText) -> Any:
    """Turn a post into a document."""
    made = tantivy.Document()
    post = tagged.post
    made.add_text("id", post.id)
    if post.thread_id is not None:
        made.add_text("thread", post.thread_id)
    if post.by_channel is not None:
        made.add_text("by_channel", flag(post.by_channel))
    for field in FacetField:
        for value in facet_values(tagged, field):
            made.add_text(field.value, value)
    made.add_integer("version", tagged.version)
    if post.published_at is not None:
        made.add_integer("day", china_day(post.published_at).toordinal())
    made.add_integer("newest", newest(tagged))
    made.add_integer("oldest", oldest(tagged))
    made.add_integer("heat", post.heat)
    made.add_float("negative", negative(tagged))
    for text in (post.title, post.text):
        if text:
            _add_text(made, text, search_text)
    made.add_bytes(STORED, tagged.model_dump_json().encode())
    return made


def _add_text(made: Any, text: str, search_text: SearchText) -> None:
    characters = search_text.characters(text)
    made.add_text(WORDS, " ".join(search_text.words(text)))
    made.add_text(CHARACTERS, " ".join(characters))
    made.add_text(PAIRS, " ".join(pairs(characters)))


def pairs(characters: list[str]) -> list[str]:
    """Join each character with its next one."""
    return [pair(one, two) for one, two in pairwise(characters)]


def pair(one: str, two: str) -> str:
    """Join two neighbours so that no other two give the same."""
    return f"{one}{_JOIN}{two}"


def restore(stored: Any) -> TaggedPost:
    """Read a post back from a stored document."""
    return TaggedPost.model_validate_json(stored.get_first(STORED))


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
