"""Comments and replies as m.weibo.cn lists them: hotflow, hotFlowChild and the older list."""

from typing import Any, NamedTuple

from crawlers.parsed import Parsed
from crawlers.parsers import fields
from crawlers.parsers.weibo_record import Record, Source, comment_post, parse_each
from posts.errors import ParseError


class Cursor(NamedTuple):
    """Where a list of comments goes on; ``kind`` (max_id_type) has to be sent back."""

    max_id: str
    kind: int


def parse_comments(payload: Record, source: Source, *, thread: str) -> Parsed:
    """Read ``/comments/hotflow``: comments and the replies nested in them.

    Args:
        payload: the answer.
        source: where it comes from.
        thread: mid of the post.
    """
    roots = _comments(_data(payload).get("data"))
    parsed = parse_each(roots, lambda r: comment_post(r, source, thread=thread))
    for root in roots:
        root_id = _mid_of_comment(root)
        if root_id is not None:
            _add(parsed, _replies(root.get("comments"), source, thread, root_id))
    return parsed


def parse_replies(payload: Record, source: Source, *, thread: str, root: str) -> Parsed:
    """Read ``/comments/hotFlowChild``: the replies under the comment ``root``."""
    return _replies(payload.get("data"), source, thread, root)


def parse_old_comments(payload: Record, source: Source, *, thread: str) -> Parsed:
    """Read ``/api/comments/show``: a flat list, newest first; an answer names what it answers."""
    rows = [
        {**row, "reply_comment": {"id": row["reply_id"]}}
        if isinstance(row, dict) and row.get("reply_id")
        else row
        for row in _comments(_data(payload).get("data"))
    ]
    return parse_each(rows, lambda r: comment_post(r, source, thread=thread))


def old_pages(payload: Record) -> int:
    """How many pages ``/api/comments/show`` has."""
    most = fields.count(_data(payload).get("max"))
    return most.value if most is not None else 1


def comments_cursor(payload: Record) -> Cursor | None:
    """Where the comments go on; None at the end, which is max_id 0 or "0".

    In hotflow the cursor stands in ``data``, in hotFlowChild at the top.
    """
    holder = payload if "max_id" in payload else _data(payload)
    max_id = str(holder.get("max_id") or "0")
    if max_id == "0":
        return None
    kind = fields.count(holder.get("max_id_type"))
    return Cursor(max_id, kind.value if kind is not None else 0)


def open_threads(payload: Record) -> list[str]:
    """Ids of the comments that have more replies than the answer shows."""
    found = []
    for root in _comments(_data(payload).get("data")):
        total = fields.count(root.get("total_number")) if isinstance(root, dict) else None
        root_id = _mid_of_comment(root)
        if total is not None and root_id is not None:
            shown = len(_comments(root.get("comments")))
            found += [root_id] if total.value > shown else []
    return found


def _replies(records: Any, source: Source, thread: str, root: str) -> Parsed:
    return parse_each(
        _comments(records), lambda r: comment_post(r, source, thread=thread, root=root)
    )


def _comments(value: Any) -> list[Any]:
    """A list of comments; where there are none, weibo says ``false`` or leaves it out."""
    return value if isinstance(value, list) else []


def _mid_of_comment(record: Any) -> str | None:
    try:
        return fields.digits(record["id"]) if isinstance(record, dict) else None
    except (ParseError, KeyError):
        return None


def _add(parsed: Parsed, more: Parsed) -> None:
    parsed.posts.extend(more.posts)
    parsed.rejected.extend(more.rejected)


def _data(payload: Record) -> Record:
    data = payload.get("data")
    return data if isinstance(data, dict) else {}
