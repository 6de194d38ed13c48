"""What the parsers of Weibo's two sites have in common, each for its own shapes."""

from collections.abc import Iterable
from typing import Protocol

from crawlers.parsed import Parsed
from crawlers.parsers.weibo_comments import Cursor
from crawlers.parsers.weibo_record import Record, Source

__all__ = ["Answers"]


class Answers(Protocol):
    """The parser of a site's answers."""

    def parse_profile(self, payload: Record, source: Source) -> Parsed:
        """Read the figures of the channel."""

    def parse_timeline(self, payload: Record, source: Source) -> Parsed:
        """Read the posts of a page."""

    def is_timeline(self, payload: Record) -> bool:
        """Whether an answer holds a list of posts at all, be it an empty one."""

    def next_page(self, payload: Record) -> dict[str, str] | None:
        """Parameters of the next page; None at the end."""

    def pinned_posts(self, payload: Record) -> frozenset[str]:
        """Ids of the pinned posts."""

    def cut_posts(self, payload: Record) -> Iterable[str]:
        """Ids of the posts whose text goes on elsewhere."""

    def parse_comments(self, payload: Record, source: Source, *, thread: str) -> Parsed:
        """Read comments and the replies nested in them."""

    def comments_cursor(self, payload: Record) -> Cursor | None:
        """Where a list of comments goes on."""
