"""Our own lines: one post a line, as ``Post.model_dump_json`` writes it, or less.

Only ``id``, ``platform``, ``kind`` and ``text`` are needed; unknown keys are ignored, so labelled
lines can be read too.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from crawlers.parsers import fields
from posts.errors import ParseError
from posts.model import Count, Coverage, Platform, Post, post_id

SOURCE = "import:jsonl"

KNOWN_KEYS = frozenset(Post.model_fields)
SHORT = 40
"""Longest name of a unit or a shift; what is longer is a text and no name."""
_PREFIX = re.compile(rf"({'|'.join(get_args(Platform))}):(?=.)")


def parse_line(row: Mapping[str, Any], *, channel: str | None, collected_at: datetime) -> Post:
    """Read one line; a ``channel`` that is given wins over the line's own.

    Raises:
        ParseError: a needed key is absent or a value does not fit.
    """
    platform, kind = row.get("platform"), row.get("kind")
    _expect(platform in get_args(Platform), "bad_platform", "platform is weibo, douyin or site")
    _expect(kind in ("post", "comment"), "bad_kind", "kind is post or comment")
    _expect(isinstance(row.get("text"), str), "missing_text", "text is a string")
    name = _id(platform, fields.native_id(row.get("id")))
    return fields.build_post(
        id=name,
        platform=platform,
        channel=channel or fields.text_or_none(row.get("channel")) or "import",
        kind=kind,
        parent_id=_reference(platform, row.get("parent_id")),
        thread_id=_reference(platform, row.get("thread_id")) or (name if kind == "post" else None),
        title=fields.text_or_none(row.get("title")),
        text=fields.plain_text(row["text"]),
        published_at=fields.moment(row.get("published_at")),
        collected_at=fields.moment(row.get("collected_at")) or collected_at,
        author=fields.optional_id(row.get("author")),
        author_name=fields.text_or_none(row.get("author_name")),
        by_channel=_flag(row, "by_channel"),
        region=fields.region(row.get("region")),
        gender=fields.gender(row.get("gender")),
        unit=_short(row, "unit"),
        shift=_short(row, "shift"),
        url=fields.text_or_none(row.get("url")),
        coverage=_coverage(row.get("coverage")),
        deleted=_flag(row, "deleted") or False,
        source=fields.text_or_none(row.get("source")) or SOURCE,
        masked=_flag(row, "masked") or False,
        **{key: _count(row, key) for key in ("likes", "comments", "shares", "views")},
    )


def unknown_keys(row: Mapping[str, Any]) -> set[str]:
    """Name the keys of a line that are no field of a post."""
    return {str(key) for key in row} - KNOWN_KEYS


def _expect(true: bool, reason: str, expected: str) -> None:
    if not true:
        raise ParseError(reason, f"expected: {expected}")


def _id(platform: Any, text: str) -> str:
    """Make an id of ``123`` or ``weibo:123``."""
    prefix = _PREFIX.match(text)
    if prefix is None:
        return post_id(platform, text)
    _expect(prefix[1] == platform, "platform_mismatch", f"an id of {platform}, found {prefix[1]}")
    return text


def _reference(platform: Any, value: Any) -> str | None:
    native = fields.optional_id(value)
    return None if native is None else _id(platform, native)


def _flag(row: Mapping[str, Any], key: str) -> bool | None:
    value = row.get(key)
    _expect(value is None or isinstance(value, bool), "bad_value", f"{key} is true, false or null")
    return value


def _short(row: Mapping[str, Any], key: str) -> str | None:
    """A name such as 云岭厂区 or 夜班, without line breaks."""
    value = row.get(key)
    _expect(value is None or isinstance(value, str), "bad_value", f"{key} is a string or null")
    text = fields.text_or_none(value)
    short = None if text is None else " ".join(text.split())
    _expect(len(short or "") <= SHORT, "bad_value", f"{key} has at most {SHORT} characters")
    return short


def _count(row: Mapping[str, Any], key: str) -> Count | None:
    value = row.get(key)
    if not isinstance(value, Mapping):
        return fields.count(value)
    count = fields.count(value.get("value"))
    if count is None or value.get("lower_bound") is not True:
        return count
    return Count(value=count.value, lower_bound=True)


def _coverage(value: Any) -> Coverage | None:
    if not isinstance(value, Mapping):
        return None
    declared, fetched = fields.count(value.get("declared")), fields.count(value.get("fetched"))
    if fetched is None:
        return None
    return Coverage(declared=None if declared is None else declared.value, fetched=fetched.value)
