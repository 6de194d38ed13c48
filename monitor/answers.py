"""Answers of the command line: plain values for ``--json``, and the same as lines to read."""

from datetime import datetime
from typing import Any

from monitor.fleet import fleet, fleet_lines
from monitor.status import Status
from posts.model import CHINA, TaggedPost
from posts.query import FacetField, PostQuery, ResultPage
from posts.store import PostStore

SEARCH_FACETS = (
    FacetField.SENTIMENT,
    FacetField.INTENT,
    FacetField.TOPIC,
    FacetField.PLATFORM,
    FacetField.CHANNEL,
    FacetField.KIND,
)
STATS_FIELDS = (FacetField.SENTIMENT, FacetField.INTENT, FacetField.TOPIC, FacetField.CHANNEL)


def post_answer(tagged: TaggedPost) -> dict[str, Any]:
    """Flatten a post and its tags into one object."""
    tags = tagged.analysis.model_dump(mode="json")
    return {
        **tagged.post.model_dump(mode="json"),
        **tags,
        "appeal": tagged.analysis.appeal,
        "version": tagged.version,
    }


def search_answer(page: ResultPage) -> dict[str, Any]:
    """Return ``{"total", "posts", "facets"}``; highlights are ranges of characters of the text."""
    return {
        "total": page.total,
        "posts": [
            {**post_answer(hit.found), "highlights": [list(pair) for pair in hit.highlights]}
            for hit in page.hits
        ],
        "facets": {
            field.value: {entry.value: entry.count for entry in counts}
            for field, counts in page.facets.items()
        },
    }


def search_lines(page: ResultPage) -> str:
    """One line a post."""
    lines = [f"{page.total} posts"]
    for hit in page.hits:
        post, tags = hit.found.post, hit.found.analysis
        when = post.published_at.strftime("%Y-%m-%d %H:%M") if post.published_at else "no time"
        urgent = " URGENT" if tags.urgent else ""
        text = " ".join(post.text.split())[:80]
        lines.append(
            f"{when}  {post.channel}  {tags.sentiment} {tags.intent}{urgent} "
            f"[{','.join(tags.topics)}]  {text}  ({post.id})"
        )
    return "\n".join(lines)


def stats_answer(store: PostStore, query: PostQuery) -> dict[str, Any]:
    """Counts by day (with the sentiments of each day), sentiment, intent, topic and channel."""
    days: dict[str, dict[str, Any]] = {}
    for entry in store.per_day(query, FacetField.SENTIMENT):
        row = days.setdefault(entry.day.isoformat(), {"count": 0, "sentiment": {}})
        row["count"] += entry.count
        row["sentiment"][entry.value] = entry.count
    total = store.search(query, size=0).total
    return {
        "total": total,
        "undated": total - sum(row["count"] for row in days.values()),
        "days": [{"day": day, **row} for day, row in sorted(days.items())],
        **{field.value: store.count_by(field, query) for field in STATS_FIELDS},
    }


def stats_lines(answer: dict[str, Any]) -> str:
    """Counts as a small table."""
    lines = [f"{answer['total']} posts on {len(answer['days'])} days"]
    for field in STATS_FIELDS:
        counts = sorted(answer[field.value].items(), key=lambda pair: (-pair[1], pair[0]))
        lines.append(f"{field.value}: " + ", ".join(f"{name} {count}" for name, count in counts))
    return "\n".join(lines)


def status_lines(now: Status) -> str:
    """How the house stands, and the fleet of channels as a table."""
    waiting = "unknown, the index is away" if now.backlog is None else str(now.backlog)
    health = "answers" if now.store.available else f"is away: {now.store.detail}"
    held = "" if now.store.posts is None else f", {now.store.posts} posts"
    lines = [
        f"archive: {now.archived} versions; waiting to be indexed: {waiting}",
        f"index: {health}{held}",
        f"tagger: {now.model}",
        *fleet_lines(fleet(now.channels, datetime.now(CHINA))),
    ]
    return "\n".join(lines)
