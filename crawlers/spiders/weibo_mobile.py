"""A Weibo channel by m.weibo.cn, with the owner's login."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.parsers import weibo_mobile as answers
from crawlers.parsers.weibo_record import mid
from crawlers.parsers.weibo_text import plain
from posts.model import AccessState, Post

Payload = dict[str, Any]

INDEX = "/api/container/getIndex"
WINDOW = timedelta(days=14)
"""Younger posts are read again with every run: their comments still grow."""
EMPTY_PAGES = 3
"""So many pages in a row without anything fresh end a list that says it goes on."""


class WeiboMobileSpider(ChannelSpider):
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
        self._given: set[str] = set()
        """Posts already given on."""

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
        async for item in self._walk(list_of_posts, {}, may_stop=older != {}):
            yield item
        if older:
            # An earlier run was cut off here; what lies below was never read.
            async for item in self._walk(list_of_posts, older, may_stop=False):
                yield item
        self.memory.resume = None

    def _source(self) -> answers.Source:
        return answers.Source(self.channel.id, self.channel.account, self.name, self.now())

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
            self.memory.resume = page
            visited.append(page)
            try:
                payload = await self._ask_index({**list_of_posts, **page})
            except Stopped as stopped:
                if stopped.state is AccessState.EMPTY:
                    return
                raise
            posts = self.keep_posts(answers.parse_timeline(payload, self._source()))
            fresh = [post for post in posts if post.id not in self._met]
            keep_on = self._is_of_interest(fresh, answers.pinned_posts(payload))
            async for item in self._read_posts(fresh, answers.cut_posts(payload)):
                yield item
            if may_stop and not keep_on:
                return
            page = answers.next_page(payload)
            empty = 0 if fresh else empty + 1
            if page in visited or (page is not None and empty >= EMPTY_PAGES):
                detail = "the timeline says it goes on, but gives the same or empty pages"
                self.note_trouble(Stopped(AccessState.BAD_SHAPE, detail))
                return

    def _is_of_interest(self, posts: list[Post], pinned: frozenset[str]) -> bool:
        """Whether older pages have to be read: pinned posts, however old, say nothing of them."""
        listed = [post for post in posts if post.id not in pinned]
        return not listed or any(
            self._is_young(post) or post.id in self.memory.unread or self.known(post.id) is None
            for post in listed
        )

    def _is_young(self, post: Post) -> bool:
        return post.published_at is None or post.published_at > self.now() - WINDOW

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
        if known is not None and not known.text.endswith("…") and not self._is_young(post):
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

    # Comments --------------------------------------------------------------------------------

    def _wants_comments(self, post: Post) -> bool:
        known = self.known(post.id)
        if post.comments is not None and post.comments.value == 0:
            return False
        if known is None or known.coverage is None or post.id in self.memory.unread:
            return True
        return self._is_young(post) or known.comments != post.comments

    async def _with_comments(self, post: Post) -> AsyncIterator[Post]:
        """Give the comments of a post, then the post with how many of them were had."""
        fetched: set[str] = set()
        if self._wants_comments(post):
            self.memory.unread.add(post.id)
            try:
                async for comment in self._comments(post, fetched):
                    yield comment
            except Stopped as stopped:
                if stopped.is_wall:
                    self._given.add(post.id)
                    yield self.covered(post, len(fetched))
                    raise
                if stopped.state is AccessState.DELETED:
                    post = post.model_copy(update={"deleted": True})
                else:
                    self.note_trouble(stopped)
        self.memory.unread.discard(post.id)
        self._given.add(post.id)
        yield self.covered(post, len(fetched))

    async def _comments(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Page through hotflow; ids already fetched are left out, as pages overlap."""
        cursor: answers.Cursor | None = answers.Cursor("0", 0)
        visited: set[str] = set()
        empty = 0
        while cursor is not None:
            payload = await self._ask_comments(post, cursor)
            if payload is None:
                return
            before = len(fetched)
            parsed = answers.parse_comments(payload, self._source(), thread=mid(post))
            for comment in unseen(self.keep_posts(parsed), fetched):
                yield comment
            for root in answers.open_threads(payload):
                async for reply in self._replies(post, root, fetched):
                    yield reply
            visited.add(cursor.max_id)
            cursor = answers.comments_cursor(payload)
            empty = 0 if len(fetched) > before else empty + 1
            if cursor is not None and (cursor.max_id in visited or empty >= EMPTY_PAGES):
                detail = "a list of comments says it goes on, but gives the same or empty pages"
                raise Stopped(AccessState.BAD_SHAPE, detail)

    async def _replies(self, post: Post, root: str, fetched: set[str]) -> AsyncIterator[Post]:
        cursor: answers.Cursor | None = answers.Cursor("0", 0)
        visited: set[str] = set()
        while cursor is not None and cursor.max_id not in visited:
            visited.add(cursor.max_id)
            payload = await self._ask_replies(post, root, cursor)
            if payload is None:
                return
            parsed = answers.parse_replies(payload, self._source(), thread=mid(post), root=root)
            for reply in unseen(self.keep_posts(parsed), fetched):
                yield reply
            cursor = answers.comments_cursor(payload) if parsed.posts else None

    async def _ask_comments(self, post: Post, cursor: answers.Cursor) -> Payload | None:
        params = {"id": mid(post), "mid": mid(post), "max_id_type": str(cursor.kind)}
        if cursor.max_id != "0":
            params["max_id"] = cursor.max_id
        return await self._ask_list("/comments/hotflow", params, post)

    async def _ask_replies(self, post: Post, root: str, cursor: answers.Cursor) -> Payload | None:
        params = {"cid": root, "max_id": cursor.max_id, "max_id_type": str(cursor.kind)}
        return await self._ask_list("/comments/hotFlowChild", params, post)

    async def _ask_list(self, path: str, params: Mapping[str, str], post: Post) -> Payload | None:
        try:
            return await self.fetch_json(path, params, headers=self._beside(post))
        except Stopped as stopped:
            if stopped.state is AccessState.EMPTY:
                return None
            raise

    def _beside(self, post: Post) -> dict[str, str]:
        return {"Referer": f"{self.home}/detail/{mid(post)}"}


def unseen(posts: list[Post], fetched: set[str]) -> Iterator[Post]:
    """Give the posts that are not yet in ``fetched``, and note them there."""
    for post in posts:
        if post.id not in fetched:
            fetched.add(post.id)
            yield post
