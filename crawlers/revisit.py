"""When a post is read again: often while it is young, then ever more rarely."""

from datetime import datetime, timedelta

__all__ = ["STEPS", "is_due"]

STEPS = (
    (timedelta(days=2), timedelta()),
    (timedelta(days=14), timedelta(days=1)),
    (timedelta(days=60), timedelta(days=7)),
)
"""Younger than the first, a post is read again after the second; beyond the last only where the
platform shows another number of comments."""
SLACK = timedelta(hours=1)
"""A daily run does not begin at the same second every day."""


def is_due(published_at: datetime | None, read_at: datetime | None, now: datetime) -> bool:
    """Whether the comments of a post should be read again.

    Args:
        published_at: None where untold; such a post counts as young.
        read_at: when they were last read to the end; None where never.
    """
    age = timedelta() if published_at is None else now - published_at
    for younger, pause in STEPS:
        if age < younger:
            return read_at is None or now - read_at >= pause - SLACK
    return False
