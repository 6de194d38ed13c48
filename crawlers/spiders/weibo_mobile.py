"""A Weibo channel by m.weibo.cn, with the owner's login."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from crawlers.channel_spider import Item, Stopped
from crawlers.ledger import Seen
from crawlers.parsers import weibo_mobile as answers
from crawlers.parsers.weibo_record import mid
from crawlers.parsers.weibo_text import plain
from crawlers.revisit import is_due
from crawlers.vanished import as_deleted
from crawlers.weibo_comments import EMPTY_PAGES, WeiboComments
from posts.model import CHINA, AccessState, Post

Payload = dict[str, Any]

INDEX = "/api/container/getIndex"
BEGINNING = datetime(2000, 1, 1, tzinfo=CHINA)
"""Before the first post of all."""


class WeiboMobileSpider(WeiboComments):
    """Read profile, timeline, long texts, comments and replies."""

    name = "weibo-mobile"
    platform = "weibo"
    home = "https://m.weibo.cn"
    default_headers: ClassVar[Mapping[str, str]] = {
        "Accept": "application/json, text/plain, */*",
        "X-Requested-With": "XMLHttpRequest",
        "MWeibo-Pwa": "1",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._met: set[str] = set()
        """Posts met in this run: pages overlap, and a pinned post stands in its own place too."""
        self._reached: datetime | None = None
        """So far back the timeline was read without a gap from its top."""

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
        visited: list[dict[str, str]] = []
        empty = 0
        while page is not None:
            await self.settle()
            self.memory.resume = page
            visited.append(page)
            try:
                payload = await self._ask_index({**list_of_posts, **page})
            except Stopped as stopped:
                if stopped.state is AccessState.EMPTY:
                    self._read_down_to(start, BEGINNING)
                    return
                raise
            posts = self._posts_of(payload)
            fresh = [post for post in posts if post.id not in self._met]
            listed = [post for post in posts if post.id not in answers.pinned_posts(payload)]
            keep_on = self._is_of_interest(listed, fresh)
            async for item in self._read_posts(fresh, answers.cut_posts(payload)):
                yield item
            self._read_down_to(start, _oldest(listed))
            if may_stop and not keep_on:
                return
            page = answers.next_page(payload)
            if page is None:
                self._read_down_to(start, BEGINNING)
            empty = 0 if fresh else empty + 1
            if page in visited or (page is not None and empty >= EMPTY_PAGES):
                detail = "the timeline says it goes on, but gives the same or empty pages"
                self.note_trouble(Stopped(AccessState.BAD_SHAPE, detail))
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

    def _is_of_interest(self, listed: list[Post], fresh: list[Post]) -> bool:
        """Whether older pages have to be read: pinned posts, however old, say nothing of them."""
        new_here = [post for post in listed if post in fresh]
        below = _oldest(new_here)
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

    def _read_down_to(self, start: dict[str, str], oldest: datetime | None) -> None:
        if start == {} and oldest is not None:
            self._reached = min(oldest, self._reached or oldest)

    async def _missing(self, before: list[Seen]) -> AsyncIterator[Post]:
        """Posts that stood in the part just read and do so no more, where weibo says them gone."""
        reached = self._reached
        for seen in before if reached is not None and not self.troubles else []:
            if seen.id in self._met or seen.published_at <= (reached or BEGINNING):
                continue
            try:
                await self.fetch_json("/statuses/show", {"id": seen.id.partition(":")[2]})
            except Stopped as stopped:
                if stopped.is_wall:
                    raise
                if stopped.state is AccessState.DELETED and (gone := as_deleted(self, seen.id)):
                    yield gone

    async def _read_posts(self, posts: list[Post], cut: frozenset[str]) -> AsyncIterator[Post]:
        """Read what belongs to the posts of a page; at a wall the rest is kept without comments."""
        self._met.update(post.id for post in posts)
        for number, post in enumerate(posts):
            try:
                whole = self._steady(await self._with_long_text(post) if post.id in cut else post)
                async for item in self._with_comments(whole):
                    yield item
            except Stopped as stopped:
                if not stopped.is_wall:
                    raise
                for left in posts[number:]:
                    self.memory.unread.add(left.id)
                    if self.known(left.id) is None and left.id not in self._given:
                        yield self.covered(left, 0)
                raise

    def _steady(self, post: Post) -> Post:
        """Keep the first reading of a time such as "3小时前", which reads later with every run."""
        known = self.known(post.id)
        first = known.published_at if known is not None else None
        if first is None or post.published_at is None:
            return post
        near = abs(first - post.published_at) < timedelta(days=1)
        return post.model_copy(update={"published_at": first}) if near else post

    async def _with_long_text(self, post: Post) -> Post:
        """Fetch what stands behind "全文"."""
        known = self.known(post.id)
        if known is not None and not known.text.endswith("…") and not self._is_due(post):
            shown = self.context.mask.text(post.text).removesuffix("…").rstrip(".")
            if known.text.startswith(shown):
                return post.model_copy(update={"text": known.text})
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


def _oldest(posts: list[Post]) -> datetime | None:
    return min((post.published_at for post in posts if post.published_at), default=None)
