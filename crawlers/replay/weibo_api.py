"""api.weibo.com, the official interface, as the owner's token sees it."""

from collections.abc import Callable
from typing import Any

from crawlers.replay.answer import Answer, Query, as_json, number
from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.people import CHANNEL, Person
from crawlers.replay.weibo_shapes import UID, comment_id, english, mid, union

NEWEST = 5
"""Posts that the interface shows, however many are asked for."""
EXPIRES_IN = 20 * 86400
"""Seconds that the token still holds."""


def answer(feed: Feed, path: str, query: Query, *, wall: bool) -> Answer | None:
    """Answer a request, or return None where this path is not the interface's.

    Args:
        wall: the token has ended.
    """
    route = _ROUTES.get(path)
    if route is None:
        return None
    if wall:
        error = {"request": path, "error_code": 21327, "error": "expired_token"}
        return as_json(error, 401)
    return as_json(route(feed, query))


def _token(feed: Feed, query: Query) -> dict[str, Any]:
    return {"uid": UID, "appkey": "1", "scope": None, "expire_in": EXPIRES_IN}


def _user(feed: Feed, query: Query) -> dict[str, Any]:
    return {**union(feed), "idstr": str(UID), "followers_count": 18240}


def _timeline(feed: Feed, query: Query) -> dict[str, Any]:
    posts = feed.of("weibo")
    shown = [_status(post) for post in posts[:NEWEST]]
    return {"statuses": shown, "next_cursor": 0, "previous_cursor": 0, "total_number": len(posts)}


def _show(feed: Feed, query: Query) -> dict[str, Any]:
    post = next((one for one in feed.of("weibo") if mid(one.number) == query.get("id")), None)
    if post is None:
        return {
            "request": "/2/statuses/show.json",
            "error_code": 20101,
            "error": "target weibo does not exist!",
        }
    return _status(post)


def _business(feed: Feed, query: Query) -> dict[str, Any]:
    return _comments(feed, query, lambda one: True)


def _to_me(feed: Feed, query: Query) -> dict[str, Any]:
    """Show only members who use the app; about one in ten does."""
    return _comments(feed, query, lambda one: one.author.number % 10 == 0)


def _comments(feed: Feed, query: Query, shows: Callable[[FeedComment], bool]) -> dict[str, Any]:
    rows = [(one, post) for post in feed.of("weibo") for one in post.comments if shows(one)]
    rows.sort(key=lambda row: -row[0].number)
    since, most = number(query, "since_id"), number(query, "max_id") or None
    left = [
        row
        for row in rows
        if comment_id(row[0].number) > since and (not most or comment_id(row[0].number) <= most)
    ]
    size = min(number(query, "count", 50), 200)
    following = comment_id(left[size][0].number) if len(left) > size else 0
    return {
        "comments": [_comment(one, post) for one, post in left[:size]],
        "next_cursor": following,
        "previous_cursor": 0,
        "total_number": len(rows),
    }


def _status(post: FeedPost) -> dict[str, Any]:
    own = mid(post.number)
    return {
        "created_at": english(post.published_at),
        "id": int(own),
        "idstr": own,
        "mid": own,
        "text": post.text,
        "source": '<a href="http://weibo.com" rel="nofollow">微博网页版</a>',
        "truncated": False,
        "reposts_count": post.shares,
        "comments_count": len(post.comments),
        "attitudes_count": post.likes,
        "user": {**union(), "idstr": str(UID)},
    }


def _comment(one: FeedComment, post: FeedPost) -> dict[str, Any]:
    own = comment_id(one.number)
    above = {} if one.reply_to is None else {"reply_comment": {"id": comment_id(one.reply_to)}}
    return {
        "created_at": english(one.published_at),
        "id": own,
        "idstr": str(own),
        "mid": str(own),
        "text": one.text,
        "source": '<a href="http://weibo.com" rel="nofollow">微博网页版</a>',
        "user": _person(CHANNEL if one.by_channel else one.author),
        "status": _status(post),
        **above,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.number,
        "idstr": str(person.number),
        "screen_name": person.name,
        "gender": person.gender or "n",
    }


_ROUTES: dict[str, Callable[[Feed, Query], dict[str, Any]]] = {
    "/oauth2/get_token_info": _token,
    "/2/users/show.json": _user,
    "/2/statuses/user_timeline.json": _timeline,
    "/2/statuses/show.json": _show,
    "/2/comments/to_me.json": _to_me,
    "/2/comments/to_me/biz.json": _business,
}
