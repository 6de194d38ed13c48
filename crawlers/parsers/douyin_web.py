"""What www.douyin.com's own pages fetch, and what they embed.

The owner's console (``douyin_creator``) shows works and comments in the same shapes.
Never call these addresses: they want a signature. Read what the page itself received.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from crawlers.access import OK, Verdict, judge_status, load_object
from crawlers.parsed import Parsed, Rejected
from crawlers.parsers import fields
from crawlers.parsers.rows import Row, part, read_rows, snake_case
from posts.model import AccessState, ChannelSnapshot, Post, post_id

SOURCE = "douyin-web"
PICTURE, STICKER = "[图片]", "[表情]"
"""The text of a comment that has none: with a picture, or with a sticker alone."""


def judge(status: int, body: str) -> Verdict:
    """Judge an answer of any Douyin page; a wall often comes with HTTP 200."""
    if (verdict := judge_status(status)) is not None:
        return verdict
    if 300 <= status < 400:
        return Verdict(AccessState.NEEDS_LOGIN, f"HTTP {status}: sent away to the login page")
    payload = load_object(body)
    if payload is not None:
        return _judge_code(payload)
    text = body.strip()
    if not text:
        return Verdict(AccessState.THROTTLED, f"HTTP {status} with an empty body: risk control")
    if text.lower() == "blocked":
        return Verdict(AccessState.THROTTLED, "the answer is the word blocked: risk control")
    if "captcha_container" in text:
        return Verdict(AccessState.CAPTCHA, "a slider captcha; solve it in a browser")
    if status == 403:
        return Verdict(AccessState.THROTTLED, "HTTP 403: refused")
    found = "an HTML page" if text.startswith("<") else "no JSON object"
    return Verdict(AccessState.BAD_SHAPE, f"HTTP {status} with {found} where JSON was expected")


def _judge_code(payload: dict[str, Any]) -> Verdict:
    code, message = payload.get("status_code"), payload.get("status_msg")
    said = message[:60] if isinstance(message, str) else ""
    if code in (0, "0"):
        return OK
    if code in (8, "8") or "登录" in said:
        return Verdict(AccessState.NEEDS_LOGIN, f"status_code {code} {said}: log in again")
    if any(word in said for word in ("频繁", "稍后", "繁忙")):
        return Verdict(AccessState.THROTTLED, f"status_code {code} {said}")
    if "验证" in said:
        return Verdict(AccessState.CAPTCHA, f"status_code {code} {said}")
    if "不存在" in said or "已删除" in said:
        return Verdict(AccessState.DELETED, f"status_code {code} {said}")
    return Verdict(AccessState.BAD_SHAPE, f"expected status_code 0, found {code} {said}".strip())


def parse_works(payload: Any, *, channel: str, collected_at: datetime) -> Parsed:
    """Read ``/aweme/v1/web/aweme/post/``; plays are unknown to everybody but the owner."""
    if not isinstance(payload, dict) or "aweme_list" not in payload:
        return rejected_whole("aweme_list", payload)

    def read(aweme: Row) -> Iterator[Post]:
        yield read_work(aweme, channel=channel, collected_at=collected_at, source=SOURCE)

    return read_rows(payload["aweme_list"], read, "aweme_list")


def parse_page(html: str, *, channel: str, collected_at: datetime) -> Parsed:
    """Read the works embedded in a user's page, where the first ones may stand and nowhere else."""
    works: dict[str, Row] = {}
    for blob in _blobs(html):
        for work in _find_works(blob):
            works.setdefault(str(work["awemeId"]), work)
    if not works:
        return rejected_whole("RENDER_DATA or __pace_f with awemeId", None)
    listed = [snake_case(work) for work in works.values()]
    return parse_works({"aweme_list": listed}, channel=channel, collected_at=collected_at)


def parse_comments(
    payload: Any, *, channel: str, collected_at: datetime, source: str = SOURCE
) -> Parsed:
    """Read a page of comments or of replies; ``comments: null`` is a page without any."""
    if not isinstance(payload, dict) or "comments" not in payload:
        return rejected_whole("comments", payload)

    def read(row: Row) -> Iterator[Post]:
        yield read_comment(row, channel=channel, collected_at=collected_at, source=source)
        for reply in row.get("reply_comment") or ():
            yield read_comment(reply, channel=channel, collected_at=collected_at, source=source)

    return read_rows(payload["comments"], read, "comments")


def parse_profile(payload: Any, *, channel: str, collected_at: datetime) -> Parsed:
    """Read ``/aweme/v1/web/user/profile/other/`` or the console's ``user/info``."""
    user = part(payload, "user")
    if "follower_count" not in user:
        return rejected_whole("user.follower_count", payload)
    followers = user.get("mplatform_followers_count") or user.get("follower_count")
    snapshot = ChannelSnapshot(
        channel=channel,
        platform="douyin",
        taken_at=collected_at,
        followers=fields.count(followers),
        posts=fields.count(user.get("aweme_count")),
        likes=fields.count(user.get("total_favorited")),
    )
    return Parsed(snapshots=[snapshot])


def next_page(payload: Any, key: str = "cursor") -> int | None:
    """Return the cursor of the next page; None at the end."""
    more = isinstance(payload, dict) and payload.get("has_more") in (True, 1, "1")
    cursor = fields.count(payload.get(key)) if more else None
    return None if cursor is None else cursor.value


def read_work(
    aweme: Row, *, channel: str, collected_at: datetime, source: str, owner: bool = False
) -> Post:
    """Read one work.

    Args:
        owner: the reader owns it, so that 0 plays mean none and not unknown; a private work
            reports 0 all the same.

    Raises:
        ParseError: no usable id, or a value that cannot be read.
    """
    native = fields.digits(aweme.get("aweme_id"))
    figures, author, status = (part(aweme, key) for key in ("statistics", "author", "status"))
    body = fields.plain_text(aweme.get("desc")) or fields.plain_text(aweme.get("caption"))
    title = fields.text_or_none(aweme.get("item_title"))
    plays = figures.get("play_count")
    private = bool(status.get("is_private") or status.get("private_status"))
    name = post_id("douyin", native)
    return fields.build_post(
        id=name,
        platform="douyin",
        channel=channel,
        kind="post",
        thread_id=name,
        title=None if title is None or body.startswith(title) else title,
        text=body or title or "",
        published_at=fields.moment(aweme.get("create_time")),
        collected_at=collected_at,
        author=fields.optional_id(author.get("uid"))
        or fields.optional_id(aweme.get("author_user_id")),
        author_name=fields.text_or_none(author.get("nickname")),
        by_channel=True,
        region=fields.region(aweme.get("ip_label")),
        likes=fields.count(figures.get("digg_count")),
        comments=fields.count(figures.get("comment_count")),
        shares=fields.count(figures.get("share_count")),
        views=fields.count(plays if owner and not private else plays or None),
        url=f"https://www.douyin.com/video/{native}",
        deleted=status.get("is_delete") is True,
        source=source,
    )


def read_comment(row: Row, *, channel: str, collected_at: datetime, source: str) -> Post:
    """Read one comment or reply.

    Raises:
        ParseError: no usable id, or a value that cannot be read.
    """
    work = fields.optional_id(row.get("aweme_id"))
    above = (
        fields.optional_id(row.get("reply_to_reply_id"))
        or fields.optional_id(row.get("reply_id"))
        or work
    )
    user, label = part(row, "user"), row.get("label_text")
    return fields.build_post(
        id=post_id("douyin", fields.digits(row.get("cid"))),
        platform="douyin",
        channel=channel,
        kind="comment",
        parent_id=post_id("douyin", above) if above else None,
        thread_id=post_id("douyin", work) if work else None,
        text=comment_text(row),
        published_at=fields.moment(row.get("create_time")),
        collected_at=collected_at,
        author=fields.optional_id(user.get("uid")),
        author_name=fields.text_or_none(user.get("nickname")),
        by_channel=None if label is None else label == "作者",
        region=fields.region(row.get("ip_label")),
        likes=fields.count(row.get("digg_count")),
        comments=fields.count(row.get("reply_comment_total")),
        source=source,
    )


def comment_text(row: Row) -> str:
    """Return what a comment says; one with a picture or sticker alone says so in brackets."""
    text = fields.plain_text(row.get("text"))
    return text or (PICTURE if row.get("image_list") else STICKER)


def rejected_whole(expected: str, payload: Any) -> Parsed:
    """Reject a whole payload that lacks what was expected."""
    keys = ", ".join(sorted(map(str, payload))[:8]) if isinstance(payload, dict) else "no object"
    detail = f"expected {expected}, found {keys or 'nothing'}"
    return Parsed(rejected=[Rejected("bad_shape", detail, payload)])


_RENDER_DATA = re.compile(
    r'<script[^>]*id="(?:STREAM_)?RENDER_DATA"[^>]*>(.*?)</script>', re.DOTALL
)
_PUSH = re.compile(r"self\.__pace_f\.push\((\[.*?\])\)</script>", re.DOTALL)


def _blobs(html: str) -> Iterator[Any]:
    """Find the JSON that a page carries in its scripts."""
    for found in _RENDER_DATA.finditer(html):
        yield _json(unquote(found[1])) or _json(found[1])
    for found in _PUSH.finditer(html):
        pushed = _json(found[1])
        text = pushed[1] if isinstance(pushed, list) and len(pushed) > 1 else None
        if isinstance(text, str):
            yield _json(text.partition(":")[2])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _find_works(value: Any) -> Iterator[Row]:
    if isinstance(value, dict):
        if "awemeId" in value and "desc" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _find_works(item)
