"""Versions of a post: joined, compared, and written as lines."""

import json
from hashlib import blake2b

import orjson
from pydantic import ValidationError

from posts.errors import ArchiveError
from posts.model import Post

_NOT_A_CHANGE = ("collected_at", "source")


def merge(old: Post, new: Post) -> Post:
    """Join two versions: the later collected wins, the other one fills what is unknown in it."""
    older, newer = (old, new) if new.collected_at >= old.collected_at else (new, old)
    known = {
        name: getattr(older, name)
        for name in Post.model_fields
        if getattr(newer, name) is None and getattr(older, name) is not None
    }
    if not newer.text:
        known["text"] = older.text
    return newer.model_copy(update=known)


def same(one: Post, other: Post) -> bool:
    """Whether two versions say the same, however and whenever they were collected."""
    return one.model_copy(update={name: getattr(other, name) for name in _NOT_A_CHANGE}) == other


def encode(post: Post) -> tuple[bytes, bytes]:
    """Turn a post into its line and the digest of what counts as a change."""
    record = post.model_dump(mode="json", exclude_none=True)
    return _dumps(record), _digest(record)


def digest_of_line(line: bytes) -> tuple[str, bytes]:
    """Id and digest of the post in a line."""
    record = orjson.loads(line)
    return record["id"], _digest(record)


def _digest(record: dict[str, object]) -> bytes:
    kept = {name: value for name, value in record.items() if name not in _NOT_A_CHANGE}
    return blake2b(_dumps(kept), digest_size=16).digest()


def _dumps(record: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(record)
    except TypeError:  # an export may hold a counter of more than 64 bits
        return json.dumps(record, ensure_ascii=False).encode()


def decode(line: bytes, number: int) -> Post:
    """Read the post of a line.

    Raises:
        ArchiveError: the line does not fit the model; the message names the record.
    """
    try:
        return Post.model_validate_json(line)
    except ValidationError as error:
        raise ArchiveError(
            f"record {number} of the archive does not fit this version of Gongsheng "
            f"({error.errors()[0]['msg']}); use the version that wrote it, or a newer one"
        ) from error
