"""Tell by its keys what a record is, and read it with the parser of its format."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Protocol

from crawlers.import_payload import payload_parser
from crawlers.parsed import Parsed, Rejected
from crawlers.parsers import mediacrawler, own_jsonl, weibo_crawler, weibo_spider, zeeschuimer
from posts.errors import ParseError
from posts.model import ChannelSnapshot, Post

KNOWN = (
    "MediaCrawler (weibo and douyin: contents, comments, creators)",
    "Zeeschuimer (douyin.com)",
    "weibo-crawler (csv, json)",
    "WeiboSpider",
    "our own JSON lines (id, platform, kind, text)",
    "raw JSON answers of weibo and douyin",
)
"""What can be imported, for messages."""

DEFAULT_CHANNEL = "import"
"""The channel of imported posts where none is named."""


class Parse(Protocol):
    """Read one record, which may hold many posts."""

    def __call__(
        self, record: Mapping[str, Any], *, channel: str | None, collected_at: datetime
    ) -> Parsed:
        """Return what the record holds; never raises ``ParseError``."""


@dataclass(frozen=True)
class _Row:
    """A format of which every record is one post or one set of figures."""

    keys: frozenset[str]
    parse: Callable[..., Post | ChannelSnapshot]

    def __call__(
        self, record: Mapping[str, Any], *, channel: str | None, collected_at: datetime
    ) -> Parsed:
        if self.parse is not own_jsonl.parse_line:
            channel = channel or DEFAULT_CHANNEL
        try:
            item = self.parse(record, channel=channel, collected_at=collected_at)
        except ParseError as error:
            return Parsed(rejected=[Rejected(error.reason, error.detail, record)])
        return Parsed(posts=[item]) if isinstance(item, Post) else Parsed(snapshots=[item])


def _row(keys: str, parse: Callable[..., Post | ChannelSnapshot], **more: Any) -> _Row:
    return _Row(frozenset(keys.split()), partial(parse, **more) if more else parse)


_ROWS = (
    _row("platform text", own_jsonl.parse_line),
    _row("platform kind", own_jsonl.parse_line),
    _row("source_platform data item_id", zeeschuimer.parse_line),
    _row("comment_id aweme_id content", mediacrawler.parse_comment, platform="douyin"),
    _row("aweme_id desc liked_count", mediacrawler.parse_content, platform="douyin"),
    _row("comment_id note_id create_date_time", mediacrawler.parse_comment, platform="weibo"),
    _row("comment_id note_id comment_like_count", mediacrawler.parse_comment, platform="weibo"),
    _row("note_id content comments_count", mediacrawler.parse_content, platform="weibo"),
    _row("nickname follows fans videos_count", mediacrawler.parse_creator, platform="douyin"),
    _row("nickname follows fans tag_list", mediacrawler.parse_creator, platform="weibo"),
    _row("id 正文", weibo_crawler.parse_post),
    _row("id bid text screen_name", weibo_crawler.parse_post),
    _row("id weibo_id text user_screen_name", weibo_crawler.parse_comment),
    _row("用户id 粉丝数", weibo_crawler.parse_account),
    _row("_id content comment_user", weibo_spider.parse_comment),
    _row("_id content mblogid", weibo_spider.parse_tweet),
    _row("_id nick_name followers_count", weibo_spider.parse_user),
)  # fmt: skip
"""Tried in this order; the keys are all needed, further ones do not matter."""

_POST = next(row for row in _ROWS if row.parse is weibo_crawler.parse_post)
_ACCOUNT = next(row for row in _ROWS if row.parse is weibo_crawler.parse_account)


def row_parser(keys: Iterable[str]) -> Parse | None:
    """Find the parser of a table's row by its columns; None where the columns are unknown."""
    return _row_parser(tuple(keys))


@lru_cache(maxsize=256)
def _row_parser(keys: tuple[str, ...]) -> Parse | None:
    names = frozenset(keys)
    return next((row for row in _ROWS if row.keys <= names), None)


def record_parser(record: Mapping[str, Any]) -> Parse | None:
    """Find the parser of a JSON object; None where it is of no known format."""
    if isinstance(record.get("weibo"), list) and isinstance(record.get("user"), dict):
        return _parse_account_file
    return row_parser(record.keys()) or payload_parser(record)


def _parse_account_file(
    record: Mapping[str, Any], *, channel: str | None, collected_at: datetime
) -> Parsed:
    """Read weibo-crawler's json: one account and its posts."""
    parts = [_ACCOUNT(record["user"], channel=channel, collected_at=collected_at)]
    for row in record["weibo"]:
        if isinstance(row, dict):
            parts.append(_POST(row, channel=channel, collected_at=collected_at))
        else:
            found = type(row).__name__
            detail = f"expected a JSON object, found {found}"
            parts.append(Parsed(rejected=[Rejected("not_an_object", detail, row)]))
    return Parsed(
        posts=[post for part in parts for post in part.posts],
        snapshots=[snapshot for part in parts for snapshot in part.snapshots],
        rejected=[one for part in parts for one in part.rejected],
    )
