"""A Douyin account by the Open Platform (open.douyin.com), with a token of its mini-app.

Which capabilities a token has differs and changes; each is tried and what is closed is told.
The daily figures come even where works and comments do not.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from crawlers.access import WALLS
from crawlers.channel_spider import Item, Stopped
from crawlers.douyin_works import DouyinWorks
from crawlers.list_guard import ListGuard
from crawlers.manners import user_agent
from crawlers.parsers import douyin_api as answers
from crawlers.token import read_token
from posts.model import AccessState, ChannelSnapshot, Post

Params = Mapping[str, str | int]

SERIES = ("fans", "item")
VIDEOS = "/api/douyin/v1/video/video_list/"
COMMENTS = "/api/apps/v1/item/list_comment/"
REPLIES = "/api/apps/v1/item/list_comment_reply/"
INSTEAD = "read the account with douyin-creator (the owner's console) or import an export"


class DouyinApiSpider(DouyinWorks):
    """Read daily figures, works, comments and replies, as far as the platform still answers."""

    name = "douyin-api"
    platform = "douyin"
    home = "https://open.douyin.com"
    judge = staticmethod(answers.judge)
    # A capability that is closed is closed for all works.
    ends = WALLS | {AccessState.API_GONE}
    default_headers: ClassVar[Mapping[str, str]] = {"Accept": "application/json"}

    def log_in(self, login: str | None) -> None:
        """Take the token; it travels as a header."""
        self._headers = {
            "access-token": read_token(login),
            "User-Agent": user_agent(self.context.contact),
        }

    async def collect(self) -> AsyncIterator[Item]:
        """Yield the figures that are new, then each work after its comments."""
        for figures in await self._figures():
            yield figures
        try:
            async for page in self._pages(VIDEOS, {"count": 10}):
                channel, now = self.channel.id, self.now()
                works = answers.parse_videos(page, channel=channel, collected_at=now)
                self._items = answers.item_ids(page)
                async for item in self._read_works(self._list(self.keep_posts(works))):
                    yield item
            for gone in self._missing(whole=False):
                yield gone
        except Stopped as stopped:
            if stopped.state is AccessState.API_GONE:
                raise Stopped(stopped.state, f"{stopped.detail}; {INSTEAD}") from stopped
            raise

    async def _figures(self) -> list[ChannelSnapshot]:
        """Read the daily series; a series that is closed is a trouble of its own."""
        days: answers.Days = {}
        for name in SERIES:
            asked: Params = {"open_id": self.channel.account, "date_type": 7}
            try:
                page = await self._call(f"/data/external/user/{name}/", asked)
            except Stopped as stopped:
                if stopped.is_wall:
                    raise
                self.note_trouble(stopped)
                continue
            answers.add_days(days, page)
        known = set(self.context.archive.snapshots(self.channel.id))
        return [one for one in answers.snapshots(days, self.channel.id) if one not in known]

    async def _comments(self, work: Post) -> AsyncIterator[Post]:
        item = self._items[work.id]
        async for page in self._pages(COMMENTS, {"item_id": item, "count": 50}):
            for comment in self._parsed(page, work):
                yield comment
                if comment.comments is None or comment.comments.value:
                    root = comment.id.partition(":")[2]
                    asked: Params = {"item_id": item, "comment_id": root, "count": 50}
                    async for answer in self._pages(REPLIES, asked):
                        for reply in self._parsed(answer, work, root):
                            yield reply

    def _parsed(self, page: dict[str, Any], work: Post, root: str | None = None) -> list[Post]:
        parsed = answers.parse_comments(
            page,
            work=work.id.partition(":")[2],
            root=root,
            channel=self.channel.id,
            collected_at=self.now(),
        )
        return self.keep_posts(parsed)

    async def _pages(self, path: str, params: Params) -> AsyncIterator[dict[str, Any]]:
        guard = ListGuard(path, start=0, patience=3)
        at: int | None = 0
        while at is not None:
            asked = {"open_id": self.channel.account, **params, "cursor": at}
            page = await self._call(path, asked)
            yield page
            at = answers.next_page(page)
            guard.goes_on(at, fresh=answers.has_rows(page))

    async def _call(self, path: str, params: Params) -> dict[str, Any]:
        return await self.fetch_json(path, params, headers=self._headers)
