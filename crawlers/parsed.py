"""What a parser gives back."""

from dataclasses import dataclass, field
from typing import Any

from posts.model import ChannelSnapshot, Post


@dataclass(frozen=True)
class Rejected:
    """A record that could not become a post."""

    reason: str
    """Stable key, such as ``missing_id``; counted and shown."""
    detail: str
    """What was found and what was expected, without personal data."""
    record: Any = None
    """The record itself, for the sealed quarantine."""
    line: int | None = None
    """Line in the file, counted from 1; None for payloads."""


@dataclass(frozen=True)
class Parsed:
    """Posts (not yet masked), snapshots and rejected records of one payload."""

    posts: list[Post] = field(default_factory=list)
    snapshots: list[ChannelSnapshot] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
