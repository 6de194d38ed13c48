"""open.douyin.com, the Open Platform, as a mini-app's token sees it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from crawlers.replay.answer import Answer, Query, as_json, number
from crawlers.replay.douyin import aweme_id, cid
from crawlers.replay.feed import Feed, FeedComment, FeedPost

_EXTRA = {"logid": "2026112008000001", "error_code": 0, "description": "", "sub_error_code": 0}


def answer(feed: Feed, path: str, query: Query, *, wall: bool) -> Answer | None:
    """Answer a request, or return None where this path is not the platform's.

    Args:
        wall: the token has ended; told with HTTP 200.
    """
    route = _ROUTES.get(path.rstrip("/"))
    if route is None:
        return None
    if wall:
        data = {"error_code": 10008, "description": "access_token 过期"}
        return as_json({"data": data, "extra": {**_EXTRA, **data}})
    data = {"error_code": 0, "description": "", **route(feed, query)}
    return as_json({"data": data, "extra": _EXTRA})


def _days(feed: Feed, figures: Callable[[int], dict[str, int]]) -> dict[str, Any]:
    last = max(post.published_at for post in feed.posts).date()
    rows = [
        # Numbers come as texts here.
        {"date": str(last - timedelta(days=ago)), **{k: str(v) for k, v in figures(ago).items()}}
        for ago in range(6, -1, -1)
    ]
    return {"result_list": rows}


def _fans(feed: Feed, query: Query) -> dict[str, Any]:
    return _days(feed, lambda ago: {"new_fans": 31 - ago, "total_fans": 26480 - 30 * ago})


def _items(feed: Feed, query: Query) -> dict[str, Any]:
    works = len(feed.of("douyin"))
    return _days(feed, lambda ago: {"new_play": 900 + 17 * ago, "total_issue": works})


def _videos(feed: Feed, query: Query) -> dict[str, Any]:
    works = feed.of("douyin")
    at, size = number(query, "cursor"), min(number(query, "count", 10), 10)
    return {
        "list": [_video(one) for one in works[at : at + size]],
        "cursor": at + size,
        "has_more": len(works) > at + size,
    }


def _video(post: FeedPost) -> dict[str, Any]:
    return {
        "item_id": _encrypted(post),
        "title": post.text,
        "create_time": int(post.published_at.timestamp()),
        "is_top": False,
        "is_reviewed": True,
        "share_url": f"https://www.iesdouyin.com/share/video/{aweme_id(post.number)}/",
        "statistics": {
            "comment_count": len(post.comments),
            "digg_count": post.likes,
            "play_count": post.views,
            "share_count": post.shares,
        },
    }


def _encrypted(post: FeedPost) -> str:
    return f"@8hxdhauTCMppanGnM4lt{post.number:04}=="


def _post(feed: Feed, query: Query) -> FeedPost | None:
    return next((p for p in feed.of("douyin") if _encrypted(p) == query.get("item_id")), None)


def _comments(feed: Feed, query: Query) -> dict[str, Any]:
    post = _post(feed, query)
    return _page(post.roots if post else [], post, query)


def _replies(feed: Feed, query: Query) -> dict[str, Any]:
    post = _post(feed, query)
    roots = post.roots if post else []
    root = next((one for one in roots if cid(one.number) == query.get("comment_id")), None)
    return _page(post.replies(root.number) if post and root else [], post, query)


def _page(rows: list[FeedComment], post: FeedPost | None, query: Query) -> dict[str, Any]:
    at, size = number(query, "cursor"), min(number(query, "count", 20), 50)
    shown = [_comment(one, post) for one in rows[at : at + size] if post]
    return {"list": shown, "cursor": at + size, "has_more": len(rows) > at + size}


def _comment(one: FeedComment, post: FeedPost) -> dict[str, Any]:
    return {
        "comment_id": cid(one.number),
        "comment_user_id": f"open-{one.author.number:x}",
        "content": one.text,
        "create_time": int(one.published_at.timestamp()),
        "digg_count": one.likes,
        "reply_comment_total": len(post.replies(one.number)),
        "top": False,
    }


_ROUTES: dict[str, Callable[[Feed, Query], dict[str, Any]]] = {
    "/data/external/user/fans": _fans,
    "/data/external/user/item": _items,
    "/api/douyin/v1/video/video_list": _videos,
    "/api/apps/v1/item/list_comment": _comments,
    "/api/apps/v1/item/list_comment_reply": _replies,
}
