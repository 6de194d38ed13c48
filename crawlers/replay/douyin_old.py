"""creator.douyin.com in its older generation: the same works and comments, with encrypted ids."""

from typing import Any

from crawlers.replay.answer import Answer, Query, number
from crawlers.replay.douyin import (
    WORKS,
    Route,
    aweme_id,
    cid,
    milliseconds,
    told,
    union,
    user,
    work_of,
)
from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.people import CHANNEL

COMMENTS = 10
"""Comments a page."""


def answer(feed: Feed, path: str, query: Query, *, wall: bool) -> Answer | None:
    """Answer a request, or return None where this path is not the older console's."""
    return told(_ROUTES, feed, path, query, wall=wall)


def _hidden(native: str) -> str:
    return f"@{native[::-1]}=="


def _shown(hidden: str) -> str:
    return hidden.strip("@=")[::-1]


def _works(feed: Feed, query: Query) -> dict[str, Any]:
    works = feed.of("douyin")
    before = number(query, "cursor")
    left = [one for one in works if not before or milliseconds(one) < before]
    shown = left[:WORKS]
    return {
        "item_info_list": [_work(one) for one in shown],
        "has_more": len(left) > WORKS,
        "cursor": str(milliseconds(shown[-1]) if shown else 0),
        "total_count": len(works),
    }


def _work(post: FeedPost) -> dict[str, Any]:
    own = aweme_id(post.number)
    at = post.published_at
    return {
        "item_id": _hidden(own),
        "item_id_plain": own,
        "anchor_user_id": str(CHANNEL.number),
        "title": post.text,
        "create_time": f"发布于{at:%Y年%m月%d日 %H:%M}",
        "comment_count": len(post.comments),
        "duration": 27334,
        "media_type": 4,
        "item_link": f"https://www.iesdouyin.com/share/video/{own}",
    }


def _comments(feed: Feed, query: Query) -> dict[str, Any]:
    post = work_of(feed, _shown(query.get("item_id", "")))
    return _page(post.roots if post else [], query, post, level=1)


def _replies(feed: Feed, query: Query) -> dict[str, Any]:
    post = work_of(feed, _shown(query.get("item_id", "")))
    root = _shown(query.get("comment_id", ""))
    roots = [one for one in post.roots if cid(one.number) == root] if post else []
    replies = post.replies(roots[0].number) if post and roots else []
    return _page(replies, query, post, level=2)


def _page(
    rows: list[FeedComment], query: Query, post: FeedPost | None, *, level: int
) -> dict[str, Any]:
    start, size = number(query, "cursor"), COMMENTS
    shown = rows[start : start + size]
    return {
        "comment_info_list": [_comment(one, post, level) for one in shown],
        "cursor": start + len(shown),
        "has_more": len(rows) > start + len(shown),
        "total_count": len(rows),
    }


def _comment(one: FeedComment, post: FeedPost | None, level: int) -> dict[str, Any]:
    writer = union() if one.by_channel else user(one.author)
    return {
        "comment_id": _hidden(cid(one.number)),
        "create_time": str(int(one.published_at.timestamp())),
        "digg_count": str(one.likes),
        "reply_count": str(len(post.replies(one.number)) if post else 0),
        "level": level,
        "is_author": one.by_channel,
        "status": 1,
        "text": one.text,
        "user_info": {"user_id": _hidden(writer["uid"]), "screen_name": writer["nickname"]},
    }


_ROUTES: dict[str, Route] = {
    "/aweme/v1/creator/item/list": _works,
    "/aweme/v1/creator/comment/list": _comments,
    "/aweme/v1/creator/comment/reply/list": _replies,
}
