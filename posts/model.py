"""What flows through the house: posts, their tags, channel figures, crawl results.

All models are frozen; a stage returns new values and never edits old ones.
Unknown is ``None``, never 0 or "". Times carry an offset.
"""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone in which a day begins and ends; China has one zone and no summer time."""

Platform = Literal["weibo", "douyin", "site"]
Kind = Literal["post", "comment"]
Gender = Literal["m", "f"]
Sentiment = Literal["negative", "neutral", "positive"]
Emotion = Literal["angry", "sad", "fear", "happy", "surprise", "neutral"]
Intent = Literal[
    "complaint", "help", "suggestion", "inquiry", "praise", "announcement", "chat", "spam"
]
Topic = Literal[
    "wages", "hours", "insurance", "safety", "contract", "rights", "women", "benefits", "living",
    "hardship", "training", "management", "democracy", "activities", "service", "gig", "mental",
]  # fmt: skip

APPEALS: frozenset[Intent] = frozenset({"complaint", "help", "suggestion"})
"""Intents that ask the union for something."""


class AccessState(StrEnum):
    """How a request or a whole crawl of a channel ended; "no access" is never "no comments"."""

    OK = "ok"
    EMPTY = "empty"
    NEEDS_LOGIN = "needs_login"
    CAPTCHA = "captcha"
    THROTTLED = "throttled"
    DELETED = "deleted"
    API_GONE = "api_gone"
    BAD_SHAPE = "bad_shape"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Count(_Frozen):
    """A counter as the platform shows it."""

    value: Annotated[int, Field(ge=0)]
    lower_bound: bool = False
    """True where the platform shows a floor, such as "100万+"."""


class Coverage(_Frozen):
    """How many comments of a post we hold, of how many the platform declares."""

    declared: int | None
    fetched: int


class Post(_Frozen):
    """A post or a comment, as found (``masked=False``) or as kept (``masked=True``).

    Parsers return posts as found; ``posts.privacy`` masks them; the archive takes masked ones only.
    """

    id: Annotated[str, Field(pattern=r"^(weibo|douyin|site):\S+$")]
    """``<platform>:<native id>``, made by ``post_id``."""
    platform: Platform
    channel: str
    """The channel's id in the channel file, or the one named at import."""
    kind: Kind
    parent_id: str | None = None
    """What it answers: the post or comment above it; None for posts and where unknown."""
    thread_id: str | None = None
    """The post it stands under; a post's own id; None where unknown."""
    title: str | None = None
    text: str
    published_at: AwareDatetime | None = None
    collected_at: AwareDatetime
    author: str | None = None
    """Native author id as found; a keyed pseudonym once masked."""
    author_name: str | None = None
    """Nickname as found; first character and stars once masked."""
    by_channel: bool | None = None
    """Written by the channel itself (its posts, its official replies)."""
    region: str | None = None
    gender: Gender | None = None
    unit: str | None = None
    """Where in the company the writer works, such as a plant; in the union's words."""
    shift: str | None = None
    """When the writer works, such as 夜班; in the union's words."""
    likes: Count | None = None
    comments: Count | None = None
    shares: Count | None = None
    views: Count | None = None
    url: str | None = None
    """Address of the post for a person to open; never holds an author's id."""
    coverage: Coverage | None = None
    deleted: bool = False
    """Seen once, no longer on the channel."""
    source: str
    """The path it came by, such as ``weibo-mobile`` or ``import:mediacrawler-weibo``."""
    masked: bool = False

    @property
    def heat(self) -> int:
        """Likes, comments and shares together; unknown counters add nothing."""
        return sum(c.value for c in (self.likes, self.comments, self.shares) if c is not None)


class Analysis(_Frozen):
    """The tags of one text."""

    sentiment: Sentiment
    probabilities: dict[Sentiment, float]
    """Of the three sentiments; they sum to 1."""
    emotion: Emotion | None = None
    intent: Intent
    topics: tuple[Topic, ...] = ()
    urgent: bool = False
    """Someone should look today."""
    urgency: float = 0.0
    """Probability that the text is urgent, 0 to 1."""
    keywords: tuple[str, ...] = ()
    model: str
    """Version of the tagger that said so."""
    corrected: tuple[str, ...] = ()
    """Names of the tags that a person put right; the others are the tagger's."""

    @property
    def appeal(self) -> bool:
        """Whether the text asks the union for something."""
        return self.intent in APPEALS


class TaggedPost(_Frozen):
    """A masked post with its tags; what a store holds."""

    post: Post
    analysis: Analysis
    version: int
    """Archive sequence number of this version; an older one never overwrites a newer one."""


class ChannelSnapshot(_Frozen):
    """Figures of a channel at a time."""

    channel: str
    platform: Platform
    taken_at: AwareDatetime
    followers: Count | None = None
    posts: Count | None = None
    likes: Count | None = None
    views: Count | None = None
    """Views of the day that ends at ``taken_at``."""


class CrawlRun(_Frozen):
    """How one crawl of one channel ended."""

    channel: str
    source: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    state: AccessState
    detail: str = ""
    """Evidence in one line for a person to read, without personal data."""
    paused: bool = False
    """Ended early by ourselves (requests spent, quiet hours, stopped by hand), with the state
    ``throttled``; the platform refused nothing."""
    requests: int = 0
    new: int = 0
    updated: int = 0
    seen: int = 0
    rejected: dict[str, int] = {}
    """Records that could not be parsed, by reason."""
    comments_declared: int | None = None
    comments_fetched: int = 0


def post_id(platform: Platform, native_id: str | int) -> str:
    """Make the id of a post; the only place where ids are made.

    Platforms hand ids over as numbers or strings, some exports with blanks around them.

    Raises:
        ValueError: the native id is empty.
    """
    native = str(native_id).strip()
    if not native:
        raise ValueError("the native id is empty")
    return f"{platform}:{native}"


def china_time(seconds: float) -> datetime:
    """Turn a Unix time in seconds into a time with China's offset."""
    return datetime.fromtimestamp(seconds, CHINA)
