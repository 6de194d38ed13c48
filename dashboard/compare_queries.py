"""Two searches side by side. No Streamlit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dashboard.links import View
from monitor.desk import Desk
from monitor.trends import Day
from monitor.uncertainty import Direction, Share, share_moved, wilson
from posts.errors import QueryError
from posts.query import FacetField


@dataclass(frozen=True)
class Side:
    """One search in numbers."""

    view: View
    total: int
    shares: Mapping[str, Share]
    """By sentiment."""
    topics: Mapping[str, int]
    intents: Mapping[str, int]
    series: list[Day]
    problem: str | None = None
    """Why the search text could not be read."""


def side(desk: Desk, view: View) -> Side:
    """Count a search."""
    query = view.query
    try:
        sentiments = desk.count_by(FacetField.SENTIMENT, query)
        per_day = desk.per_day(query, FacetField.SENTIMENT)
        topics = desk.count_by(FacetField.TOPIC, query)
        intents = desk.count_by(FacetField.INTENT, query)
    except QueryError as error:
        return Side(view, 0, {}, {}, {}, [], str(error))
    total = sum(sentiments.values())
    shares = {name: wilson(sentiments.get(name, 0), total) for name in ("negative", "positive")}
    counts: dict[object, dict[str, int]] = {}
    for one in per_day:
        counts.setdefault(one.day, {})[one.value or ""] = one.count
    series = []
    if per_day:
        first, last = per_day[0].day, per_day[-1].day
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        series = [Day(day, "all", counts.get(day, {})) for day in days]
    return Side(view, total, shares, topics, intents, series)


def differs(one: Side, other: Side, sentiment: str) -> Direction:
    """Whether the second search holds more or less of a sentiment beyond chance."""
    if not one.shares or not other.shares:
        return "unclear"
    return share_moved(one.shares[sentiment], other.shares[sentiment])
