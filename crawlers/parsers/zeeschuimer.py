"""Lines of a Zeeschuimer capture of douyin.com: a wrapper around the site's own object.

Posts that the page embeds come with camelCase keys and "$undefined" for what is not there; posts
that the page fetched come with snake_case keys.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers import fields
from crawlers.parsers.douyin_web import read_work
from crawlers.parsers.rows import snake_case
from posts.errors import ParseError
from posts.model import Post

SOURCE = "import:zeeschuimer-douyin"


def parse_line(row: Mapping[str, Any], *, channel: str, collected_at: datetime) -> Post:
    """Read one captured post.

    Raises:
        ParseError: the line is of another platform, has no usable id, or a value cannot be read.
    """
    if "douyin" not in (fields.text_or_none(row.get("source_platform")) or ""):
        raise ParseError("other_platform", "only captures of douyin.com are read")
    data = row.get("data")
    if not isinstance(data, Mapping):
        raise ParseError("bad_shape", "expected the captured object under 'data'")
    work = snake_case(data)
    work["aweme_id"] = work.get("aweme_id") or work.get("id") or row.get("item_id")
    post = read_work(
        work,
        channel=channel,
        collected_at=fields.moment(row.get("timestamp_collected")) or collected_at,
        source=SOURCE,
    )
    # A capture holds whatever the person scrolled past, so whose channel it is stays open.
    return post.model_copy(update={"by_channel": None})
