"""Questions of the pages to the desk, answered in plain values. No Streamlit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.links import PAGE_SIZE, View, without
from monitor import trends
from monitor.desk import Desk
from monitor.roles import Right
from monitor.uncertainty import Share, wilson
from posts.errors import QueryError, SmallGroup
from posts.model import APPEALS, CrawlRun, TaggedPost
from posts.query import DayCount, FacetField, Hit, PostQuery, ResultPage

LATEST = 8
"""How many of the newest complaints and calls for help the overview lists."""


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
    latest: tuple[Hit, ...]


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


@dataclass(frozen=True)
class Place:
    """A post in its thread."""

    found: TaggedPost
    depth: int
    """0 for the post, 1 for its comments, 2 for answers to them and so on."""
    here: bool
    """This is the post the reader came from."""


@dataclass(frozen=True)
class ChannelState:
    """A channel and how its last crawl ended; no run for an imported channel."""

    channel: str
    name: str
    run: CrawlRun | None
    last_good: CrawlRun | None
    """The newest crawl that ended well, where the last did not."""
    posts: int


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
    return Overview(
        query=query,
        since=since,
        until=until,
        total=total,
        negative=wilson(sentiments.get("negative", 0), total),
        appeals=_count(desk, query, intents=tuple(sorted(APPEALS))),
        urgent=_count(desk, query, urgent=True),
        series=series,
        change=_change(desk, query, series, spans),
        topics=trends.topics_by_sentiment(
            desk.cross(FacetField.TOPIC, FacetField.SENTIMENT, query)
        ),
        latest=_latest(desk, query),
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


def thread(desk: Desk, post: TaggedPost) -> list[Place]:
    """Order a thread so that every answer stands under what it answers."""
    if post.post.thread_id is None:
        return [Place(post, 0, here=True)]
    posts = desk.thread(post.post.thread_id)
    ids = {p.post.id for p in posts}
    below: dict[str | None, list[TaggedPost]] = defaultdict(list)
    for found in posts:
        parent = found.post.parent_id
        root = found.post.thread_id if found.post.id != found.post.thread_id else None
        below[parent if parent in ids else root if root in ids else None].append(found)
    places: list[Place] = []
    waiting = [(found, 0) for found in reversed(below.pop(None, []))]
    while waiting:
        found, depth = waiting.pop()
        places.append(Place(found, depth, here=found.post.id == post.post.id))
        waiting += [(p, depth + 1) for p in reversed(below.pop(found.post.id, []))]
    # Posts that name each other as parents hang nowhere; they are shown, not lost.
    places += [Place(p, 1, p.post.id == post.post.id) for rest in below.values() for p in rest]
    return places


def channel_states(
    desk: Desk, runs: Sequence[CrawlRun], names: Mapping[str, str]
) -> list[ChannelState]:
    """Every channel that is configured, was crawled or holds posts; the troubled ones first."""
    held = desk.count_by(FacetField.CHANNEL, PostQuery())
    states = [
        _channel_state(channel, names.get(channel, channel), runs, held.get(channel, 0))
        for channel in dict.fromkeys([*names, *(run.channel for run in runs), *held])
    ]
    return sorted(states, key=lambda s: s.run is None or s.run.state in trends.COLLECTED)


def _channel_state(channel: str, name: str, runs: Sequence[CrawlRun], posts: int) -> ChannelState:
    own = sorted((r for r in runs if r.channel == channel), key=lambda r: r.started_at)
    good = [r for r in own if r.state in trends.COLLECTED]
    return ChannelState(channel, name, own[-1] if own else None, good[-1] if good else None, posts)


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


def _latest(desk: Desk, query: PostQuery) -> tuple[Hit, ...]:
    if not desk.person.may(Right.READ):
        return ()
    asking = query.model_copy(update={"intents": ("complaint", "help")})
    hits: list[Hit] = []
    for urgent in (True, False):
        narrower = asking.model_copy(update={"urgent": urgent})
        hits += desk.search(narrower, sort="newest", size=LATEST - len(hits)).hits
        if len(hits) >= LATEST:
            break
    return tuple(hits)


def _facet(desk: Desk, query: PostQuery, field: FacetField, page: ResultPage) -> dict[str, int]:
    wider = without(query, field)
    if wider == query and field in page.facets:
        return {count.value: count.count for count in page.facets.get(field, ())}
    try:
        return desk.count_by(field, wider)
    except SmallGroup:  # not to be told apart under this question
        return {}
