"""Rows that MediaCrawler exports for Weibo and Douyin, in the old and the anonymised schema.

The tables have the same columns as csv, json and jsonl; before 2026-07 they hold ``user_id`` and
a full nickname, since then ``creator_hash`` and a masked one. Every value may be a string.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers import fields
from posts.errors import ParseError
from posts.model import ChannelSnapshot, Platform, Post, post_id

SOURCE = "import:mediacrawler"

_CONTENT_ID: dict[Platform, str] = {"weibo": "note_id", "douyin": "aweme_id"}
_PAGE: dict[Platform, str] = {
    "weibo": "https://m.weibo.cn/detail/",
    "douyin": "https://www.douyin.com/video/",
}


def parse_content(
    row: Mapping[str, Any], platform: Platform, *, channel: str, collected_at: datetime
) -> Post:
    """Read a row of a ``contents`` table.

    Raises:
        ParseError: the row has no usable id or a value that cannot be read.
    """
    native = fields.digits(row.get(_CONTENT_ID[platform]))
    body = fields.plain_text(row.get("content") if platform == "weibo" else row.get("desc"))
    title = None if platform == "weibo" else fields.text_or_none(row.get("title"))
    name = post_id(platform, native)
    return fields.build_post(
        id=name,
        kind="post",
        thread_id=name,
        # MediaCrawler copies the start of the text into the title.
        title=None if title is None or body.startswith(title) else title,
        text=body or title or "",
        likes=fields.count(row.get("liked_count")),
        comments=fields.count(row.get("comments_count", row.get("comment_count"))),
        shares=fields.count(row.get("shared_count", row.get("share_count"))),
        url=_PAGE[platform] + native,
        **_common(row, platform, channel, collected_at),
    )


def parse_comment(
    row: Mapping[str, Any], platform: Platform, *, channel: str, collected_at: datetime
) -> Post:
    """Read a row of a ``comments`` table; a root has itself or "0" as ``parent_comment_id``.

    Raises:
        ParseError: the row has no usable id or a value that cannot be read.
    """
    native = fields.digits(row.get("comment_id"))
    thread = fields.optional_id(row.get(_CONTENT_ID[platform]))
    parent = fields.optional_id(row.get("parent_comment_id"))
    if parent in (None, native):
        parent = thread
    return fields.build_post(
        id=post_id(platform, native),
        kind="comment",
        parent_id=None if parent is None else post_id(platform, parent),
        thread_id=None if thread is None else post_id(platform, thread),
        text=fields.plain_text(row.get("content")),
        likes=fields.count(row.get("comment_like_count", row.get("like_count"))),
        comments=fields.count(row.get("sub_comment_count")),
        **_common(row, platform, channel, collected_at),
    )


def parse_creator(
    row: Mapping[str, Any], platform: Platform, *, channel: str, collected_at: datetime
) -> ChannelSnapshot:
    """Read a row of a ``creators`` table as the channel's figures of the day."""
    return ChannelSnapshot(
        channel=channel,
        platform=platform,
        taken_at=fields.moment(row.get("last_modify_ts")) or collected_at,
        followers=fields.count(row.get("fans")),
        posts=fields.count(row.get("videos_count")),
        likes=fields.count(row.get("interaction")),
    )


def _common(
    row: Mapping[str, Any], platform: Platform, channel: str, collected_at: datetime
) -> dict[str, Any]:
    return {
        "platform": platform,
        "channel": channel,
        "published_at": _published(row),
        "collected_at": fields.moment(row.get("last_modify_ts")) or collected_at,
        # The hash names nobody, yet tells one writer from another within the exports.
        "author": fields.optional_id(row.get("user_id"))
        or fields.text_or_none(row.get("creator_hash")),
        "author_name": fields.text_or_none(row.get("nickname")),
        "region": fields.region(row.get("ip_location")),
        "gender": fields.gender(row.get("gender")),
        "source": f"{SOURCE}-{platform}",
    }


def _published(row: Mapping[str, Any]) -> datetime | None:
    """Read the time of writing.

    For Weibo MediaCrawler takes the local time for UTC when it computes ``create_time``, so that
    it is eight hours late; ``create_date_time`` carries its offset and is right.
    """
    try:
        written = fields.moment(row.get("create_date_time"))
    except ParseError:
        if fields.text_or_none(row.get("create_time")) is None:
            raise
        written = None
    return written or fields.moment(row.get("create_time"))
