"""Day series that tell zero from unknown, shares with their uncertainty, and what changed.

Pure: counts and crawl results in, plain values out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from monitor.uncertainty import Direction, Share, count_moved, share_moved, wilson
from posts.model import CHINA, AccessState, CrawlRun
from posts.query import CrossCount, DayCount

COLLECTED = frozenset({AccessState.OK, AccessState.EMPTY})
"""Ends of a crawl after which we know what the channel held."""


@dataclass(frozen=True)
class Day:
    """One day of a series."""

    day: date
    collected: Literal["all", "some", "none"]
    """Of the channels watched, how many were collected up to this day."""
    counts: Mapping[str, int] | None
    """Posts by value; None where nothing was collected, which is not the same as no posts."""

    @property
    def total(self) -> int | None:
        """Posts of the day, or None where nothing was collected."""
        return None if self.counts is None else sum(self.counts.values())


@dataclass(frozen=True)
class Span:
    """From which to which day a channel's posts are known, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Change:
    """A day beside the day before."""

    day: Day
    before: Day | None
    """None where the day before was not fully collected, so that nothing can be compared."""
    volume: Direction = "unclear"
    negative: Direction = "unclear"
    topics: Mapping[str, int] = field(default_factory=dict)
    """Negative posts by topic: more (or fewer) than the day before, largest rise first."""
    topic: Direction = "unclear"
    """Whether the first of ``topics`` rose beyond chance."""


@dataclass(frozen=True)
class TopicRow:
    """Posts of a topic by sentiment."""

    topic: str
    counts: Mapping[str, int]
    total: int
    negative: Share


def known_spans(per_channel: Iterable[DayCount], runs: Iterable[CrawlRun]) -> dict[str, Span]:
    """From its first post to its last good crawl (or last post) each channel is known.

    A channel without a good crawl (imported, or never let in) is known as far as its posts reach.

    Args:
        per_channel: posts by day, split by channel.
        runs: crawls of all channels, in any order.
    """
    spans: dict[str, Span] = {}
    for count in per_channel:
        if count.value is None:
            continue
        held = spans.get(count.value, Span(count.day, count.day))
        spans[count.value] = Span(min(held.first, count.day), max(held.last, count.day))
    for run in runs:
        end = day_of(run.started_at)
        if run.state in COLLECTED and run.channel in spans:
            held = spans[run.channel]
            spans[run.channel] = Span(held.first, max(held.last, end))
    return spans


def day_series(
    counts: Sequence[DayCount], spans: Mapping[str, Span], since: date, until: date
) -> list[Day]:
    """Every day from ``since`` to ``until``, with days nobody collected marked as such.

    Args:
        counts: posts by day and value.
        spans: see ``known_spans``; only of the channels asked about.
        since: first day.
        until: last day, included.
    """
    by_day: dict[date, dict[str, int]] = defaultdict(dict)
    for count in counts:
        by_day[count.day][count.value or ""] = count.count
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [_day(day, by_day.get(day, {}), spans.values()) for day in days]


def _day(day: date, counts: dict[str, int], spans: Iterable[Span]) -> Day:
    # A channel is not missing before its first post: there it may not have existed yet.
    begun = [span for span in spans if span.first <= day]
    known = [span for span in begun if day <= span.last]
    if not known and not counts:
        return Day(day, "none", None)
    return Day(day, "all" if len(known) == len(begun) and known else "some", counts)


def last_full_day(series: Sequence[Day], spans: Mapping[str, Span]) -> Day | None:
    """Newest day that was over when the last good crawl came, else the newest with posts.

    The day of the last crawl itself is still filling and would always look like a fall.
    """
    newest = max((span.last for span in spans.values()), default=None)
    full = [day for day in series if day.collected == "all" and day.total and day.day != newest]
    chosen = full or [day for day in series if day.total]
    return chosen[-1] if chosen else None


def grouped(series: Sequence[Day], step: int) -> list[Day]:
    """Add up stretches of ``step`` days for long views; each bears its first day's date.

    A stretch is unknown only where all its days are; partly known counts are marked as such.
    """
    return [_stretch(series[n : n + step]) for n in range(0, len(series), step)]


def _stretch(days: Sequence[Day]) -> Day:
    known = [day for day in days if day.counts is not None]
    if not known:
        return Day(days[0].day, "none", None)
    counts: dict[str, int] = defaultdict(int)
    for day in known:
        for value, count in (day.counts or {}).items():
            counts[value] += count
    whole = all(day.collected == "all" for day in days)
    return Day(days[0].day, "all" if whole else "some", dict(counts))


def what_changed(
    series: Sequence[Day],
    day: Day,
    topics: Mapping[str, int],
    topics_before: Mapping[str, int],
) -> Change:
    """Set a day beside the day before.

    Args:
        series: holds both days; counts by sentiment.
        day: the later one.
        topics: negative posts by topic on the day.
        topics_before: the same on the day before.
    """
    found = [d for d in series if d.day == day.day - timedelta(days=1) and d.collected == "all"]
    if not found or day.counts is None or found[0].counts is None:
        return Change(day, None)
    before = found[0]
    rises = {t: topics.get(t, 0) - topics_before.get(t, 0) for t in {*topics, *topics_before}}
    ranked = dict(sorted(rises.items(), key=lambda pair: (-pair[1], pair[0])))
    first = next(iter(ranked), "")
    return Change(
        day,
        before,
        volume=count_moved(before.total or 0, day.total or 0),
        negative=share_moved(negative_share(before), negative_share(day)),
        topics=ranked,
        topic=count_moved(topics_before.get(first, 0), topics.get(first, 0)),
    )


def day_of(at: datetime) -> date:
    """The day of a time in China's zone."""
    return at.astimezone(CHINA).date()


def negative_share(day: Day) -> Share:
    """Share of negative posts of a day split by sentiment."""
    return wilson((day.counts or {}).get("negative", 0), day.total or 0)


def topics_by_sentiment(cross: Iterable[CrossCount]) -> list[TopicRow]:
    """Topics with their sentiments, most posts first."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for cell in cross:
        counts[cell.row][cell.column] = cell.count
    rows = [
        TopicRow(topic, by, sum(by.values()), wilson(by.get("negative", 0), sum(by.values())))
        for topic, by in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.topic))
