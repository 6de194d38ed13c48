"""A Douyin account by the Open Platform (open.douyin.com), with a token of its mini-app.

Which capabilities a token has differs and changes; each is tried and what is closed is told.
The daily figures come even where works and comments do not.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.manners import user_agent
from crawlers.parsers import douyin_api as answers
from crawlers.revisit import is_due
from crawlers.token import read_token
from crawlers.vanished import vanished_comments
from posts.model import AccessState, ChannelSnapshot, Post

Params = Mapping[str, str | int]

SERIES = ("fans", "item")
VIDEOS = "/api/douyin/v1/video/video_list/"
COMMENTS = "/api/apps/v1/item/list_comment/"
REPLIES = "/api/apps/v1/item/list_comment_reply/"
INSTEAD = "read the account with douyin-creator (the owner's console) or import an export"


class DouyinApiSpider(ChannelSpider):
    """Read daily figures, works, comments and replies, as far as the platform still answers."""

    name = "douyin-api"
    platform = "douyin"
    home = "https://open.douyin.com"
    judge = staticmethod(answers.judge)
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
                items = answers.item_ids(page)
                for work in self.keep_posts(works):
                    async for item in self._read_work(work, items[work.id]):
                        yield item
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

    async def _read_work(self, work: Post, item: str) -> AsyncIterator[Item]:
        fetched: set[str] = set()
        self.ledger.note(work.id, work.published_at)
        if self._has_news(work):
            self.memory.unread.add(work.id)
            try:
                async for comment in self._comments(work, item):
                    if comment.id not in fetched:
                        fetched.add(comment.id)
                        yield comment
            except Stopped:
                yield self.covered(work, len(fetched))
                raise
            for gone in vanished_comments(self, work, fetched):
                yield gone
            self.ledger.note_read(work.id, fetched, self.now())
            self.memory.unread.discard(work.id)
        yield self.covered(work, len(fetched))

    def _has_news(self, work: Post) -> bool:
        before = self.known(work.id)
        if before is None or before.coverage is None or work.id in self.memory.unread:
            return True
        if before.comments != work.comments:
            return True
        return is_due(work.published_at, self.ledger.read_at(work.id), self.now())

    async def _comments(self, work: Post, item: str) -> AsyncIterator[Post]:
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
        at, passed = 0, set[int]()
        while at not in passed:
            passed.add(at)
            asked = {"open_id": self.channel.account, **params, "cursor": at}
            page = await self._call(path, asked)
            yield page
            following = answers.next_page(page)
            if following is None:
                return
            at = following
        raise Stopped(AccessState.BAD_SHAPE, f"{path} promises more and does not go on")

    async def _call(self, path: str, params: Params) -> dict[str, Any]:
        return await self.fetch_json(path, params, headers=self._headers)
