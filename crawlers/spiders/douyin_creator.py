"""Read a Douyin account through its owner's console, creator.douyin.com."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.parsed import Parsed
from crawlers.parsers import douyin_creator as parser
from monitor.channels import Channel
from posts.model import AccessState, Post

if TYPE_CHECKING:
    from crawlers.douyin_console import Console

USER = "/web/api/media/user/info/"
WORKS = "/janus/douyin/creator/pc/work_list"
COMMENTS = "/web/api/third_party/aweme/api/comment/read/aweme/v1/web/comment/list/select/"
REPLIES = "/web/api/third_party/aweme/api/comment/read/aweme/v1/web/comment/list/reply/"
FRESH = timedelta(days=7)
"""Comments of younger works are read every time, of older ones when their number has changed."""

Params = Mapping[str, str | int]


class DouyinCreatorSpider(ChannelSpider):
    """Walk works, comments and replies of the account whose login the channel holds."""

    name = "douyin-creator"
    platform = "douyin"
    home = "https://creator.douyin.com"
    judge = staticmethod(parser.judge)
    default_headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/json, text/plain, */*",
        "Referer": "https://creator.douyin.com/creator-micro/content/manage",
        # The console is a desktop page.
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/131.0.0.0 Safari/537.36",
    }

    _console: "Console | None" = None
    """The console's pages, where the channel is read in a browser."""

    @classmethod
    def in_browser(cls, channel: Channel, profile: Path) -> bool:
        """Read it in a browser where somebody has logged in there and no cookie is given."""
        return channel.secrets is None and profile.is_dir()

    async def collect(self) -> AsyncIterator[Item]:
        """Read the account's figures, then each work after its comments."""
        if not self.in_browser(self.channel, self.context.profile(self.channel.id)):
            async for item in self._collect():
                yield item
            return
        # The browser's driver loads slowly; plain requests shall not wait for it.
        from crawlers.douyin_console import open_console

        async with open_console(self) as self._console:
            async for item in self._collect():
                yield item

    async def _collect(self) -> AsyncIterator[Item]:
        console = self._console
        user = await (console.user() if console else self.fetch_json(USER))
        if not parser.logged_in(user):
            raise Stopped(AccessState.NEEDS_LOGIN, "the console names no account; log in again")
        channel, now = self.channel.id, self.now()
        for item in self.keep(parser.parse_profile(user, channel=channel, collected_at=now)):
            yield item
        if console is not None:
            pages, wall = await console.works()
            works = [work for page in pages for work in self._works_of(page)]
            async for item in self._read_page(works):
                yield item
            if wall is not None:
                raise wall
            return
        asked: Params = {"status": 0, "count": 12, "scene": "star_atlas", "aid": 1128}
        async for page in self._pages(WORKS, asked, cursor="max_cursor", rows="aweme_list"):
            async for item in self._read_page(self._works_of(page)):
                yield item

    def _works_of(self, page: dict[str, Any]) -> list[Post]:
        parsed = parser.parse_works(page, channel=self.channel.id, collected_at=self.now())
        return self._understood(parsed)

    async def _read_page(self, works: list[Post]) -> AsyncIterator[Item]:
        """Read the works of a page; at a wall the rest is kept without comments."""
        for number, work in enumerate(works):
            try:
                async for item in self._read_work(work):
                    yield item
            except Stopped:
                for left in works[number + 1 :]:
                    self.memory.unread.add(left.id)
                    yield self.covered(left, 0)
                raise

    async def _read_work(self, work: Post) -> AsyncIterator[Item]:
        """Yield the comments of a work, then the work with its coverage."""
        before = self.known(work.id)
        if not self._has_news(work, before):
            yield self.covered(work, 0)
            return
        found: set[str] = set()
        self.memory.unread.add(work.id)
        try:
            async for comment in self._comments(work):
                if comment.id not in found:
                    found.add(comment.id)
                    yield comment
            self.memory.unread.discard(work.id)
        except Stopped as stopped:
            if stopped.is_wall:
                yield self.covered(work, len(found))
                raise
            self.note_trouble(stopped)
        yield self.covered(work, len(found))

    def _has_news(self, work: Post, before: Post | None) -> bool:
        if work.comments is not None and work.comments.value == 0:
            return False
        if before is None or before.coverage is None or work.id in self.memory.unread:
            return True
        fresh = work.published_at is None or self.now() - work.published_at < FRESH
        return fresh or work.comments is None or work.comments != before.comments

    async def _comments(self, work: Post) -> AsyncIterator[Post]:
        native = work.id.removeprefix("douyin:")
        if self._console is not None:
            async for page, root in self._console.comments(native):
                for comment in self._parsed(page, native, root):
                    yield comment
            return
        asked: Params = {"aweme_id": native, "count": 20}
        async for page in self._pages(COMMENTS, asked):
            shown = list(self._parsed(page, native))
            for comment in shown:
                yield comment
                answers = comment.comments.value if comment.comments else 0
                nested = sum(one.parent_id == comment.id for one in shown)
                if answers > nested:
                    async for reply in self._replies(native, comment):
                        yield reply

    async def _replies(self, native: str, comment: Post) -> AsyncIterator[Post]:
        root = comment.id.removeprefix("douyin:")
        asked: Params = {"item_id": native, "comment_id": root, "count": 20}
        async for page in self._pages(REPLIES, asked):
            for reply in self._parsed(page, native, root):
                yield reply

    def _parsed(self, page: dict[str, Any], native: str, root: str | None = None) -> list[Post]:
        parsed = parser.parse_comments(
            page, work=native, root=root, channel=self.channel.id, collected_at=self.now()
        )
        return self._understood(parsed)

    def _understood(self, parsed: Parsed) -> list[Post]:
        """Keep what was read; an answer of which nothing was understood is no empty page."""
        posts = self.keep_posts(parsed)
        if parsed.rejected and not posts:
            raise Stopped(AccessState.BAD_SHAPE, parsed.rejected[0].detail)
        return posts

    async def _pages(
        self, path: str, params: Params, *, cursor: str = "cursor", rows: str = "comments"
    ) -> AsyncIterator[dict[str, Any]]:
        """Fetch page after page; the console may promise more for ever and show nothing."""
        at, passed = 0, set[int]()
        while True:
            passed.add(at)
            page = await self.fetch_json(path, {**params, cursor: at})
            yield page
            following = parser.next_page(page, cursor)
            if following is None:
                return
            if following in passed or not page.get(rows):
                name = path.rstrip("/").rpartition("/")[2]
                raise Stopped(AccessState.BAD_SHAPE, f"{name} promises more and does not go on")
            at = following
