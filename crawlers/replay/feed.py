"""The bundled feed: what an invented union's channels show, relative to a day.

Ids never change, and times follow from the day alone, so that two visits on one day see the same.
The labels in the files are for people who measure taggers; the channels never show them.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from crawlers.replay.people import CHANNEL, Person, person_of
from posts.model import CHINA, Gender, Platform

HERE = Path(__file__).parent


@dataclass(frozen=True)
class FeedComment:
    """A comment, or a reply where ``reply_to`` names the number of the comment above it."""

    number: int
    reply_to: int | None
    text: str
    likes: int
    region: str | None
    gender: Gender | None
    published_at: datetime
    author: Person
    by_channel: bool


@dataclass(frozen=True)
class FeedPost:
    """A post with all that stands under it, oldest first."""

    number: int
    platform: Platform
    title: str | None
    text: str
    likes: int
    shares: int
    views: int
    published_at: datetime
    comments: tuple[FeedComment, ...] = ()

    @property
    def roots(self) -> list[FeedComment]:
        """Comments on the post itself, the best liked first, as platforms order them."""
        roots = [one for one in self.comments if one.reply_to is None]
        return sorted(roots, key=lambda one: (-one.likes, one.number))

    def replies(self, number: int) -> list[FeedComment]:
        """Replies to comment ``number``, oldest first."""
        return [one for one in self.comments if one.reply_to == number]


@dataclass(frozen=True)
class Feed:
    """All posts, newest first."""

    posts: tuple[FeedPost, ...]
    _by_number: dict[int, FeedPost] = field(repr=False)

    def of(self, platform: Platform) -> list[FeedPost]:
        """Posts of one platform, newest first."""
        return [post for post in self.posts if post.platform == platform]

    def post(self, number: int) -> FeedPost | None:
        """Return the post with this number."""
        return self._by_number.get(number)

    def change(self, number: int, **values: Any) -> "Feed":
        """Return a feed whose post or comment ``number`` has other values, such as a text."""
        changed = (_changed(post, number, values) for post in self.posts)
        return _feed(changed)

    def without(self, number: int) -> "Feed":
        """Return a feed without a post, or without a comment and what answers it."""
        return _feed(
            replace(post, comments=tuple(c for c in post.comments if _stays(c, number)))
            for post in self.posts
            if post.number != number
        )


def _changed(post: FeedPost, number: int, values: dict[str, Any]) -> FeedPost:
    if post.number == number:
        return replace(post, **values)
    comments = (replace(c, **values) if c.number == number else c for c in post.comments)
    return replace(post, comments=tuple(comments))


def _stays(comment: FeedComment, number: int) -> bool:
    return number not in (comment.number, comment.reply_to)


def _feed(posts: Iterable[FeedPost]) -> Feed:
    kept = sorted(posts, key=lambda post: (post.published_at, post.number), reverse=True)
    return Feed(tuple(kept), {post.number: post for post in kept})


def load_feed(today: date, folder: Path = HERE) -> Feed:
    """Read the feed as it stands on ``today``; nothing in it is later than the midnight before."""
    midnight = datetime.combine(today, time(), CHINA)
    rows = {row["id"]: row for row in _rows(folder / "feed_posts.jsonl")}
    under: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(folder / "feed_comments.jsonl"):
        under.setdefault(row["post"], []).append(row)
    return _feed(_post(row, under.get(key, []), midnight) for key, row in rows.items())


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _number(feed_id: str) -> int:
    return int(feed_id.rpartition("-")[2])


def _post(row: dict[str, Any], under: list[dict[str, Any]], midnight: datetime) -> FeedPost:
    number = _number(row["id"])
    minutes = timedelta(days=row["day"], hours=row["hour"], minutes=number * 7 % 60)
    at = min(midnight + minutes, midnight - timedelta(hours=3))
    return FeedPost(
        number=number,
        platform=row["platform"],
        title=row["title"],
        text=row["text"],
        likes=row["likes"],
        shares=row["shares"],
        views=row["views"],
        published_at=at,
        comments=tuple(_comment(one, row["platform"], at, midnight) for one in under),
    )


def _comment(
    row: dict[str, Any], platform: Platform, post_at: datetime, midnight: datetime
) -> FeedComment:
    number = _number(row["id"])
    # The last seconds before midnight keep the order of what would otherwise lie in the future.
    latest = midnight - timedelta(seconds=max(1, 10_000 - number))
    at = min(post_at + timedelta(minutes=row["after_minutes"], seconds=number * 37 % 60), latest)
    by_channel = row["intent"] == "announcement" and row["region"] is None
    return FeedComment(
        number=number,
        reply_to=_number(row["reply_to"]) if row["reply_to"] else None,
        text=row["text"],
        likes=row["likes"],
        region=row["region"],
        gender=row["gender"],
        published_at=at,
        author=CHANNEL if by_channel else person_of(number, platform, row["gender"], row["region"]),
        by_channel=by_channel,
    )
