"""What people speak of: topics over time, words that rise, copied texts. No Streamlit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor import trends
from monitor.desk import Desk
from monitor.rising import Rise, count_texts, rises
from nlp.copies import groups_of_copies
from posts.model import CrawlRun, TaggedPost
from posts.query import FacetField, Hit, PostQuery

SAMPLE = 2000
"""Newest posts of a period that are read for words and copies."""
_BATCH = 500
EXAMPLES = 3
MOST_WORDS, MOST_COPIES = 15, 8


@dataclass(frozen=True)
class TopicsView:
    """All topics of a period."""

    query: PostQuery
    since: date
    until: date
    rows: list[trends.TopicRow]


@dataclass(frozen=True)
class WordsView:
    """Words of a period beside the period before."""

    since: date
    until: date
    words: list[Rise]
    examples: dict[str, TaggedPost]
    """One post for each word."""
    read: int
    total: int
    """Posts of the period; ``read`` of them were looked at, the newest."""
    comparable: bool
    """Whether anything is known of the period before."""


@dataclass(frozen=True)
class Copies:
    """Posts that say the same, oldest first."""

    posts: tuple[TaggedPost, ...]
    authors: int | None
    """Different authors; None where one is unknown."""


def topics(desk: Desk, days: int | None) -> TopicsView | None:
    """Topics by sentiment over the last ``days`` days; None for an empty store."""
    held = desk.days()
    if held is None:
        return None
    since = held[0] if days is None else max(held[0], held[1] - timedelta(days=days - 1))
    query = PostQuery(since=since, until=held[1], by_channel=False)
    rows = trends.topics_by_sentiment(desk.cross(FacetField.TOPIC, FacetField.SENTIMENT, query))
    return TopicsView(query, since, held[1], rows)


def over_time(
    desk: Desk, runs: Sequence[CrawlRun], found: TopicsView, topic: str
) -> list[trends.Day]:
    """Days of one topic by sentiment, with those nobody collected marked."""
    spans = trends.known_spans(desk.per_day(PostQuery(), FacetField.CHANNEL), runs)
    query = found.query.model_copy(update={"topics": (topic,)})
    counts = desk.per_day(query, FacetField.SENTIMENT)
    return trends.day_series(counts, spans, found.since, found.until)


def examples(desk: Desk, found: TopicsView, topic: str) -> tuple[Hit, ...]:
    """The posts of a topic that met with most response."""
    query = found.query.model_copy(update={"topics": (topic,)})
    return desk.search(query, sort="heat", size=EXAMPLES, shown_by="topics").hits


def rising_words(desk: Desk, found: TopicsView) -> WordsView:
    """Keywords more frequent than in the period of the same length before."""
    length = (found.until - found.since).days + 1
    before = found.query.model_copy(
        update={
            "since": found.since - timedelta(days=length),
            "until": found.since - timedelta(days=1),
        }
    )
    now_posts, total = sample(desk, found.query)
    before_posts, _ = sample(desk, before)
    now_words, before_words = _words(now_posts), _words(before_posts)
    words = rises(
        now_words,
        before_words,
        after_of=len(now_posts),
        before_of=len(before_posts),
        top=MOST_WORDS,
    )
    shown = {
        rise.name: next(p for p in now_posts if rise.name in p.analysis.keywords) for rise in words
    }
    return WordsView(
        found.since, found.until, words, shown, len(now_posts), total, bool(before_posts)
    )


def copied(desk: Desk, found: TopicsView) -> list[Copies]:
    """Groups of texts that are the same or nearly so, largest first."""
    posts, _ = sample(desk, found.query)
    groups = groups_of_copies([one.post.text for one in posts])[:MOST_COPIES]
    return [_copies([posts[number] for number in reversed(group)]) for group in groups]


def sample(desk: Desk, query: PostQuery) -> tuple[list[TaggedPost], int]:
    """The newest posts of a question, ``SAMPLE`` at most, and how many there are."""
    posts: list[TaggedPost] = []
    while len(posts) < SAMPLE:
        page = desk.search(query, sort="newest", size=_BATCH, offset=len(posts), shown_by="topics")
        posts += [hit.found for hit in page.hits]
        if len(page.hits) < _BATCH:
            break
    return posts, page.total


def _words(posts: Iterable[TaggedPost]) -> Counter[str]:
    return count_texts(post.analysis.keywords for post in posts)


def _copies(posts: Sequence[TaggedPost]) -> Copies:
    authors = {one.post.author for one in posts}
    return Copies(tuple(posts), None if None in authors else len(authors))
