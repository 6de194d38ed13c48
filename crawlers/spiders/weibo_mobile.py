"""A Weibo channel by m.weibo.cn, with the owner's login."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.list_guard import ListGuard
from crawlers.parsers import weibo_mobile as answers
from crawlers.parsers.weibo_record import mid
from crawlers.parsers.weibo_text import plain
from crawlers.weibo_hotflow import WeiboHotflow
from crawlers.weibo_posts import BEGINNING, EMPTY_PAGES, Payload, oldest_of
from monitor.channels import Channel
from posts.model import AccessState, Post

INDEX = "/api/container/getIndex"


class WeiboMobileSpider(WeiboHotflow):
    """Read profile, timeline, long texts, comments and replies."""

    name = "weibo-mobile"
    platform = "weibo"
    home = "https://m.weibo.cn"
    default_headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/json, text/plain, */*",
        "X-Requested-With": "XMLHttpRequest",
        "MWeibo-Pwa": "1",
    }

    @classmethod
    def in_browser(cls, channel: Channel, profile: Path) -> bool:
        """Read it in a browser where somebody has logged in there and no cookie is given."""
        return channel.secrets is None and profile.is_dir()

    @classmethod
    def browser_class(cls) -> type[ChannelSpider]:
        """The spider of the same pages in a browser."""
        # The browser's driver loads slowly; plain requests shall not wait for it.
        from crawlers.weibo_mobile_pages import WeiboMobilePages

        return WeiboMobilePages

    async def collect(self) -> AsyncIterator[Item]:
        """Read the channel from its newest post back to where all is known."""
        uid = self.channel.account
        profile = await self._ask_index({"type": "uid", "value": uid})
        for figures in self.keep(answers.parse_profile(profile, self._source())):
            yield figures
        list_of_posts = {
            "type": "uid",
            "value": uid,
            "containerid": answers.timeline_container(profile, uid),
        }
        older = self.memory.resume
        seen_before = self.ledger.posts()
        async for item in self._walk(list_of_posts, {}, may_stop=older != {}):
            yield item
        async for item in self._missing(seen_before):
            yield item
        if older:
            # An earlier run was cut off here; what lies below was never read.
            async for item in self._walk(list_of_posts, older, may_stop=False):
                yield item
        self.memory.resume = None

    async def _ask_index(self, params: Mapping[str, str]) -> Payload:
        referer = f"{self.home}/u/{self.channel.account}"
        return await self.fetch_json(INDEX, params, headers={"Referer": referer})

    # Timeline --------------------------------------------------------------------------------

    async def _walk(
        self, list_of_posts: Mapping[str, str], start: dict[str, str], *, may_stop: bool
    ) -> AsyncIterator[Item]:
        """Page through the timeline; with ``may_stop`` until a page holds nothing of interest."""
        page: dict[str, str] | None = start
        guard = ListGuard("the timeline", start=_key(start), patience=EMPTY_PAGES)
        while page is not None:
            await self.settle()
            self.memory.resume = page
            try:
                payload = await self._ask_index({**list_of_posts, **page})
            except Stopped as stopped:
                if stopped.state is AccessState.EMPTY:
                    self._read_to(BEGINNING, start)
                    return
                raise
            posts, pinned = self._posts_of(payload), answers.pinned_posts(payload)
            listed = [post for post in posts if post.id not in pinned]
            fresh = [post for post in posts if post.id not in self._met]
            keep_on = self._is_of_interest(listed, fresh)
            async for item in self._read_posts(fresh, answers.cut_posts(payload)):
                yield item
            self._read_to(oldest_of(listed), start)
            if may_stop and not keep_on:
                return
            page = answers.next_page(payload)
            if page is None:
                self._read_to(BEGINNING, start)
            try:
                guard.goes_on(_key(page), fresh=bool(fresh))
            except Stopped as stopped:
                self.note_trouble(stopped)
                return

    def _posts_of(self, payload: Payload) -> list[Post]:
        """Read a page and note what it shows.

        Raises:
            Stopped: the page has no list of cards, so it is no page and not an empty one.
        """
        if not answers.is_timeline(payload):
            detail = "the timeline has no list of cards (data.cards)"
            self.keep_evidence(AccessState.BAD_SHAPE, detail)
            raise Stopped(AccessState.BAD_SHAPE, detail)
        posts = self.keep_posts(answers.parse_timeline(payload, self._source()))
        for post in posts:
            self.ledger.note(post.id, post.published_at)
        return posts

    def _read_to(self, oldest: datetime | None, start: dict[str, str]) -> None:
        """Note how far back the timeline was read, where the reading began at its top."""
        if start == {}:
            self._read_down_to(oldest)

    async def _look_for(self, post: str) -> None:
        await self.fetch_json("/statuses/show", {"id": post.partition(":")[2]})

    async def _read_posts(self, posts: list[Post], cut: frozenset[str]) -> AsyncIterator[Post]:
        """Read what belongs to the posts of a page; at a wall the rest is kept without comments."""
        self._met.update(post.id for post in posts)
        for number, post in enumerate(posts):
            try:
                whole = self._steady(await self._with_long_text(post) if post.id in cut else post)
                async for item in self._with_comments(whole):
                    yield item
                self.memory.unread.discard(post.id)
            except Stopped as stopped:
                if not stopped.is_wall:
                    raise
                for left in posts[number:]:
                    self.memory.unread.add(left.id)
                    if self.known(left.id) is None and left.id not in self._given:
                        yield self.covered(left, 0)
                raise

    async def _with_long_text(self, post: Post) -> Post:
        """Fetch what stands behind "全文"."""
        known, text = self.known(post.id), self._known_text(post)
        if text is not None and not self._is_due(post):
            return post.model_copy(update={"text": text})
        try:
            payload = await self.fetch_json(
                "/statuses/extend", {"id": mid(post)}, headers=self._beside(post)
            )
        except Stopped as stopped:
            if stopped.is_wall:
                raise
            payload = {}
        text = answers.parse_long_text(payload)
        if text is not None:
            return post.model_copy(update={"text": plain(text)})
        return post if known is None else post.model_copy(update={"text": known.text})


def _key(page: Mapping[str, str] | None) -> tuple[tuple[str, str], ...] | None:
    return None if page is None else tuple(sorted(page.items()))
