"""weibo.com: its pages, and /ajax as their own scripts see it."""

import re
from collections.abc import Callable
from typing import Any

from crawlers.replay import weibo_shapes as shapes
from crawlers.replay.answer import Answer, Query, as_json, as_page, number
from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.weibo_shapes import UID, comment_id, mid

POSTS, COMMENTS, REPLIES = 10, 20, 5
"""Rows a page."""

_LOGIN = "https://weibo.com/newlogin?tabtype=weibo"
_GONE = {"ok": 0, "error_code": 20101, "message": "该微博不存在"}
_PAGES = (
    (re.compile(rf"/u/{UID}"), "weibo"),
    (re.compile(rf"/{UID}/\w+"), "weibo_post"),
)


def answer(feed: Feed, path: str, query: Query, *, wall: bool) -> Answer | None:
    """Answer a request, or return None where this path is not weibo.com's."""
    for pattern, page in _PAGES:
        if pattern.fullmatch(path):
            return as_page(page)
    route = _ROUTES.get(path)
    if route is None:
        return None
    if wall:
        return as_json({"ok": -100, "url": _LOGIN})
    return as_json(route(feed, query))


def _info(feed: Feed, query: Query) -> dict[str, Any]:
    user = {**shapes.union(feed), "idstr": str(UID), "followers_count": 18000}
    return {"ok": 1, "data": {"user": user}}


def _timeline(feed: Feed, query: Query) -> dict[str, Any]:
    posts = feed.of("weibo")
    pinned = posts.pop(-5)
    posts.insert(0, pinned)
    start = (number(query, "page", 1) - 1) * POSTS
    shown = posts[start : start + POSTS]
    more = start + POSTS < len(posts)
    since = f"{mid(shown[-1].number)}kp{start + POSTS}" if more else ""
    rows = [_status(post, pinned=post is pinned) for post in shown]
    return {"ok": 1, "data": {"list": rows, "since_id": since, "total": len(posts)}}


def _status(post: FeedPost, *, pinned: bool = False) -> dict[str, Any]:
    mblog = shapes.card(post, pinned=pinned)["mblog"]
    long = mblog["isLongText"]
    return {
        **mblog,
        "id": int(mblog["id"]),
        "idstr": mblog["id"],
        "mblogid": mblog["bid"],
        "text_raw": post.text[: shapes.SHORT] + ("...展开" if long else ""),
        "reads_count": post.views,
        **({"continue_tag": {"title": "全文"}} if long else {}),
    }


def _by_name(feed: Feed, query: Query) -> FeedPost | None:
    wanted = query.get("id", "")
    for post in feed.of("weibo"):
        if wanted in (mid(post.number), shapes.card(post, pinned=False)["mblog"]["bid"]):
            return post
    return None


def _show(feed: Feed, query: Query) -> dict[str, Any]:
    post = _by_name(feed, query)
    return _GONE if post is None else {"ok": 1, **_status(post)}


def _longtext(feed: Feed, query: Query) -> dict[str, Any]:
    post = _by_name(feed, query)
    if post is None:
        return _GONE
    long = len(post.text) > shapes.SHORT
    return {"ok": 1, "data": {"longTextContent": shapes.markup(post.text)} if long else {}}


def _comments(feed: Feed, query: Query) -> dict[str, Any]:
    if query.get("fetch_level") == "1":
        return _replies(feed, query)
    post = _by_name(feed, query)
    if post is None:
        return _GONE
    roots = post.roots
    start = number(query, "max_id")
    shown = roots[start : start + COMMENTS]
    more = start + COMMENTS < len(roots)
    return {
        "ok": 1,
        "filter_group": [],
        "data": [_root(one, post) for one in shown],
        "total_number": len(post.comments),
        "max_id": start + COMMENTS if more else 0,
    }


def _replies(feed: Feed, query: Query) -> dict[str, Any]:
    wanted = number(query, "id")
    for post in feed.of("weibo"):
        for root in post.roots:
            if comment_id(root.number) == wanted:
                replies = post.replies(root.number)
                start = number(query, "max_id")
                more = start + REPLIES < len(replies)
                rows = [_comment(one, root.number) for one in replies[start : start + REPLIES]]
                return {"ok": 1, "data": rows, "max_id": start + REPLIES if more else 0}
    return _GONE


def _root(one: FeedComment, post: FeedPost) -> dict[str, Any]:
    replies = post.replies(one.number)
    nested = [_comment(reply, one.number) for reply in replies[: shapes.NESTED]]
    more = {"more_info": {"text": f"共{len(replies)}条回复"}} if len(replies) > len(nested) else {}
    return {
        **_comment(one, one.number),
        "comments": nested,
        "total_number": len(replies),
        **more,
    }


def _comment(one: FeedComment, root: int) -> dict[str, Any]:
    row = shapes.comment(one, root)
    likes = row.pop("like_count")
    return {**row, "idstr": str(row["id"]), "text_raw": one.text, "like_counts": int(likes)}


_ROUTES: dict[str, Callable[[Feed, Query], dict[str, Any]]] = {
    "/ajax/profile/info": _info,
    "/ajax/statuses/mymblog": _timeline,
    "/ajax/statuses/show": _show,
    "/ajax/statuses/longtext": _longtext,
    "/ajax/statuses/buildComments": _comments,
}
