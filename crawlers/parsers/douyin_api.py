"""The Douyin Open Platform (open.douyin.com), as far as it still answers.

Item ids are encrypted ("@..."); the plain id is taken from the share address where that shows it.
Envelope: ``{data: {error_code, description, list}, extra: {error_code, ...}}``; mini-apps add
``err_no`` outside. Numbers come as numbers or as texts. Errors come with HTTP 200.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from crawlers.access import OK, Verdict, judge_status, load_object
from crawlers.parsed import Parsed
from crawlers.parsers import fields
from crawlers.parsers.douyin_web import STICKER, rejected_whole
from crawlers.parsers.rows import Row, part, read_rows
from posts.model import CHINA, AccessState, ChannelSnapshot, Count, Post, post_id

SOURCE = "douyin-api"

ERRORS = {
    AccessState.NEEDS_LOGIN: {
        10008, 10010, 10020, 2190002, 2190008, 28001003, 28001008, 28001014, 28001018,
    },
    AccessState.THROTTLED: {28001005, 28001006, 28003017},
    AccessState.API_GONE: {28001016, 28001019, 28001056},
    AccessState.BAD_SHAPE: {2100005, 28001007},
}  # fmt: skip
"""Codes of the platform's error table: token or capability missing, busy or quota spent, closed,
our own request wrong."""


def judge(status: int, body: str) -> Verdict:
    """Judge an answer by the code in its envelope."""
    payload = load_object(body)
    code, said = error_of(payload) if payload is not None else (None, "")
    if code:
        state = next((s for s, codes in ERRORS.items() if code in codes), AccessState.BAD_SHAPE)
        return Verdict(state, f"error_code {code} {said[:60]}".strip())
    if (verdict := judge_status(status)) is not None:
        return verdict
    if payload is None:
        return Verdict(AccessState.BAD_SHAPE, f"HTTP {status} without a JSON object")
    return OK


def error_of(payload: Any) -> tuple[int | None, str]:
    """Return the first code that is not 0, with its description; (None, "") where all is well."""
    inner = part(payload, "data")
    for place in (inner, part(payload, "extra"), part(inner, "extra"), payload):
        for key in ("error_code", "err_no"):
            code = fields.count(place.get(key))
            if code is not None and code.value:
                said = place.get("description") or place.get("err_msg")
                return code.value, said if isinstance(said, str) else ""
    return None, ""


def parse_videos(payload: Any, *, channel: str, collected_at: datetime) -> Parsed:
    """Read ``video_list``."""
    rows = _list(payload)
    if rows is None:
        return rejected_whole("data.list", part(payload, "data") or payload)

    def read(row: Row) -> Iterator[Post]:
        yield _read_video(row, channel, collected_at)

    return read_rows(rows, read, "data.list")


def parse_comments(
    payload: Any, *, work: str, channel: str, collected_at: datetime, root: str | None = None
) -> Parsed:
    """Read ``video/comment/list``, ``item/list_comment`` or ``item/list_comment_reply``.

    Args:
        work: native id of the post that was asked for, as ``parse_videos`` gave it.
        root: native id of the comment whose replies were asked for.
    """
    rows = _list(payload)
    if rows is None:
        return rejected_whole("data.list", part(payload, "data") or payload)

    def read(row: Row) -> Iterator[Post]:
        yield _read_comment(row, work, root, channel, collected_at)

    return read_rows(rows, read, "data.list")


def item_ids(payload: Any) -> dict[str, str]:
    """Map the ids of the posts of ``video_list`` to the platform's own, which requests want."""
    found = {}
    for row in _list(payload) or []:
        if isinstance(row, dict) and row.get("item_id"):
            found[post_id("douyin", _native(row))] = str(row["item_id"])
    return found


Days = dict[date, dict[str, Count]]
"""Figures of a channel by day: the platform's own names, such as ``total_fans``."""


def add_days(days: Days, payload: Any) -> None:
    """Add the rows of ``/data/external/user/*``; rows without a day are left out."""
    rows = part(payload, "data").get("result_list")
    for row in rows if isinstance(rows, list) else []:
        try:
            day = date.fromisoformat(row["date"])
        except (TypeError, KeyError, ValueError):
            continue
        figures = {name: fields.count(value) for name, value in row.items() if name != "date"}
        days.setdefault(day, {}).update({k: v for k, v in figures.items() if v is not None})


def snapshots(days: Days, channel: str) -> list[ChannelSnapshot]:
    """Figures at the end of each day, oldest first; views are the plays of that day."""
    return [
        ChannelSnapshot(
            channel=channel,
            platform="douyin",
            taken_at=datetime.combine(day, time(23, 59, 59), CHINA),
            followers=figures.get("total_fans"),
            posts=figures.get("total_issue"),
            views=figures.get("new_play"),
        )
        for day, figures in sorted(days.items())
        if figures.keys() & {"total_fans", "total_issue", "new_play"}
    ]


def next_page(payload: Any) -> int | None:
    """Return the cursor of the next page; None at the end."""
    data = part(payload, "data")
    cursor = fields.count(data.get("cursor")) if data.get("has_more") in (True, 1, "1") else None
    return None if cursor is None else cursor.value


def has_rows(payload: Any) -> bool:
    """Whether an answer lists anything."""
    return bool(_list(payload))


def _list(payload: Any) -> Any:
    data = part(payload, "data")
    return data.get("list")


def _read_video(row: Row, channel: str, collected_at: datetime) -> Post:
    shared, native = fields.text_or_none(row.get("share_url")) or "", _native(row)
    figures = part(row, "statistics")
    name = post_id("douyin", native)
    return fields.build_post(
        id=name,
        platform="douyin",
        channel=channel,
        kind="post",
        thread_id=name,
        text=fields.plain_text(row.get("title")),
        published_at=fields.moment(row.get("create_time")),
        collected_at=collected_at,
        by_channel=True,
        likes=fields.count(figures.get("digg_count")),
        comments=fields.count(figures.get("comment_count")),
        shares=fields.count(figures.get("share_count")),
        views=fields.count(figures.get("play_count")),
        url=f"https://www.douyin.com/video/{native}" if native.isdigit() else shared or None,
        source=SOURCE,
    )


def _native(row: Row) -> str:
    """The plain id where the share address shows it, else the encrypted one."""
    plain = re.search(r"/video/(\d{6,20})", fields.text_or_none(row.get("share_url")) or "")
    return plain[1] if plain else fields.native_id(row.get("item_id"))


def _read_comment(
    row: Row, work: str, root: str | None, channel: str, collected_at: datetime
) -> Post:
    return fields.build_post(
        id=post_id("douyin", fields.native_id(row.get("comment_id"))),
        platform="douyin",
        channel=channel,
        kind="comment",
        parent_id=post_id("douyin", root or work),
        thread_id=post_id("douyin", work),
        text=fields.plain_text(row.get("content")) or STICKER,
        published_at=fields.moment(row.get("create_time")),
        collected_at=collected_at,
        author=fields.optional_id(row.get("comment_user_id")),
        likes=fields.count(row.get("digg_count")),
        comments=fields.count(row.get("reply_comment_total")),
        source=SOURCE,
    )
