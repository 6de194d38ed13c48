"""creator.douyin.com, the owner's console, as its own pages see it."""

from collections.abc import Callable, Mapping
from typing import Any

from crawlers.replay.answer import Answer, Query, as_json, as_page, number
from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.people import CHANNEL, Person

Route = Callable[[Feed, Query], dict[str, Any]]

WORKS = 6
"""Works a page, whatever the request asks for."""
SEC_UID = "MS4wLjABAAAAxinghe-union"
_SELECT = "/web/api/third_party/aweme/api/comment/read/aweme/v1/web/comment/list"


def answer(feed: Feed, path: str, query: Query, *, wall: bool) -> Answer | None:
    """Answer a request, or return None where this path is not Douyin's.

    Args:
        wall: nobody is logged in; the console says so with HTTP 200 and status_code 8.
    """
    page = _CONSOLE.get(path)
    if page is not None:
        return as_page(page)
    return told(_ROUTES, feed, path, query, wall=wall)


def told(
    routes: Mapping[str, Route], feed: Feed, path: str, query: Query, *, wall: bool
) -> Answer | None:
    """Answer as the console does in both its generations."""
    route = routes.get(path.rstrip("/"))
    if route is None:
        return None
    if wall:
        return as_json({"status_code": 8, "status_msg": "用户未登录"})
    return as_json({"status_code": 0, "status_msg": "", **route(feed, query)})


def aweme_id(post: int) -> str:
    """Return a work's id."""
    return str(7_571_732_586_456_812_800 + post * 77_003_077_919_123)


def cid(comment: int) -> str:
    """Return a comment's id."""
    return str(7_572_383_596_784_419_593 + comment * 3_077_001_913_777)


def _info(feed: Feed, query: Query) -> dict[str, Any]:
    works = feed.of("douyin")
    figures = {
        "follower_count": 26480,
        "aweme_count": len(works),
        "total_favorited": sum(work.likes for work in works),
    }
    return {"user": {**union(), **figures}}


def _works(feed: Feed, query: Query) -> dict[str, Any]:
    works = feed.of("douyin")
    before = number(query, "max_cursor")
    left = [one for one in works if not before or milliseconds(one) < before]
    shown = left[:WORKS]
    return {
        "aweme_list": [_work(one) for one in shown],
        "has_more": len(left) > WORKS,
        "max_cursor": milliseconds(shown[-1]) if shown else 0,
        "total": len(works),
    }


def milliseconds(post: FeedPost) -> int:
    """When a work was published, as the console counts it."""
    return int(post.published_at.timestamp()) * 1000


def _work(post: FeedPost) -> dict[str, Any]:
    own = aweme_id(post.number)
    return {
        "aweme_id": own,
        "group_id": own,
        "desc": post.text,
        "caption": post.text,
        "item_title": post.title or "",
        "create_time": int(post.published_at.timestamp()),
        "author": union(),
        "author_user_id": CHANNEL.number,
        "aweme_type": 0,
        "media_type": 4,
        "is_top": 0,
        "duration": 27334,
        "region": "CN",
        "statistics": {
            "play_count": post.views,
            "digg_count": post.likes,
            "comment_count": len(post.comments),
            "share_count": post.shares,
            "collect_count": post.likes // 20,
        },
        "status": {"is_private": False, "private_status": 0, "in_reviewing": False},
        "text_extra": None,
        "video_tag": None,
        "images": None,
        "share_info": {"share_url": f"https://www.iesdouyin.com/share/video/{own}/"},
        "aweme_control": {"can_comment": True, "can_show_comment": True},
    }


def _comments(feed: Feed, query: Query) -> dict[str, Any]:
    post = work_of(feed, query.get("aweme_id", ""))
    if post is None:
        return {"comments": None, "cursor": 0, "has_more": 0, "total": 0}
    page = _page(post.roots, query, lambda one: _comment(one, post, root=None))
    return {**page, "total": len(post.comments)}


def _replies(feed: Feed, query: Query) -> dict[str, Any]:
    post = work_of(feed, query.get("item_id", ""))
    root = next(
        (one for one in post.roots if cid(one.number) == query.get("comment_id"))
        if post
        else iter(()),
        None,
    )
    if post is None or root is None:
        return {"comments": None, "cursor": 0, "has_more": 0, "total": 0}
    replies = post.replies(root.number)
    page = _page(replies, query, lambda one: _comment(one, post, root=root.number))
    return {**page, "total": len(replies)}


def _page(
    rows: list[FeedComment], query: Query, shape: Callable[[FeedComment], dict[str, Any]]
) -> dict[str, Any]:
    start, size = number(query, "cursor"), min(number(query, "count", 20), 20)
    shown = rows[start : start + size]
    more = len(rows) > start + len(shown)
    return {
        "comments": [shape(one) for one in shown] or None,
        "cursor": start + len(shown),
        "has_more": 1 if more else 0,
    }


def work_of(feed: Feed, wanted: str) -> FeedPost | None:
    """Find a work by its id."""
    return next((one for one in feed.of("douyin") if aweme_id(one.number) == wanted), None)


def _comment(one: FeedComment, post: FeedPost, root: int | None) -> dict[str, Any]:
    return {
        "cid": cid(one.number),
        "aweme_id": aweme_id(post.number),
        "text": one.text,
        "create_time": int(one.published_at.timestamp()),
        "digg_count": one.likes,
        "status": 1,
        "reply_id": "0" if root is None else cid(root),
        "reply_to_reply_id": "0",
        "reply_comment": None,
        "reply_comment_total": len(post.replies(one.number)),
        "text_extra": [],
        "label_text": "作者" if one.by_channel else "",
        "is_author_digged": False,
        "stick_position": 0,
        "ip_label": one.region or "",
        "level": 1 if root is None else 2,
        "image_list": None,
        "user": union() if one.by_channel else user(one.author),
    }


def union() -> dict[str, Any]:
    """Return the union's account."""
    return {
        "uid": str(CHANNEL.number),
        "sec_uid": SEC_UID,
        "unique_id": "xinghe_gonghui",
        "nickname": CHANNEL.name,
        "enterprise_verify_reason": "星河集团工会委员会官方账号",
    }


def user(person: Person) -> dict[str, Any]:
    """Return the account of somebody who commented."""
    return {
        "uid": str(person.number * 997),
        "sec_uid": f"MS4wLjABAAAA{person.number:x}",
        "short_id": "0",
        "unique_id": "",
        "nickname": person.name,
        "region": "CN",
    }


_CONSOLE = {
    "/creator-micro/content/manage": "console_works",
    "/creator-micro/interactive/comment": "console_comments",
}
_ROUTES: dict[str, Route] = {
    "/web/api/media/user/info": _info,
    "/janus/douyin/creator/pc/work_list": _works,
    f"{_SELECT}/select": _comments,
    f"{_SELECT}/reply": _replies,
}
