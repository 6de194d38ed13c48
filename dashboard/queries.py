"""Questions of the pages to the desk, answered in plain values. No Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.links import PAGE_SIZE, View, without
from monitor import trends
from monitor.desk import Desk
from monitor.rising import Rise, rises
from monitor.roles import Right
from monitor.uncertainty import Share, wilson
from posts.errors import QueryError, SmallGroup
from posts.model import APPEALS, CrawlRun
from posts.query import DayCount, FacetField, Hit, PostQuery, ResultPage

LATEST = 6
"""How many of the newest complaints and calls for help the first page lists."""
URGENT_FIRST = 3
"""How many urgent posts stand on top of the first page."""


@dataclass(frozen=True)
class Overview:
    """What the overview shows; ``query`` is behind all its numbers."""

    query: PostQuery
    since: date
    until: date
    total: int
    negative: Share
    appeals: int | None
    """None where too few to be shown to this person."""
    urgent: int | None
    series: list[trends.Day]
    change: trends.Change | None
    topics: list[trends.TopicRow]
    rising: list[Rise]
    """Topics of the last week beside the week before; empty where one was not collected."""
    week: tuple[date, date]
    latest: tuple[Hit, ...]
    urgent_first: tuple[Hit, ...]
    may_read: bool
    """Whether this person may open the posts behind the numbers."""


@dataclass(frozen=True)
class Results:
    """What the search page shows."""

    page: ResultPage
    facets: Mapping[FacetField, dict[str, int]]
    per_day: list[DayCount]
    problem: str | None = None
    """Why the search text could not be read, and how to mend it."""

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.page.total // PAGE_SIZE))


def overview(desk: Desk, runs: Sequence[CrawlRun], days: int | None) -> Overview | None:
    """Look at the last ``days`` days that hold anything (None: all); None for an empty store."""
    held = desk.days()
    if held is None:
        return None
    spans = trends.known_spans(desk.per_day(PostQuery(), FacetField.CHANNEL), runs)
    # Behind a failed crawl the days up to today are unknown, not empty: they belong in the view.
    tried = max((trends.day_of(run.started_at) for run in runs), default=held[1])
    until = max(held[1], tried)
    since = held[0] if days is None else max(held[0], until - timedelta(days=days - 1))
    query = PostQuery(since=since, until=until, by_channel=False)
    counts = desk.per_day(query, FacetField.SENTIMENT)
    series = trends.day_series(counts, spans, since, until)
    sentiments = desk.count_by(FacetField.SENTIMENT, query)
    total = sum(sentiments.values())
    change = _change(desk, query, series, spans)
    week = _week(change.day.day if change else until)
    return Overview(
        query=query,
        since=since,
        until=until,
        total=total,
        negative=wilson(sentiments.get("negative", 0), total),
        appeals=_count(desk, query, intents=tuple(sorted(APPEALS))),
        urgent=_count(desk, query, urgent=True),
        series=series,
        change=change,
        topics=trends.topics_by_sentiment(
            desk.cross(FacetField.TOPIC, FacetField.SENTIMENT, query)
        ),
        rising=_rising_topics(desk, spans, week),
        week=week,
        latest=_latest(desk, query),
        urgent_first=_urgent(desk, query),
        may_read=desk.person.may(Right.READ),
    )


def search(desk: Desk, view: View) -> Results:
    """Find what a view asks for, with facets that leave room to choose another value."""
    everything = tuple(FacetField)
    try:
        page = desk.search(
            view.query, sort=view.sort, size=PAGE_SIZE, offset=view.offset, facets=everything
        )
    except QueryError as error:  # the other choices stay on the screen while the text is mended
        rest = desk.search(view.query.model_copy(update={"text": ""}), size=0, facets=everything)
        facets = {f: {c.value: c.count for c in rest.facets.get(f, ())} for f in FacetField}
        return Results(ResultPage(total=0, hits=()), facets, [], problem=str(error))
    facets = {field: _facet(desk, view.query, field, page) for field in FacetField}
    return Results(page, facets, desk.per_day(view.query, FacetField.SENTIMENT))


def _count(desk: Desk, query: PostQuery, **narrower: object) -> int | None:
    return desk.total(query.model_copy(update=narrower))


def _change(
    desk: Desk,
    query: PostQuery,
    series: Sequence[trends.Day],
    spans: Mapping[str, trends.Span],
) -> trends.Change | None:
    day = trends.last_full_day(series, spans)
    if day is None:
        return None
    of_day = [_negative_topics(desk, query, d) for d in (day.day, day.day - timedelta(days=1))]
    return trends.what_changed(series, day, *of_day)


def _negative_topics(desk: Desk, query: PostQuery, day: date) -> dict[str, int]:
    narrower = {"since": day, "until": day, "sentiments": ("negative",)}
    try:
        return desk.count_by(FacetField.TOPIC, query.model_copy(update=narrower))
    except SmallGroup:  # too few to tell this person what they are about
        return {}


def _week(last: date) -> tuple[date, date]:
    return last - timedelta(days=6), last


def _rising_topics(
    desk: Desk, spans: Mapping[str, trends.Span], week: tuple[date, date]
) -> list[Rise]:
    """Topics of a week beside the week before, where both were collected in full."""
    first = week[0] - timedelta(days=7)
    series = trends.day_series([], spans, first, week[1])
    if any(day.collected != "all" for day in series):
        return []
    now = PostQuery(since=week[0], until=week[1], by_channel=False)
    before = now.model_copy(update={"since": first, "until": week[0] - timedelta(days=1)})
    try:
        return rises(
            desk.count_by(FacetField.TOPIC, now),
            desk.count_by(FacetField.TOPIC, before),
            after_of=_count(desk, now) or 0,
            before_of=_count(desk, before) or 0,
            top=5,
        )
    except SmallGroup:
        return []


def _urgent(desk: Desk, query: PostQuery) -> tuple[Hit, ...]:
    if not desk.person.may(Right.READ):
        return ()
    narrower = query.model_copy(update={"urgent": True})
    return desk.search(narrower, sort="newest", size=URGENT_FIRST, shown_by="today").hits


def _latest(desk: Desk, query: PostQuery) -> tuple[Hit, ...]:
    if not desk.person.may(Right.READ):
        return ()
    asking = query.model_copy(update={"intents": ("complaint", "help"), "urgent": False})
    return desk.search(asking, sort="newest", size=LATEST, shown_by="today").hits


def _facet(desk: Desk, query: PostQuery, field: FacetField, page: ResultPage) -> dict[str, int]:
    wider = without(query, field)
    if wider == query and field in page.facets:
        return {count.value: count.count for count in page.facets.get(field, ())}
    try:
        return desk.count_by(field, wider)
    except SmallGroup:  # not to be told apart under this question
        return {}
