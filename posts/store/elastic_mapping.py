"""How a tagged post lies in Elasticsearch: mapping, settings, document.

Texts are cut on our side and joined by blanks, so the built-in ``whitespace`` analyser is all that
a server needs, and both stores find the same words.
"""

from datetime import date
from typing import Any

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

STORED = "document"
UNDATED, EARLY, LATE = "undated", "early", "late"
"""Indices besides the months: without a time; before and after the years that get months."""
_FIRST_YEAR, _LAST_YEAR = 2009, 2099
"""Weibo began in 2009; odd dates must not make a thousand indices."""

_KEYWORD = {"type": "keyword"}
_LONG = {"type": "long"}


def _text(positions: bool) -> dict[str, Any]:
    return {
        "type": "text",
        "analyzer": "whitespace",
        "index_options": "positions" if positions else "freqs",
    }


MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_meta": {"schema": SCHEMA_VERSION},
    # What only serves searching is not kept a second time; the archive is the truth.
    "_source": {"excludes": [WORDS, CHARACTERS, PAIRS]},
    "properties": {
        "id": _KEYWORD,
        "thread": _KEYWORD,
        "by_channel": _KEYWORD,
        **{field.value: _KEYWORD for field in FacetField},
        "published_at": {"type": "date"},
        "version": _LONG,
        "day": _LONG,
        "newest": _LONG,
        "oldest": _LONG,
        "heat": _LONG,
        "negative": {"type": "double"},
        WORDS: _text(positions=False),
        CHARACTERS: _text(positions=False),
        PAIRS: _text(positions=True),
        STORED: {"type": "keyword", "index": False, "doc_values": False},
    },
}
"""Explicit: an unknown field is refused instead of guessed."""


def index_settings(shards: int) -> dict[str, Any]:
    """Settings of every index; one copy on a second node as soon as there is one."""
    return {
        "number_of_shards": shards,
        "auto_expand_replicas": "0-1",
        # A write refreshes when it is done; in between nobody needs half of it.
        "refresh_interval": "60s",
    }


def month(tagged: TaggedPost) -> str:
    """Month of a post in China's zone as ``2026-05``, or one of the three other names."""
    time = tagged.post.published_at
    if time is None:
        return UNDATED
    day = china_day(time)
    if day.year < _FIRST_YEAR:
        return EARLY
    return LATE if day.year > _LAST_YEAR else f"{day:%Y-%m}"


def before(name: str, first: date) -> bool:
    """Whether a month named by ``month`` ends before a day's month; the undated never do."""
    return name == EARLY or (name not in (UNDATED, LATE) and name < f"{first:%Y-%m}")


def document(tagged: TaggedPost, search_text: SearchText) -> dict[str, Any]:
    """Turn a post into the document that is indexed."""
    post = tagged.post
    made: dict[str, Any] = {
        "id": post.id,
        "version": tagged.version,
        "newest": newest(tagged),
        "oldest": oldest(tagged),
        "heat": post.heat,
        "negative": negative(tagged),
        STORED: tagged.model_dump_json(),
    }
    if post.thread_id is not None:
        made["thread"] = post.thread_id
    if post.by_channel is not None:
        made["by_channel"] = flag(post.by_channel)
    if post.published_at is not None:
        made["published_at"] = post.published_at.isoformat()
        made["day"] = china_day(post.published_at).toordinal()
    for field in FacetField:
        if values := facet_values(tagged, field):
            made[field.value] = list(values)
    # Title and text are values of one field: a phrase does not run from one into the other.
    texts = [text for text in (post.title, post.text) if text]
    cut = [search_text.characters(text) for text in texts]
    made[WORDS] = [" ".join(search_text.words(text)) for text in texts]
    made[CHARACTERS] = [" ".join(characters) for characters in cut]
    made[PAIRS] = [" ".join(pairs(characters)) for characters in cut]
    return made


def restore(source: dict[str, Any]) -> TaggedPost:
    """Read a post back from a document's source."""
    return TaggedPost.model_validate_json(source[STORED])
