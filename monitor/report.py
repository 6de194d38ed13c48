"""The brief: what a period said, as plain values; ``report_page`` turns it into a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from monitor.status import ChannelStatus, channel_statuses
from monitor.trends import TopicRow, topics_by_sentiment
from monitor.uncertainty import Direction, Share, share_moved, wilson
from posts.model import APPEALS, CrawlRun, TaggedPost
from posts.query import DayCount, FacetField, PostQuery
from posts.store import PostStore

Period = Literal["day", "week", "month"]
DAYS: dict[Period, int] = {"day": 1, "week": 7, "month": 30}
MOST_POSTS = 10


@dataclass(frozen=True)
class Report:
    """One period of all channels; the channels' own words are left out of every number."""

    first: date
    last: date
    total: int
    total_before: int
    """Posts of the period of the same length before."""
    negative: Share
    moved: Direction
    """Whether the negative share moved beyond chance against the period before."""
    intents: dict[str, int]
    topics: Sequence[TopicRow]
    days: Sequence[DayCount]
    urgent: Sequence[TaggedPost]
    """The newest, ``MOST_POSTS`` at most."""
    urgent_total: int
    appeals: Sequence[TaggedPost]
    """Complaints, calls for help and suggestions, hottest first."""
    channels: Sequence[ChannelStatus]


def build_report(store: PostStore, runs: Sequence[CrawlRun], period: Period, today: date) -> Report:
    """Gather the whole days before ``today``.

    Args:
        store: the index.
        runs: crawls of all channels.
        period: 1, 7 or 30 days.
        today: the day on which the brief is read; it is not part of it.
    """
    last = today - timedelta(days=1)
    first = last - timedelta(days=DAYS[period] - 1)
    now = PostQuery(since=first, until=last, by_channel=False)
    before = PostQuery(
        since=first - timedelta(days=DAYS[period]),
        until=first - timedelta(days=1),
        by_channel=False,
    )
    urgent = now.model_copy(update={"urgent": True})
    negative, negative_before = _negative(store, now), _negative(store, before)
    return Report(
        first=first,
        last=last,
        total=negative.whole,
        total_before=negative_before.whole,
        negative=negative,
        moved=share_moved(negative_before, negative),
        intents=store.count_by(FacetField.INTENT, now),
        topics=topics_by_sentiment(store.cross(FacetField.TOPIC, FacetField.SENTIMENT, now)),
        days=store.per_day(now, FacetField.SENTIMENT),
        urgent=_posts(store, urgent, "newest"),
        urgent_total=store.search(urgent, size=0).total,
        appeals=_posts(store, now.model_copy(update={"intents": tuple(sorted(APPEALS))}), "heat"),
        channels=channel_statuses((), runs),
    )


def _negative(store: PostStore, query: PostQuery) -> Share:
    counts = store.count_by(FacetField.SENTIMENT, query)
    return wilson(counts.get("negative", 0), sum(counts.values()))


def _posts(store: PostStore, query: PostQuery, sort: Literal["newest", "heat"]) -> list[TaggedPost]:
    return [hit.found for hit in store.search(query, sort=sort, size=MOST_POSTS).hits]
