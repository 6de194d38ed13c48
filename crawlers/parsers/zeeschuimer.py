"""Lines of a Zeeschuimer capture of douyin.com: a wrapper around the site's own object.

Posts that the page embeds come with camelCase keys and "$undefined" for what is not there; posts
that the page fetched come with snake_case keys.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers import fields
from posts.errors import ParseError
from posts.model import Post, post_id

SOURCE = "import:zeeschuimer-douyin"
UNDEFINED = "$undefined"

_EMBEDDED_NAMES = {"stats": "statistics", "author_info": "author"}


def parse_line(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> Post:
    """Read one captured post.

    Raises:
        ParseError: the line is of another platform, has no usable id, or a value cannot be read.
    """
    platform = fields.text_or_none(row.get("source_platform")) or ""
    if "douyin" not in platform:
        raise ParseError("other_platform", "only captures of douyin.com are read")
    data = row.get("data")
    if not isinstance(data, Mapping):
        raise ParseError("bad_shape", "expected the captured object under 'data'")
    return _post(
        snake_case(data),
        channel,
        fields.moment(row.get("timestamp_collected")) or collected_at,
        row.get("item_id"),
    )


def snake_case(value: Any) -> Any:
    """Rename camelCase keys to snake_case and drop "$undefined", at every depth."""
    if isinstance(value, Mapping):
        named = {
            re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", str(key)).lower(): snake_case(item)
            for key, item in value.items()
            if item != UNDEFINED
        }
        return {_EMBEDDED_NAMES.get(key, key): item for key, item in named.items()}
    return [snake_case(item) for item in value] if isinstance(value, list) else value


def _post(aweme: Mapping[str, Any], channel: str, collected_at: datetime, item: Any) -> Post:
    native = fields.digits(aweme.get("aweme_id") or aweme.get("id") or item)
    figures, author = _part(aweme, "statistics"), _part(aweme, "author")
    body = fields.plain_text(aweme.get("desc")) or fields.plain_text(aweme.get("caption"))
    title = fields.text_or_none(aweme.get("item_title"))
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
        region=fields.region(aweme.get("ip_label")),
        likes=fields.count(figures.get("digg_count")),
        comments=fields.count(figures.get("comment_count")),
        shares=fields.count(figures.get("share_count")),
        # The site tells plays to the owner alone; everybody else gets 0.
        views=fields.count(figures.get("play_count") or None),
        url=f"https://www.douyin.com/video/{native}",
        deleted=_part(aweme, "status").get("is_delete") is True,
        source=SOURCE,
    )


def _part(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = record.get(key)
    return part if isinstance(part, Mapping) else {}
