"""creator.douyin.com, the owner's console: works, comments and replies, in today's and older form.

The older form encrypts ids ("@..."); a work carries its plain id beside it, a comment does not.
The two kinds of comment ids cannot be told to be the same comment, so one channel should be read
in one form.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawlers.parsed import Parsed
from crawlers.parsers import douyin_web, fields
from crawlers.parsers.douyin_web import judge, next_page, parse_profile
from crawlers.parsers.rows import Row, part, read_rows
from posts.errors import ParseError
from posts.model import Post, post_id

__all__ = [
    "declared_works",
    "encrypted_ids",
    "judge",
    "logged_in",
    "next_page",
    "parse_comments",
    "parse_profile",
    "parse_works",
]

SOURCE = "douyin-creator"


def logged_in(payload: Any) -> bool:
    """Whether ``/web/api/media/user/info/`` names an account."""
    return fields.text_or_none(part(payload, "user").get("uid")) is not None


def encrypted_ids(payload: Any) -> dict[str, str]:
    """The encrypted id of each work by its plain one; the older form asks by it."""
    rows = payload.get("item_info_list") if isinstance(payload, dict) else None
    return {
        str(row["item_id_plain"]): str(row["item_id"])
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and row.get("item_id_plain") and row.get("item_id")
    }


def parse_works(payload: Any, *, channel: str, collected_at: datetime) -> Parsed:
    """Read ``work_list`` (``aweme_list``) or the older ``item/list`` (``item_info_list``)."""
    if isinstance(payload, dict) and "item_info_list" in payload:

        def read_old(row: Row) -> Iterator[Post]:
            yield _read_item(row, channel, collected_at)

        return read_rows(payload["item_info_list"], read_old, "item_info_list")
    if not isinstance(payload, dict) or "aweme_list" not in payload:
        return douyin_web.rejected_whole("aweme_list or item_info_list", payload)

    def read(aweme: Row) -> Iterator[Post]:
        yield douyin_web.read_work(
            aweme, channel=channel, collected_at=collected_at, source=SOURCE, owner=True
        )

    return read_rows(payload["aweme_list"], read, "aweme_list")


def declared_works(payload: Any) -> int | None:
    """How many works the list says there are; None where it does not say."""
    total = payload.get("total", payload.get("total_count")) if isinstance(payload, dict) else None
    found = fields.count(total)
    return None if found is None else found.value


def parse_comments(
    payload: Any,
    *,
    work: str,
    channel: str,
    collected_at: datetime,
    root: str | None = None,
) -> Parsed:
    """Read ``list/select`` and ``list/reply`` (``comments``) or the older ``comment_info_list``.

    Args:
        work: the plain id of the work that was asked for; older answers do not repeat it.
        root: the id of the comment whose replies were asked for.
    """
    if not isinstance(payload, dict) or "comment_info_list" not in payload:
        return _parse_comments(payload, work, channel, collected_at)

    def read(row: Row) -> Iterator[Post]:
        yield _read_comment(row, work, root, channel, collected_at)

    return read_rows(payload["comment_info_list"], read, "comment_info_list")


def _parse_comments(payload: Any, work: str, channel: str, collected_at: datetime) -> Parsed:
    """Read today's form, whose rows sometimes leave the work's id out."""
    if isinstance(payload, dict) and isinstance(payload.get("comments"), list):
        rows = [
            {**row, "aweme_id": row.get("aweme_id") or work} if isinstance(row, dict) else row
            for row in payload["comments"]
        ]
        payload = {**payload, "comments": rows}
    return douyin_web.parse_comments(
        payload, channel=channel, collected_at=collected_at, source=SOURCE
    )


def _read_item(row: Row, channel: str, collected_at: datetime) -> Post:
    plain = fields.optional_id(row.get("item_id_plain"))
    if plain is None:
        raise ParseError("encrypted_id", "the work has no item_id_plain, only an encrypted id")
    name = post_id("douyin", fields.digits(plain))
    return fields.build_post(
        id=name,
        platform="douyin",
        channel=channel,
        kind="post",
        thread_id=name,
        text=fields.plain_text(row.get("title")),
        published_at=fields.moment(row.get("create_time"), collected_at),
        collected_at=collected_at,
        author=fields.optional_id(row.get("anchor_user_id")),
        by_channel=True,
        comments=fields.count(row.get("comment_count")),
        url=f"https://www.douyin.com/video/{plain}",
        source=SOURCE,
    )


def _read_comment(
    row: Row, work: str, root: str | None, channel: str, collected_at: datetime
) -> Post:
    user, own = part(row, "user_info"), row.get("is_author")
    reply = str(row.get("level")) == "2"
    above = (root and post_id("douyin", root)) if reply or root else post_id("douyin", work)
    return fields.build_post(
        id=post_id("douyin", fields.native_id(row.get("comment_id"))),
        platform="douyin",
        channel=channel,
        kind="comment",
        parent_id=above,
        thread_id=post_id("douyin", work),
        text=douyin_web.comment_text(row),
        published_at=fields.moment(row.get("create_time")),
        collected_at=collected_at,
        author=fields.optional_id(user.get("user_id")),
        author_name=fields.text_or_none(user.get("screen_name")),
        by_channel=own if isinstance(own, bool) else None,
        likes=fields.count(row.get("digg_count")),
        comments=fields.count(row.get("reply_count")),
        source=SOURCE,
    )
