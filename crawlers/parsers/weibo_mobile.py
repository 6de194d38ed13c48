"""Answers of m.weibo.cn: timeline, long text, comments, replies, profile.

Pure: an answer's object in, values out; the next page is a second function.
"""

from collections.abc import Iterator
from typing import Any

from crawlers.parsed import Parsed
from crawlers.parsers import fields
from crawlers.parsers.weibo_comments import (
    Cursor,
    comments_cursor,
    old_pages,
    open_threads,
    parse_comments,
    parse_old_comments,
    parse_replies,
)
from crawlers.parsers.weibo_record import (
    Record,
    Source,
    mid_of,
    needs_long_text,
    parse_each,
    status_post,
)
from crawlers.parsers.weibo_text import is_cut
from posts.errors import ParseError
from posts.model import ChannelSnapshot, post_id

__all__ = [
    "Cursor",
    "Source",
    "comments_cursor",
    "cut_posts",
    "is_timeline",
    "next_page",
    "old_pages",
    "open_threads",
    "parse_comments",
    "parse_long_text",
    "parse_old_comments",
    "parse_profile",
    "parse_replies",
    "parse_status",
    "parse_timeline",
    "pinned_posts",
    "timeline_container",
    "whole_text",
]

POST_CARD, GROUP_CARD = 9, 11


# Timeline ------------------------------------------------------------------------------------


def parse_timeline(payload: Record, source: Source) -> Parsed:
    """Read the posts of ``/api/container/getIndex``; cards that are no posts are left out."""
    return parse_each(
        (card["mblog"] for card in _post_cards(payload)), lambda r: status_post(r, source)
    )


def is_timeline(payload: Record) -> bool:
    """Whether an answer holds a list of cards at all, be it an empty one."""
    return isinstance(_data(payload).get("cards"), list)


def parse_status(payload: Record, source: Source) -> Parsed:
    """Read the post of ``/statuses/show``."""
    return parse_each([payload.get("data")], lambda r: status_post(r, source))


def next_page(payload: Record) -> dict[str, str] | None:
    """Parameters of the next page: ``since_id``, or ``page`` where the list counts pages."""
    info = _data(payload).get("cardlistInfo")
    if not isinstance(info, dict):
        return None
    for name in ("since_id", "page"):
        if info.get(name) not in (None, "", 0, "0"):
            return {name: str(info[name])}
    return None


def pinned_posts(payload: Record) -> frozenset[str]:
    """Ids of the pinned posts: they stand first, however old, and say nothing about the rest."""
    return frozenset(
        post_id("weibo", mid)
        for card in _post_cards(payload)
        if _is_pinned(card) and (mid := _mid(card["mblog"])) is not None
    )


def cut_posts(payload: Record) -> frozenset[str]:
    """Ids of the posts whose text goes on behind "全文"."""
    return frozenset(
        post_id("weibo", mid)
        for card in _post_cards(payload)
        if isinstance(card["mblog"], dict)
        and needs_long_text(card["mblog"])
        and (mid := _mid(card["mblog"])) is not None
    )


def parse_long_text(payload: Record) -> str | None:
    """The HTML of ``/statuses/extend`` or ``/ajax/statuses/longtext``; None where it has none."""
    text = _data(payload).get("longTextContent")
    return text if isinstance(text, str) and text.strip() else None


def whole_text(status: Record) -> str | None:
    """The HTML of a post as its own page carries it; None where that is cut too."""
    long = status.get("longText")
    text = long.get("longTextContent") if isinstance(long, dict) else None
    text = text or status.get("text")
    return text if isinstance(text, str) and text.strip() and not is_cut(text) else None


def _post_cards(payload: Record) -> Iterator[Record]:
    cards = _data(payload).get("cards")
    for card in cards if isinstance(cards, list) else []:
        if not isinstance(card, dict):
            continue
        group = card.get("card_group")
        members = group if isinstance(group, list) else []
        for one in members if card.get("card_type") == GROUP_CARD else [card]:
            if isinstance(one, dict) and one.get("card_type") == POST_CARD and "mblog" in one:
                yield one


def _is_pinned(card: Record) -> bool:
    mblog = card["mblog"] if isinstance(card["mblog"], dict) else {}
    return (
        str(card.get("profile_type_id") or "").startswith("proweibotop")
        or mblog.get("isTop") in (1, True, "1")
        or mblog.get("mblogtype") == 2
    )


def _mid(record: Any) -> str | None:
    try:
        return mid_of(record) if isinstance(record, dict) else None
    except ParseError:
        return None


# Profile -------------------------------------------------------------------------------------


def parse_profile(payload: Record, source: Source) -> Parsed:
    """Read the figures of ``getIndex?type=uid`` (data.userInfo)."""
    user = _data(payload).get("userInfo")
    return Parsed(snapshots=[snapshot(user, source)] if isinstance(user, dict) else [])


def snapshot(user: Record, source: Source) -> ChannelSnapshot:
    """Figures of a user object."""
    return ChannelSnapshot(
        channel=source.channel,
        platform="weibo",
        taken_at=source.now,
        followers=fields.count(user.get("followers_count")),
        posts=fields.count(user.get("statuses_count")),
    )


def timeline_container(payload: Record, account: str) -> str:
    """Container of the timeline, from the tabs of the profile; ``107603<uid>`` where untold."""
    info = _data(payload).get("tabsInfo")
    tabs = info.get("tabs") if isinstance(info, dict) else None
    if isinstance(tabs, dict):
        tabs = list(tabs.values())
    for tab in tabs if isinstance(tabs, list) else []:
        if isinstance(tab, dict) and tab.get("tab_type") == "weibo" and tab.get("containerid"):
            return str(tab["containerid"])
    return f"107603{account}"


def _data(payload: Record) -> Record:
    data = payload.get("data")
    return data if isinstance(data, dict) else {}
