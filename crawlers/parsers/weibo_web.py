"""Answers of weibo.com/ajax: posts, long text, comments, profile."""

from typing import Any

from crawlers.parsed import Parsed
from crawlers.parsers import fields
from crawlers.parsers.weibo_mobile import Cursor, comments_cursor, parse_long_text, snapshot
from crawlers.parsers.weibo_record import (
    Record,
    Source,
    comment_post,
    mid_of,
    needs_long_text,
    parse_each,
    status_post,
)
from posts.errors import ParseError
from posts.model import post_id

__all__ = [
    "Cursor",
    "comments_cursor",
    "cut_posts",
    "is_timeline",
    "next_page",
    "page_names",
    "parse_comments",
    "parse_long_text",
    "parse_profile",
    "parse_status",
    "parse_timeline",
    "pinned_posts",
]


def parse_timeline(payload: Record, source: Source) -> Parsed:
    """Read the posts of ``/ajax/statuses/mymblog``."""
    return parse_each(_list(_data(payload).get("list")), lambda r: status_post(r, source))


def parse_status(payload: Record, source: Source) -> Parsed:
    """Read the post of ``/ajax/statuses/show``, which stands bare, without ``data``."""
    return parse_each([payload], lambda r: status_post(r, source))


def is_timeline(payload: Record) -> bool:
    """Whether an answer holds a list of posts at all, be it an empty one."""
    return isinstance(_data(payload).get("list"), list)


def next_page(payload: Record) -> dict[str, str] | None:
    """Parameters of the next page; None at the end, which is an empty list or cursor -1."""
    data = _data(payload)
    if not _list(data.get("list")):
        return None
    for name, parameter in (("since_id", "since_id"), ("next_cursor", "cursor")):
        if str(data.get(name) or "0") not in ("0", "-1"):
            return {parameter: str(data[name])}
    return None


def pinned_posts(payload: Record) -> frozenset[str]:
    """Ids of the pinned posts."""
    return _ids(payload, lambda r: r.get("isTop") in (1, True, "1") or r.get("mblogtype") == 2)


def cut_posts(payload: Record) -> dict[str, str]:
    """Posts whose text is cut: id and the ``mblogid`` with which the whole is asked for."""
    found = _list(_data(payload).get("list"))
    long = [r for r in found if isinstance(r, dict) and needs_long_text(r) and r.get("mblogid")]
    return {post_id("weibo", mid): str(r["mblogid"]) for r in long if (mid := _mid(r)) is not None}


def page_names(payload: Record) -> dict[str, str]:
    """The ``mblogid`` of each post, by which its page is called."""
    found = [r for r in _list(_data(payload).get("list")) if isinstance(r, dict)]
    return {
        post_id("weibo", mid): str(r["mblogid"])
        for r in found
        if r.get("mblogid") and (mid := _mid(r)) is not None
    }


def parse_comments(payload: Record, source: Source, *, thread: str) -> Parsed:
    """Read ``/ajax/statuses/buildComments``: comments and the replies nested in them."""
    roots = _list(payload.get("data"))
    parsed = parse_each(roots, lambda r: comment_post(r, source, thread=thread))
    for root in roots:
        if isinstance(root, dict) and (root_id := fields.optional_id(root.get("id"))) is not None:
            more = parse_replies(
                {"data": root.get("comments")}, source, thread=thread, root=root_id
            )
            parsed.posts.extend(more.posts)
            parsed.rejected.extend(more.rejected)
    return parsed


def parse_replies(payload: Record, source: Source, *, thread: str, root: str) -> Parsed:
    """Read ``buildComments`` with ``fetch_level=1``: the replies under the comment ``root``."""
    return parse_each(
        _list(payload.get("data")),
        lambda r: comment_post(r, source, thread=thread, root=root),
    )


def parse_profile(payload: Record, source: Source) -> Parsed:
    """Read the figures of ``/ajax/profile/info``."""
    user = _data(payload).get("user")
    return Parsed(snapshots=[snapshot(user, source)] if isinstance(user, dict) else [])


def _ids(payload: Record, wanted: Any) -> frozenset[str]:
    records = (r for r in _list(_data(payload).get("list")) if isinstance(r, dict) and wanted(r))
    return frozenset(post_id("weibo", mid) for r in records if (mid := _mid(r)) is not None)


def _mid(record: Record) -> str | None:
    try:
        return mid_of(record)
    except ParseError:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _data(payload: Record) -> Record:
    data = payload.get("data")
    return data if isinstance(data, dict) else {}
