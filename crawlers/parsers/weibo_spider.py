"""Lines that WeiboSpider writes: tweets, comments and users, one JSON object a line.

A comment does not say which post it answers, so its thread stays unknown.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers import fields
from posts.model import ChannelSnapshot, Post, post_id

SOURCE = "import:weibo-spider"


def parse_tweet(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> Post:
    """Read a tweet.

    Raises:
        ParseError: the row has no usable id or a value that cannot be read.
    """
    native = fields.digits(row.get("_id"))
    return fields.build_post(
        thread_id=post_id("weibo", native),
        comments=fields.count(row.get("comments_count")),
        shares=fields.count(row.get("reposts_count")),
        # The export's own address holds the account's id.
        url=f"https://m.weibo.cn/detail/{native}",
        likes=fields.count(row.get("attitudes_count")),
        **_common(row, "post", native, row.get("user"), channel, collected_at),
    )


def parse_comment(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> Post:
    """Read a comment.

    Raises:
        ParseError: the row has no usable id or a value that cannot be read.
    """
    native = fields.digits(row.get("_id"))
    return fields.build_post(
        likes=fields.count(row.get("like_counts")),
        **_common(row, "comment", native, row.get("comment_user"), channel, collected_at),
    )


def parse_user(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> ChannelSnapshot:
    """Read a user as the channel's figures of the day."""
    return ChannelSnapshot(
        channel=channel,
        platform="weibo",
        taken_at=fields.moment(row.get("crawl_time")) or collected_at,
        followers=fields.count(row.get("followers_count")),
        posts=fields.count(row.get("statuses_count")),
    )


def _common(
    row: Mapping[str, Any],
    kind: str,
    native: str,
    user: Any,
    channel: str,
    collected_at: datetime,
) -> dict[str, Any]:
    writer = user if isinstance(user, Mapping) else {}
    return {
        "id": post_id("weibo", native),
        "platform": "weibo",
        "channel": channel,
        "kind": kind,
        "text": fields.plain_text(row.get("content")),
        "published_at": fields.moment(row.get("created_at")),
        "collected_at": fields.moment(row.get("crawl_time")) or collected_at,
        "author": fields.optional_id(writer.get("_id")),
        "author_name": fields.text_or_none(writer.get("nick_name")),
        "gender": fields.gender(writer.get("gender")),
        "region": fields.region(row.get("ip_location")),
        "source": SOURCE,
    }
