"""A weibo status or comment object as a Post; the mobile, web and official parsers share it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawlers.parsed import Parsed, Rejected
from crawlers.parsers import fields
from crawlers.parsers.weibo_text import PICTURE, is_cut, plain, tidy
from posts.errors import ParseError
from posts.model import Count, Post, post_id

Record = dict[str, Any]

_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Source:
    """Where records come from: the channel, its uid, the path, and the time of collecting."""

    channel: str
    account: str
    name: str
    """The path, such as ``weibo-mobile``."""
    now: datetime


def parse_each(records: Iterable[Any], read: Callable[[Record], Post]) -> Parsed:
    """Read every record; one that cannot become a post is rejected and the rest goes on."""
    parsed = Parsed()
    for record in records:
        try:
            if not isinstance(record, dict):
                raise ParseError("not_an_object", f"expected an object, found {_kind(record)}")
            parsed.posts.append(read(record))
        except ParseError as error:
            parsed.rejected.append(Rejected(error.reason, error.detail, record))
    return parsed


def status_post(record: Record, source: Source) -> Post:
    """Read a status.

    Raises:
        ParseError: ``missing_id``, ``bad_id``, ``missing_text``, ``bad_time``, ``bad_value``.
    """
    native_id = mid_of(record)
    page = _object(record.get("page_info"))
    titled = page.get("type") in {"article", "video"} or page.get("object_type") in {
        "article", "video",
    }  # fmt: skip
    return fields.build_post(
        id=post_id("weibo", native_id),
        kind="post",
        thread_id=post_id("weibo", native_id),
        title=fields.text_or_none(page.get("page_title")) if titled else None,
        text=_status_text(record) + _retweeted(record),
        region=fields.region(record.get("region_name")),
        likes=fields.count(record.get("attitudes_count")),
        comments=fields.count(record.get("comments_count")),
        shares=fields.count(record.get("reposts_count")),
        views=_views(record),
        url=detail_url(native_id),
        **_common(record, source),
    )


def comment_post(record: Record, source: Source, *, thread: str, root: str | None = None) -> Post:
    """Read a comment or a reply.

    Args:
        record: the comment's object.
        source: where it comes from.
        thread: mid of the post it stands under.
        root: id of the comment it stands under, for replies.

    Raises:
        ParseError: ``missing_id``, ``bad_id``, ``missing_text``, ``bad_time``, ``bad_value``.
    """
    return fields.build_post(
        id=post_id("weibo", _first_id(record, "id", "idstr", "mid")),
        kind="comment",
        parent_id=post_id("weibo", _parent(record, thread, root)),
        thread_id=post_id("weibo", thread),
        text=_comment_text(record),
        region=comment_region(record.get("source")),
        likes=fields.count(record.get("like_count", record.get("like_counts"))),
        comments=_replies(record),
        url=detail_url(thread),
        **_common(record, source),
    )


def mid_of(record: Record) -> str:
    """The id under which the post is opened.

    Raises:
        ParseError: ``missing_id`` or ``bad_id``.
    """
    short = record.get("bid") or record.get("mblogid")
    if short and not any(record.get(name) for name in ("mid", "idstr", "id")):
        return mid_of_bid(short)
    return _first_id(record, "mid", "idstr", "id")


def mid_of_bid(bid: Any) -> str:
    """The id that a post's short id stands for, such as 3501756485200075 for z0JH2lOMb.

    Weibo writes seven digits of the id as four characters of base 62, from the right.

    Raises:
        ParseError: ``bad_id``.
    """
    if not isinstance(bid, str) or not re.fullmatch(r"[0-9A-Za-z]{5,12}", bid):
        raise ParseError("bad_id", "a short id has 5 to 12 letters and digits")
    padded = bid.rjust(-(-len(bid) // 4) * 4, "0")
    groups = [padded[at : at + 4] for at in range(0, len(padded), 4)]
    numbers = [sum(_BASE62.index(c) * 62 ** (3 - n) for n, c in enumerate(g)) for g in groups]
    if any(number >= 10**7 for number in numbers):
        raise ParseError("bad_id", "a group of the short id stands for more than seven digits")
    return "".join(f"{number:07}" for number in numbers).lstrip("0")


def mid(post: Post) -> str:
    """The platform's own id of a post, as requests want it."""
    return post.id.partition(":")[2]


def detail_url(native_id: str) -> str:
    """Address of a post for a person to open; made from the mid alone, never from a uid."""
    return f"https://m.weibo.cn/detail/{native_id}"


def needs_long_text(record: Record) -> bool:
    """Whether the text is cut and the whole is not in the record."""
    if _long_text(record) is not None:
        return False
    return record.get("isLongText") is True or is_cut(str(record.get("text") or ""))


def comment_region(value: Any) -> str | None:
    """Region of a comment: "来自 陕西", "来自河南"; a client's name in its place is none."""
    text = fields.text_or_none(value)
    return fields.region(text) if text is not None and text.startswith("来自") else None


def _first_id(record: Record, *names: str) -> str:
    found = next((record[name] for name in names if record.get(name) not in (None, "", 0)), None)
    return fields.digits(found)


def _parent(record: Record, thread: str, root: str | None) -> str:
    """The comment answered, else the comment above, else the post."""
    answered = _object(record.get("reply_comment")).get("id")
    own = fields.optional_id(record.get("rootidstr")) or fields.optional_id(record.get("rootid"))
    if answered:
        return fields.digits(answered)
    if root is not None:
        return root
    return own if own is not None and own != fields.optional_id(record.get("id")) else thread


def _common(record: Record, source: Source) -> Record:
    user = _object(record.get("user"))
    author = fields.optional_id(user.get("idstr") or user.get("id"))
    return {
        "platform": "weibo",
        "channel": source.channel,
        "published_at": fields.moment(record.get("created_at"), source.now),
        "collected_at": source.now,
        "author": author,
        "author_name": fields.text_or_none(user.get("screen_name")),
        "by_channel": author == source.account if author is not None else None,
        "gender": fields.gender(user.get("gender")),
        "source": source.name,
    }


def _status_text(record: Record) -> str:
    text = _long_text(record)
    if text is None and isinstance(record.get("text_raw"), str):
        return tidy(record["text_raw"])
    if text is None:
        text = record.get("text")
    if not isinstance(text, str):
        text = record.get("raw_text")
    if not isinstance(text, str):
        raise ParseError("missing_text", f"expected a text, found {_kind(record.get('text'))}")
    return plain(text) or (PICTURE if record.get("pic_ids") or record.get("pics") else "")


def _comment_text(record: Record) -> str:
    raw, text = record.get("text_raw"), record.get("text")
    if isinstance(raw, str):
        found = tidy(raw)
    elif isinstance(text, str):
        found = plain(text)
    else:
        raise ParseError("missing_text", f"expected a text, found {_kind(text)}")
    if record.get("pic") and PICTURE not in found:
        found = f"{found} {PICTURE}".strip()
    if not found:
        raise ParseError("missing_text", "the text is empty and there is no picture")
    return found


def _retweeted(record: Record) -> str:
    """The original of a retweet after weibo's own mark ``//@name:``; its author may be gone."""
    original = record.get("retweeted_status")
    if not isinstance(original, dict):
        return ""
    try:
        text = _status_text(original)
    except ParseError:
        return ""
    name = fields.text_or_none(_object(original.get("user")).get("screen_name"))
    return f" //@{name}:{text}" if name is not None else f" //{text}"


def _long_text(record: Record) -> str | None:
    text = _object(record.get("longText")).get("longTextContent")
    return text if isinstance(text, str) and text.strip() else None


def _views(record: Record) -> Count | None:
    for found in (
        record.get("reads_count"),
        record.get("obj_ext"),
        _object(record.get("page_info")).get("play_count"),
    ):
        if (views := fields.count(found)) is not None:
            return views
    return None


def _replies(record: Record) -> Count | None:
    """Number of replies; ``reply_count`` is always 0 there, so it is not asked."""
    return fields.count(record.get("total_number"))


def _object(value: Any) -> Record:
    return value if isinstance(value, dict) else {}


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
