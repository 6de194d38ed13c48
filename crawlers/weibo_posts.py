"""What every reading of Weibo's pages shares: what is of interest, what was had, what is gone."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from crawlers.channel_spider import ChannelSpider, Stopped
from crawlers.ledger import Seen
from crawlers.parsers.weibo_record import Source
from crawlers.revisit import is_due
from crawlers.vanished import as_deleted, vanished_comments
from posts.model import CHINA, AccessState, Post

__all__ = ["BEGINNING", "CUT", "EMPTY_PAGES", "Payload", "WeiboPosts", "oldest_of", "unseen"]

Payload = dict[str, Any]

EMPTY_PAGES = 3
"""So many pages in a row without anything fresh end a list that says it goes on."""
CUT = ("…", "...展开")
"""How a text ends that goes on elsewhere, on the phone's pages and on the others."""
BEGINNING = datetime(2000, 1, 1, tzinfo=CHINA)
"""Before the first post of all."""


class WeiboPosts(ChannelSpider):
    """Reads posts as often as they are due; subclasses know where comments and posts stand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._met: set[str] = set()
        """Posts met in this run: pages overlap, and a pinned post stands in its own place too."""
        self._given: set[str] = set()
        """Posts already given on."""
        self._reached: datetime | None = None
        """So far back the timeline was read without a gap from its top."""

    def _comments(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Give the comments of a post that are not in ``fetched``, and note them there."""
        raise NotImplementedError

    async def _look_for(self, post: str) -> None:
        """Look at one post; ``Stopped`` with ``deleted`` where the platform says it is gone."""
        raise NotImplementedError

    def _source(self) -> Source:
        return Source(self.channel.id, self.channel.account, self.name, self.now())

    def _is_due(self, post: Post) -> bool:
        return is_due(post.published_at, self.ledger.read_at(post.id), self.now())

    # Timeline --------------------------------------------------------------------------------

    def _is_of_interest(self, listed: list[Post], fresh: list[Post]) -> bool:
        """Whether older pages have to be read: pinned posts, however old, say nothing of them.

        Args:
            listed: posts of a page that are not pinned.
            fresh: those of the page that were not met before.
        """
        new_here = [post for post in listed if post in fresh]
        below = oldest_of(new_here)
        return (
            below is None
            or any(
                self._is_due(post) or post.id in self.memory.unread or self.known(post.id) is None
                for post in new_here
            )
            or any(
                seen.published_at < below and is_due(seen.published_at, seen.read_at, self.now())
                for seen in self.ledger.posts()
                if seen.id not in self._met
            )
        )

    def _read_down_to(self, oldest: datetime | None) -> None:
        if oldest is not None:
            self._reached = min(oldest, self._reached or oldest)

    async def _missing(self, before: list[Seen]) -> AsyncIterator[Post]:
        """Posts that stood in the part just read and do so no more, where weibo says them gone."""
        reached = self._reached
        for seen in before if reached is not None and not self.troubles else []:
            if seen.id in self._met or seen.published_at <= (reached or BEGINNING):
                continue
            try:
                await self._look_for(seen.id)
            except Stopped as stopped:
                if stopped.is_wall:
                    raise
                if stopped.state is AccessState.DELETED and (gone := as_deleted(self, seen.id)):
                    yield gone

    # One post --------------------------------------------------------------------------------

    def _wants_comments(self, post: Post) -> bool:
        known = self.known(post.id)
        if post.comments is not None and post.comments.value == 0:
            return False
        if known is None or known.coverage is None or post.id in self.memory.unread:
            return True
        return known.comments != post.comments or self._is_due(post)

    async def _with_comments(self, post: Post) -> AsyncIterator[Post]:
        """Give the comments of a post, then the post with how many of them were had."""
        fetched: set[str] = set()
        none = post.comments is not None and post.comments.value == 0
        if none or self._wants_comments(post):
            self.memory.unread.add(post.id)
            try:
                if not none:
                    async for comment in self._comments(post, fetched):
                        yield comment
                for gone in vanished_comments(self, post, fetched):
                    yield gone
                self.ledger.note_read(post.id, fetched, self.now())
            except Stopped as stopped:
                if stopped.is_wall:
                    self._given.add(post.id)
                    yield self.covered(post, len(fetched))
                    raise
                if stopped.state is AccessState.DELETED:
                    post = post.model_copy(update={"deleted": True})
                else:
                    self.note_trouble(stopped)
        self._given.add(post.id)
        yield self.covered(post, len(fetched))

    def _known_text(self, post: Post) -> str | None:
        """The whole text of a cut post, where it is held and begins as the post does now."""
        known = self.known(post.id)
        if known is None or known.text.endswith(CUT):
            return None
        shown = self.context.mask.text(post.text)
        for end in CUT:
            shown = shown.removesuffix(end)
        return known.text if known.text.startswith(shown.rstrip(".")) else None

    def _steady(self, post: Post) -> Post:
        """Keep the first reading of a time such as "3小时前", which reads later with every run."""
        known = self.known(post.id)
        first = known.published_at if known is not None else None
        if first is None or post.published_at is None:
            return post
        near = abs(first - post.published_at) < timedelta(days=1)
        return post.model_copy(update={"published_at": first}) if near else post


def unseen(posts: list[Post], fetched: set[str]) -> list[Post]:
    """The posts that are not yet in ``fetched``; they are noted there."""
    found = []
    for post in posts:
        if post.id not in fetched:
            fetched.add(post.id)
            found.append(post)
    return found


def oldest_of(posts: list[Post]) -> datetime | None:
    """When the oldest of the posts was published; None where no time is known."""
    return min((post.published_at for post in posts if post.published_at), default=None)
