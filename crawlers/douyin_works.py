"""What every reading of a Douyin account shares: which works are read, what is gone."""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, ClassVar

from crawlers.access import WALLS
from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.revisit import is_due
from crawlers.vanished import as_deleted, vanished_comments
from posts.model import AccessState, Post

__all__ = ["DouyinWorks"]


class DouyinWorks(ChannelSpider):
    """Reads the comments of works as often as they are due; subclasses ask for them."""

    ends: ClassVar[frozenset[AccessState]] = WALLS
    """What ends the crawl where the comments of one work should be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listed: dict[str, Post] = {}
        """Works that the account shows in this run."""
        self._seen_before = self.ledger.posts()

    def _comments(self, work: Post) -> AsyncIterator[Post]:
        """Give the comments and replies of a work."""
        raise NotImplementedError

    def _list(self, works: Iterable[Post]) -> list[Post]:
        """Note works that the account shows."""
        works = list(works)
        for work in works:
            self._listed[work.id] = work
            self.ledger.note(work.id, work.published_at)
        return works

    async def _read_works(self, works: list[Post]) -> AsyncIterator[Item]:
        """Read the works of a page; at a wall the rest is kept without comments."""
        for number, work in enumerate(works):
            troubles = len(self.troubles)
            try:
                async for item in self._read_work(work):
                    yield item
            except Stopped:
                for left in works[number + 1 :]:
                    self.memory.unread.add(left.id)
                    yield self.covered(left, 0)
                raise
            if work.id in self.memory.unread and len(self.troubles) == troubles:
                await self.settle()
                self.memory.unread.discard(work.id)

    async def _read_work(self, work: Post) -> AsyncIterator[Item]:
        """Yield the comments of a work, then the work with its coverage."""
        fetched: set[str] = set()
        none = work.comments is not None and work.comments.value == 0
        if none or self._has_news(work):
            self.memory.unread.add(work.id)
            try:
                if not none:
                    async for comment in self._comments(work):
                        if comment.id not in fetched:
                            fetched.add(comment.id)
                            yield comment
                for gone in vanished_comments(self, work, fetched):
                    yield gone
                self.ledger.note_read(work.id, fetched, self.now())
            except Stopped as stopped:
                if stopped.state in self.ends:
                    yield self.covered(work, len(fetched))
                    raise
                if stopped.state is AccessState.DELETED:
                    work = work.model_copy(update={"deleted": True})
                else:
                    self.note_trouble(stopped)
        yield self.covered(work, len(fetched))

    def _has_news(self, work: Post) -> bool:
        before = self.known(work.id)
        if before is None or before.coverage is None or work.id in self.memory.unread:
            return True
        if work.comments is None or before.comments != work.comments:
            return True
        return is_due(work.published_at, self.ledger.read_at(work.id), self.now())

    def _missing(self, *, whole: bool) -> Iterator[Post]:
        """Works seen before that the account shows no more: deleted, or made private.

        Args:
            whole: as many works were listed as the account says it has. Where it does not say, only
                a work between two that are listed is missing; the list may have ended too soon.
        """
        times = [work.published_at for work in self._listed.values() if work.published_at]
        for seen in self._seen_before if times and not self.troubles else []:
            between = min(times) < seen.published_at < max(times)
            if seen.id not in self._listed and (whole or between):
                gone = as_deleted(self, seen.id)
                if gone is not None:
                    yield gone
