"""Rows that weibo-crawler exports: posts as csv and json, comments as csv, accounts as csv.

The csv of posts has a tab behind every id, Chinese column names, and shorter rows for originals;
older files have fewer columns.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers import fields
from posts.model import ChannelSnapshot, Post, post_id

SOURCE = "import:weibo-crawler"

COLUMNS = {
    "正文": "text",
    "日期": "created_at",
    "完整日期": "full_created_at",
    "点赞数": "attitudes_count",
    "评论数": "comments_count",
    "转发数": "reposts_count",
}
"""Chinese columns of the csv, by the keys that the json uses for the same values."""


def parse_post(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> Post:
    """Read a post of the csv (Chinese columns) or of the json (English keys).

    Raises:
        ParseError: the row has no usable id or a value that cannot be read.
    """
    row = {COLUMNS.get(key, key): value for key, value in row.items()}
    native = fields.digits(row.get("id"))
    name = post_id("weibo", native)
    when = fields.text_or_none(row.get("full_created_at")) or row.get("created_at")
    return fields.build_post(
        id=name,
        platform="weibo",
        channel=channel,
        kind="post",
        thread_id=name,
        text=fields.plain_text(row.get("text")) + _retweeted(row),
        published_at=fields.moment(when),
        collected_at=collected_at,
        author=fields.optional_id(row.get("user_id")),
        author_name=fields.text_or_none(row.get("screen_name")),
        region=fields.region(row.get("region_name")),
        likes=fields.count(row.get("attitudes_count")),
        comments=fields.count(row.get("comments_count")),
        shares=fields.count(row.get("reposts_count")),
        url=f"https://m.weibo.cn/detail/{native}",
        source=SOURCE,
    )


def parse_comment(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> Post:
    """Read a row of ``*_comments.csv``; it names the writer but has no id of the writer.

    Raises:
        ParseError: the row has no usable id or a value that cannot be read.
    """
    thread = fields.optional_id(row.get("weibo_id"))
    parent = None if thread is None else post_id("weibo", thread)
    return fields.build_post(
        id=post_id("weibo", fields.digits(row.get("id"))),
        platform="weibo",
        channel=channel,
        kind="comment",
        parent_id=parent,
        thread_id=parent,
        text=fields.plain_text(row.get("text")),
        published_at=fields.moment(row.get("created_at")),
        collected_at=collected_at,
        author_name=fields.text_or_none(row.get("user_screen_name")),
        likes=fields.count(row.get("like_count")),
        source=SOURCE,
    )


def parse_account(
    row: Mapping[str, Any], *, channel: str, collected_at: datetime
) -> ChannelSnapshot:
    """Read a row of ``users.csv`` or the json's ``user`` as the channel's figures of the day."""
    return ChannelSnapshot(
        channel=channel,
        platform="weibo",
        taken_at=collected_at,
        followers=fields.count(row.get("粉丝数", row.get("followers_count"))),
        posts=fields.count(row.get("微博数", row.get("statuses_count"))),
    )


def _retweeted(row: Mapping[str, Any]) -> str:
    """The original of a retweet after weibo's own mark ``//@name:``."""
    nested = row.get("retweet")
    original = nested if isinstance(nested, Mapping) else {}
    text = fields.plain_text(row.get("源微博正文")) or fields.plain_text(original.get("text"))
    name = fields.text_or_none(row.get("源用户昵称", original.get("screen_name")))
    if not text:
        return ""
    return f" //@{name}:{text}" if name is not None else f" //{text}"
