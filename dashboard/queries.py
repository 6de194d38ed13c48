"""Questions of the pages to the store, answered in plain values. No Streamlit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.links import PAGE_SIZE, View, without
from monitor import trends
from monitor.uncertainty import Share, wilson
from posts.errors import QueryError
from posts.model import APPEALS, CrawlRun, TaggedPost
from posts.query import DayCount, FacetField, Hit, PostQuery, ResultPage
from posts.store import PostStore

EXPORT_LIMIT = 50_000
LATEST = 8
"""How many of the newest complaints and calls for help the overview lists."""
_BATCH = 1000


@dataclass(frozen=True)
class Overview:
    """What the overview shows; ``query`` is behind all its numbers."""

    query: PostQuery
    since: date
    until: date
    total: int
    negative: Share
    appeals: int
    urgent: int
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


def overview(store: PostStore, runs: Sequence[CrawlRun], days: int | None) -> Overview | None:
    """Look at the last ``days`` days that hold anything (None: all); None for an empty store."""
    held = store.days()
    if held is None:
        return None
    spans = trends.known_spans(store.per_day(PostQuery(), FacetField.CHANNEL), runs)
    # Behind a failed crawl the days up to today are unknown, not empty: they belong in the view.
    tried = max((trends.day_of(run.started_at) for run in runs), default=held[1])
    until = max(held[1], tried)
    since = held[0] if days is None else max(held[0], until - timedelta(days=days - 1))
    query = PostQuery(since=since, until=until, by_channel=False)
    counts = store.per_day(query, FacetField.SENTIMENT)
    series = trends.day_series(counts, spans, since, until)
    sentiments = store.count_by(FacetField.SENTIMENT, query)
    total = sum(sentiments.values())
    return Overview(
        query=query,
        since=since,
        until=until,
        total=total,
        negative=wilson(sentiments.get("negative", 0), total),
        appeals=_count(store, query, intents=tuple(sorted(APPEALS))),
        urgent=_count(store, query, urgent=True),
        series=series,
        change=_change(store, query, series, spans),
        topics=trends.topics_by_sentiment(
            store.cross(FacetField.TOPIC, FacetField.SENTIMENT, query)
        ),
        latest=_latest(store, query),
    )


def search(store: PostStore, view: View) -> Results:
    """Find what a view asks for, with facets that leave room to choose another value."""
    everything = tuple(FacetField)
    try:
        page = store.search(
            view.query, sort=view.sort, size=PAGE_SIZE, offset=view.offset, facets=everything
        )
    except QueryError as error:  # the other choices stay on the screen while the text is mended
        rest = store.search(view.query.model_copy(update={"text": ""}), size=0, facets=everything)
        facets = {f: {c.value: c.count for c in rest.facets.get(f, ())} for f in FacetField}
        return Results(ResultPage(total=0, hits=()), facets, [], problem=str(error))
    facets = {field: _facet(store, view.query, field, page) for field in FacetField}
    return Results(page, facets, store.per_day(view.query, FacetField.SENTIMENT))


def thread(store: PostStore, post: TaggedPost) -> list[Place]:
    """Order a thread so that every answer stands under what it answers."""
    if post.post.thread_id is None:
        return [Place(post, 0, here=True)]
    posts = store.thread(post.post.thread_id)
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


def all_posts(store: PostStore, view: View, limit: int = EXPORT_LIMIT) -> list[TaggedPost]:
    """Every post of a view in its order, up to a limit."""
    found: list[TaggedPost] = []
    while len(found) < limit:
        size = min(_BATCH, limit - len(found))
        hits = store.search(view.query, sort=view.sort, size=size, offset=len(found)).hits
        found += [hit.found for hit in hits]
        if len(hits) < size:
            break
    return found


def channel_states(
    store: PostStore, runs: Sequence[CrawlRun], names: Mapping[str, str]
) -> list[ChannelState]:
    """Every channel that is configured, was crawled or holds posts; the troubled ones first."""
    held = store.count_by(FacetField.CHANNEL, PostQuery())
    states = [
        _channel_state(channel, names.get(channel, channel), runs, held.get(channel, 0))
        for channel in dict.fromkeys([*names, *(run.channel for run in runs), *held])
    ]
    return sorted(states, key=lambda s: s.run is None or s.run.state in trends.COLLECTED)


def _channel_state(channel: str, name: str, runs: Sequence[CrawlRun], posts: int) -> ChannelState:
    own = sorted((r for r in runs if r.channel == channel), key=lambda r: r.started_at)
    good = [r for r in own if r.state in trends.COLLECTED]
    return ChannelState(channel, name, own[-1] if own else None, good[-1] if good else None, posts)


def _count(store: PostStore, query: PostQuery, **narrower: object) -> int:
    return store.search(query.model_copy(update=narrower), size=0).total


def _change(
    store: PostStore,
    query: PostQuery,
    series: Sequence[trends.Day],
    spans: Mapping[str, trends.Span],
) -> trends.Change | None:
    day = trends.last_full_day(series, spans)
    if day is None:
        return None
    of_day = [_negative_topics(store, query, d) for d in (day.day, day.day - timedelta(days=1))]
    return trends.what_changed(series, day, *of_day)


def _negative_topics(store: PostStore, query: PostQuery, day: date) -> dict[str, int]:
    narrower = {"since": day, "until": day, "sentiments": ("negative",)}
    return store.count_by(FacetField.TOPIC, query.model_copy(update=narrower))


def _latest(store: PostStore, query: PostQuery) -> tuple[Hit, ...]:
    asking = query.model_copy(update={"intents": ("complaint", "help")})
    hits: list[Hit] = []
    for urgent in (True, False):
        narrower = asking.model_copy(update={"urgent": urgent})
        hits += store.search(narrower, sort="newest", size=LATEST - len(hits)).hits
        if len(hits) >= LATEST:
            break
    return tuple(hits)


def _facet(
    store: PostStore, query: PostQuery, field: FacetField, page: ResultPage
) -> dict[str, int]:
    wider = without(query, field)
    if wider == query:
        return {count.value: count.count for count in page.facets.get(field, ())}
    return store.count_by(field, wider)
