"""Questions to a store and its answers, in our words; no engine's syntax crosses this line."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from posts.model import Gender, Intent, Kind, Platform, Sentiment, TaggedPost, Topic


class FacetField(StrEnum):
    """What posts can be counted by. Posts without a value are not counted in that facet."""

    SENTIMENT = "sentiment"
    EMOTION = "emotion"
    INTENT = "intent"
    TOPIC = "topic"
    URGENT = "urgent"
    PLATFORM = "platform"
    CHANNEL = "channel"
    KIND = "kind"
    REGION = "region"
    GENDER = "gender"
    UNIT = "unit"
    SHIFT = "shift"


Sort = Literal["relevance", "newest", "oldest", "heat", "negative"]
"""Ties are broken by newest first, then by id, in both stores."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PostQuery(_Frozen):
    """Which posts; empty fields do not narrow. Values in one field are joined by OR."""

    text: str = ""
    """Search language of ``posts.search_language``: AND OR NOT, "phrase", prefix*, brackets."""
    since: date | None = None
    """First day, in China's zone."""
    until: date | None = None
    """Last day, included."""
    sentiments: tuple[Sentiment, ...] = ()
    intents: tuple[Intent, ...] = ()
    topics: tuple[Topic, ...] = ()
    platforms: tuple[Platform, ...] = ()
    channels: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    regions: tuple[str, ...] = ()
    genders: tuple[Gender, ...] = ()
    units: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    urgent: bool | None = None
    by_channel: bool | None = None
    """False leaves out what the channel itself wrote."""
    thread_id: str | None = None


class Hit(_Frozen):
    """One post found."""

    found: TaggedPost
    highlights: tuple[tuple[int, int], ...] = ()
    """Character ranges of ``found.post.text`` that matched, in order, not overlapping."""


class FacetCount(_Frozen):
    """How many posts hold a value."""

    value: str
    count: int


class ResultPage(_Frozen):
    """A page of hits, the number of all, and the facets asked for."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[FacetField, tuple[FacetCount, ...]] = Field(default_factory=dict)
    """Most frequent first, then by value."""


class DayCount(_Frozen):
    """Posts of one day (China's zone); ``value`` where split by a field."""

    day: date
    count: int
    value: str | None = None


class CrossCount(_Frozen):
    """Posts by two fields at once."""

    row: str
    column: str
    count: int


class StoreHealth(_Frozen):
    """What a store says of itself."""

    available: bool
    posts: int | None = None
    bytes_on_disk: int | None = None
    detail: str = ""
