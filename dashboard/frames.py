"""Plain values to data frames for the charts. No Streamlit."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from dashboard import words
from dashboard.plain import one_line
from monitor.trends import Day, TopicRow, grouped, negative_share
from posts.model import CHINA, ChannelSnapshot, CrawlRun
from posts.query import DayCount

ORDER = ("negative", "neutral", "positive")
"""Sentiments from the foot of a bar up: complaints stand on the ground line, easy to compare."""
_COLLECTED = {"all": "采集完整", "some": "部分频道没有采集到", "none": "没有采集"}
_MOST_BARS = 100


def step_for(days: int) -> int:
    """Days a bar stands for, so that bars stay wide enough to point at."""
    return next(step for step in (1, 7, 30, 90, 365, days) if days / step <= _MOST_BARS)


def volume(series: Sequence[Day]) -> pd.DataFrame:
    """One row per bar and sentiment, and one with sentiment "none" per gap.

    Columns: since, until (ISO days), label, sentiment, name, order, count, total, collected.
    """
    step = step_for(len(series))
    rows = []
    for day in grouped(series, step):
        until = min(day.day + timedelta(days=step - 1), series[-1].day)
        common = {
            "since": day.day.isoformat(),
            "until": until.isoformat(),
            "label": words.span(day.day, until),
            "collected": _COLLECTED[day.collected],
            "whole": day.collected == "all",
            "total": day.total,
        }
        if day.counts is None:
            rows.append({**common, "sentiment": "none", "name": "没有采集", "order": 9, "count": 0})
            continue
        rows += [
            {
                **common,
                "sentiment": sentiment,
                "name": words.chinese("sentiment", sentiment),
                "order": order,
                "count": day.counts.get(sentiment, 0),
            }
            for order, sentiment in enumerate(ORDER)
        ]
    return pd.DataFrame(rows)


def negative_shares(series: Sequence[Day]) -> pd.DataFrame:
    """Share of negative posts per bar with its interval; days without posts have none.

    Columns: since, until, label, share, low, high, negative, total, run (an unbroken stretch).
    """
    step = step_for(len(series))
    rows = []
    run = 0
    for day in grouped(series, step):
        until = min(day.day + timedelta(days=step - 1), series[-1].day)
        share = negative_share(day)
        if share.value is None:
            run += 1  # a line drawn across a gap would invent what was never seen
        rows.append(
            {
                "since": day.day.isoformat(),
                "until": until.isoformat(),
                "label": words.span(day.day, until),
                "share": share.value,
                "low": share.low,
                "high": share.high,
                "interval": words.between(share),
                "negative": share.part,
                "total": share.whole,
                "run": run,
            }
        )
    return pd.DataFrame(rows)


def topics(rows: Sequence[TopicRow]) -> pd.DataFrame:
    """One row per topic and sentiment.

    Columns: topic, topic_name, sentiment, name, order, count, total, negative.
    """
    return pd.DataFrame(
        [
            {
                "topic": row.topic,
                "topic_name": one_line(words.chinese("topic", row.topic)),
                "sentiment": sentiment,
                "name": words.chinese("sentiment", sentiment),
                "order": order,
                "count": row.counts.get(sentiment, 0),
                "total": row.total,
                "negative": f"{words.percent(row.negative.value)}（{words.between(row.negative)}）",
            }
            for row in rows
            for order, sentiment in enumerate(ORDER)
        ]
    )


def histogram(counts: Sequence[DayCount]) -> pd.DataFrame:
    """Hits by day and sentiment over the days they span; same columns as ``volume``."""
    if not counts:
        return pd.DataFrame()
    by_day: dict[date, dict[str, int]] = {}
    for count in counts:
        by_day.setdefault(count.day, {})[count.value or ""] = count.count
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return volume([Day(day, "all", by_day.get(day, {})) for day in days])


def figures(snapshots: Sequence[ChannelSnapshot]) -> pd.DataFrame:
    """Figures of a channel over time. Columns: at, name, value, label."""
    names = {"followers": "粉丝", "posts": "作品", "likes": "获赞", "views": "播放和阅读"}
    return pd.DataFrame(
        [
            {
                "at": snapshot.taken_at.astimezone(CHINA).replace(tzinfo=None).isoformat(),
                "name": name,
                "value": count.value,
                "label": f"{words.moment(snapshot.taken_at)}：{words.counter(count)}",
            }
            for snapshot in snapshots
            for field, name in names.items()
            if (count := getattr(snapshot, field)) is not None
        ]
    )


def coverage(runs: Sequence[CrawlRun]) -> pd.DataFrame:
    """Comments read and missing of each crawl that says so. Columns: at, part, order, count."""
    rows = []
    for run in runs:
        if run.comments_declared is None:
            continue
        missing = max(0, run.comments_declared - run.comments_fetched)
        at = run.ended_at.astimezone(CHINA)
        rows += [
            {"at": f"{at:%m-%d %H:%M}", "part": part, "order": order, "count": count}
            for order, (part, count) in enumerate(
                (("读到", run.comments_fetched), ("还差", missing))
            )
        ]
    return pd.DataFrame(rows)
