"""Answers of the official API, api.weibo.com/2 (open.weibo.com/wiki)."""

from typing import Any

from crawlers.parsed import Parsed
from crawlers.parsers import fields
from crawlers.parsers.weibo_mobile import snapshot
from crawlers.parsers.weibo_record import Record, Source, comment_post, parse_each, status_post
from posts.errors import ParseError
from posts.model import Post

__all__ = ["next_page", "parse_comments", "parse_profile", "parse_timeline"]


def parse_timeline(payload: Record, source: Source) -> Parsed:
    """Read ``statuses/user_timeline``, which gives the owner's five newest posts."""
    return parse_each(_list(payload.get("statuses")), lambda r: _status(r, source))


def parse_comments(payload: Record, source: Source) -> Parsed:
    """Read ``comments/show`` or ``comments/to_me``; each comment carries its post."""
    return parse_each(_list(payload.get("comments")), lambda r: _comment(r, source))


def parse_profile(payload: Record, source: Source) -> Parsed:
    """Read the figures of ``users/show``."""
    return Parsed(snapshots=[snapshot(payload, source)] if "followers_count" in payload else [])


def next_page(payload: Record) -> dict[str, str] | None:
    """Parameters of the next, older page; None at the end."""
    cursor = fields.optional_id(payload.get("next_cursor"))
    return {"max_id": cursor} if cursor is not None else None


def _status(record: Record, source: Source) -> Post:
    # Texts are plain here: a "<" is a "<", so that nothing may be read as HTML.
    # In old objects the mid differs from the id, and only the id is the post's.
    whole = {**record, "text_raw": record.get("text")}
    whole["mid"] = record.get("idstr") or record.get("id")
    return status_post(whole, source)


def _comment(record: Record, source: Source) -> Post:
    status = record.get("status")
    if not isinstance(status, dict):
        raise ParseError("missing_thread", "the comment does not say under which post it stands")
    thread = fields.digits(status.get("idstr") or status.get("id"))
    return comment_post({**record, "text_raw": record.get("text")}, source, thread=thread)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
