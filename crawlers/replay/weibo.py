"""m.weibo.cn as the mobile page's own requests see it."""

import json
import re
from collections.abc import Callable
from typing import Any

from crawlers.replay.answer import Answer, Query, as_json, as_page, number
from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.weibo_shapes import (
    UID,
    card,
    comment,
    comment_id,
    markup,
    mid,
    root_comment,
    union,
)

CARDS, COMMENTS, CHILDREN = 10, 20, 3
"""Rows a page: posts, comments, replies asked for."""
OLD_PAGE, OLD_MOST = 10, 50
"""Rows a page of the older list of comments, and how many it shows at all."""

_LOGIN = "https://passport.weibo.cn/signin/welcome?entry=mweibo&r=https%3A%2F%2Fm.weibo.cn%2F"
_NO_DATA = {"ok": 0, "errno": "100011", "msg": "暂无数据"}
_GONE = {"ok": 0, "errno": "20101", "msg": "该微博不存在"}
_END = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}


def answer(feed: Feed, path: str, query: Query, *, wall: bool) -> Answer | None:
    """Answer a request, or return None where this path is not Weibo's.

    Args:
        wall: nobody is logged in, so that everything but /api/config asks for it.
    """
    if path == "/api/config":
        return as_json({"data": {"login": not wall, "st": "a1b2c3", "uid": str(UID)}, "ok": 1})
    route = _ROUTES.get(path)
    if route is None:
        return None
    if wall:
        return as_json({"ok": -100, "msg": "请先登录", "url": _LOGIN})
    return as_json(route(feed, query))


def page(feed: Feed, path: str) -> Answer | None:
    """Answer a phone that opens a page, or return None where there is none.

    The page of a post carries the post in its script; the rest they fetch themselves.
    """
    if path == f"/u/{UID}":
        return as_page("mobile")
    found = re.fullmatch(r"/detail/(\d+)", path)
    if found is None:
        return None
    post = _by_mid(feed, {"id": found[1]})
    if post is None:
        return Answer("<!doctype html><p>微博不存在或暂无查看权限!</p>")
    mblog = {**card(post, pinned=False)["mblog"], "text": markup(post.text)}
    carried = json.dumps([{"status": mblog, "call": 1}], ensure_ascii=False)
    return Answer(as_page("mobile_post").body.replace("[{}]", carried.replace("</", "<\\/")))


def _index(feed: Feed, query: Query) -> dict[str, Any]:
    if query.get("value", str(UID)) != str(UID):
        return _END
    if query.get("containerid", f"100505{UID}") != f"107603{UID}":
        return {"ok": 1, "data": _profile(feed)}
    posts = feed.of("weibo")
    # The pinned post stands first however old it is.
    pinned = posts.pop(-5)
    posts.insert(0, pinned)
    mids = [mid(post.number) for post in posts]
    since = query.get("since_id", "")
    start = mids.index(since) + 1 if since in mids else 0
    page = number(query, "page", 1)
    start = start or (page - 1) * CARDS
    shown = posts[start : start + CARDS]
    if not shown:
        return _END
    cards = [card(post, pinned=post is pinned) for post in shown]
    cards.insert(2, {"card_type": 59, "itemid": "", "openurl": "", "desc": "推广", "scheme": ""})
    # The platform wraps some cards in a group.
    cards[-1] = {"card_type": 11, "show_type": 0, "card_group": [cards[-1]]}
    info = {"containerid": f"107603{UID}", "v_p": 42, "show_style": 1, "total": len(posts)}
    return {
        "ok": 1,
        "data": {
            "cardlistInfo": {**info, "since_id": int(mids[start + len(shown) - 1])},
            "cards": cards,
        },
    }


def _profile(feed: Feed) -> dict[str, Any]:
    tabs = [
        {
            "id": 1,
            "tabKey": "profile",
            "title": "主页",
            "tab_type": "profile",
            "containerid": f"230283{UID}",
        },
        {
            "id": 2,
            "tabKey": "weibo",
            "title": "微博",
            "tab_type": "weibo",
            "containerid": f"107603{UID}",
        },
    ]
    user = {
        **union(feed),
        "description": "听你说，替你办",
        "verified_reason": "星河集团工会委员会官方微博",
    }
    return {
        "userInfo": user,
        "tabsInfo": {"selectedTab": 1, "tabs": tabs},
        "scheme": f"sinaweibo://userinfo?uid={UID}",
    }


def _by_mid(feed: Feed, query: Query) -> FeedPost | None:
    wanted = query.get("id", "")
    return next((post for post in feed.of("weibo") if mid(post.number) == wanted), None)


def _extend(feed: Feed, query: Query) -> dict[str, Any]:
    post = _by_mid(feed, query)
    if post is None:
        return _GONE
    counts = {
        "reposts_count": post.shares,
        "comments_count": len(post.comments),
        "attitudes_count": post.likes,
    }
    return {"ok": 1, "data": {"ok": 1, "longTextContent": markup(post.text), **counts}}


def _show(feed: Feed, query: Query) -> dict[str, Any]:
    post = _by_mid(feed, query)
    if post is None:
        return _GONE
    mblog = card(post, pinned=False)["mblog"]
    return {"ok": 1, "data": {**mblog, "text": markup(post.text)}}


def _hotflow(feed: Feed, query: Query) -> dict[str, Any]:
    post = _by_mid(feed, query)
    if post is None:
        return _GONE
    roots = post.roots
    cursors = {_cursor(post.number, page): page for page in range(1, len(roots) // COMMENTS + 1)}
    page = cursors.get(number(query, "max_id"), 0)
    # A cursor is good only with the max_id_type that came with it.
    wrong_type = page > 0 and query.get("max_id_type") != "1"
    shown = roots[page * COMMENTS : (page + 1) * COMMENTS]
    if not shown or wrong_type:
        return _NO_DATA
    last = len(roots) <= (page + 1) * COMMENTS
    return {
        "ok": 1,
        "data": {
            "data": [root_comment(one, post) for one in shown],
            "total_number": len(post.comments),
            "max_id": ("0" if page else 0) if last else _cursor(post.number, page + 1),
            "max_id_type": 0 if last and not page else 1,
        },
    }


def _old_list(feed: Feed, query: Query) -> dict[str, Any]:
    post = _by_mid(feed, query)
    if post is None:
        return _GONE
    rows = sorted(post.comments, key=lambda one: -one.number)[:OLD_MOST]
    start = (number(query, "page", 1) - 1) * OLD_PAGE
    shown = [_old_comment(one) for one in rows[start : start + OLD_PAGE]]
    if not shown:
        return _NO_DATA
    pages = -(-len(rows) // OLD_PAGE)
    return {"ok": 1, "data": {"data": shown, "total_number": len(post.comments), "max": pages}}


def _old_comment(one: FeedComment) -> dict[str, Any]:
    row = comment(one, one.number)
    kept = ("id", "created_at", "source", "user", "text")
    answered = {} if one.reply_to is None else {"reply_id": comment_id(one.reply_to)}
    return {**{k: row[k] for k in kept}, "like_counts": one.likes, "liked": False, **answered}


def _children(feed: Feed, query: Query) -> dict[str, Any]:
    wanted = number(query, "cid")
    for post in feed.of("weibo"):
        for root in post.roots:
            if comment_id(root.number) == wanted:
                return _child_page(post.replies(root.number), root.number, number(query, "max_id"))
    return _NO_DATA


def _child_page(replies: list[FeedComment], root: int, max_id: int) -> dict[str, Any]:
    cursors = {_cursor(root, page): page for page in range(1, len(replies) // CHILDREN + 1)}
    page = cursors.get(max_id, 0)
    shown = replies[page * CHILDREN : (page + 1) * CHILDREN]
    if not shown:
        return _NO_DATA
    more = len(replies) > (page + 1) * CHILDREN
    return {
        "ok": 1,
        "data": [comment(one, root) for one in shown],
        "total_number": len(replies),
        "max_id": _cursor(root, page + 1) if more else 0,
        "max_id_type": 1 if more else 0,
    }


def _cursor(owner: int, page: int) -> int:
    return 138_712_345_000_000 + owner * 1000 + page


_ROUTES: dict[str, Callable[[Feed, Query], dict[str, Any]]] = {
    "/api/container/getIndex": _index,
    "/statuses/extend": _extend,
    "/statuses/show": _show,
    "/comments/hotflow": _hotflow,
    "/comments/hotFlowChild": _children,
    "/api/comments/show": _old_list,
}
