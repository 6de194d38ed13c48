"""How a tagged post lies in the embedded index: fields, keys and the stored copy."""

from typing import Any

import tantivy

from posts.model import TaggedPost
from posts.query import FacetField
from posts.store import SearchText
from posts.store.document import (
    CHARACTERS,
    PAIRS,
    WORDS,
    china_day,
    facet_values,
    flag,
    negative,
    newest,
    oldest,
    pairs,
)

SCHEMA_VERSION = 2
"""Raise it with every change of fields or meaning; an index of another version is refused."""

STORED = "json"

_BLANKS = "blanks"


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


def restore(stored: Any) -> TaggedPost:
    """Read a post back from a stored document."""
    return TaggedPost.model_validate_json(stored.get_first(STORED))
