"""Read a Douyin account through its owner's console, creator.douyin.com."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from crawlers.channel_spider import Item, Stopped
from crawlers.douyin_works import DouyinWorks
from crawlers.list_guard import ListGuard
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

Params = Mapping[str, str | int]


class DouyinCreatorSpider(DouyinWorks):
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

    _declared: int | None = None
    """How many works the account says it has."""
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
            async for item in self._read_works(works):
                yield item
            if wall is not None:
                raise wall
        else:
            asked: Params = {"status": 0, "count": 12, "scene": "star_atlas", "aid": 1128}
            async for page in self._pages(WORKS, asked, cursor="max_cursor", rows="aweme_list"):
                async for item in self._read_works(self._works_of(page)):
                    yield item
        for gone in self._missing(whole=len(self._listed) == self._declared):
            yield gone

    def _works_of(self, page: dict[str, Any]) -> list[Post]:
        parsed = parser.parse_works(page, channel=self.channel.id, collected_at=self.now())
        self._declared = parser.declared_works(page)
        return self._list(self._understood(parsed))

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
        guard = ListGuard(path.rstrip("/").rpartition("/")[2], start=0)
        at: int | None = 0
        while at is not None:
            page = await self.fetch_json(path, {**params, cursor: at})
            yield page
            at = parser.next_page(page, cursor)
            guard.goes_on(at, fresh=bool(page.get(rows)))
