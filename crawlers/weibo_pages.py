"""A Weibo channel in a real browser: scroll through the profile, then open posts of interest."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from crawlers.channel_spider import Item, Stopped
from crawlers.hearing import Query
from crawlers.list_guard import ListGuard
from crawlers.parsers.weibo_answers import Answers
from crawlers.parsers.weibo_record import mid
from crawlers.weibo_posts import BEGINNING, EMPTY_PAGES, Payload, WeiboPosts, oldest_of, unseen
from crawlers.window import Window, open_window
from monitor.channels import Channel
from posts.model import AccessState, Post

__all__ = ["WeiboPages"]


class WeiboPages(WeiboPosts):
    """Reads what the pages of a site receive; subclasses know the site's addresses and shapes.

    All posts are listed first, since opening one leaves the list. What has to be opened is
    remembered before the first is, so that a run that is cut off, however hard, costs none: the
    next one scrolls down to where the last of them stands and opens what is left.
    """

    parser: ClassVar[Answers]
    phone: ClassVar[bool] = False
    """The pages are those for phones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._window: Window
        self._cut: set[str] = set()
        """Posts whose text goes on at their own page."""

    @classmethod
    def in_browser(cls, channel: Channel, profile: Path) -> bool:
        """Read it in a browser, always."""
        return True

    @staticmethod
    def name_of(path: str, query: Query) -> str | None:
        """Name the page's own requests: info, timeline, comments, replies, ..."""
        raise NotImplementedError

    async def _opened(self, post: Post) -> Post:
        """Open the page of a post; give the post with its whole text.

        Raises:
            Stopped: ``deleted`` where the platform says it is gone, or another wall.
        """
        raise NotImplementedError

    def _note_page(self, payload: Payload) -> None:
        """Note what only this site's timeline tells of its posts."""

    def _is_of(self, post: Post, query: Mapping[str, str]) -> bool:
        """Whether comments are of this post; a page may show those of another one first."""
        return query.get("id") == mid(post)

    # The channel -----------------------------------------------------------------------------

    async def collect(self) -> AsyncIterator[Item]:
        """Read the figures and the timeline, then what stands below the posts."""
        posts: list[Post] = []
        seen_before = self.ledger.posts()
        async with open_window(self, self.name_of, phone=self.phone) as self._window:
            try:
                info = await self._window.visit(f"/u/{self.channel.account}", "info")
                for figures in self.keep(self.parser.parse_profile(info.payload, self._source())):
                    yield figures
                whole = await self._listed(posts)
                async for item in self._read_posts(posts, whole=whole):
                    yield item
                async for item in self._missing(seen_before):
                    yield item
            except Stopped:
                for post in posts:
                    if post.id not in self._given:
                        self.memory.unread.add(post.id)
                        yield self._told(post)
                raise

    async def _look_for(self, post: str) -> None:
        known = self.known(post)
        if known is not None:
            await self._opened(known)

    # Timeline --------------------------------------------------------------------------------

    async def _listed(self, posts: list[Post]) -> bool:
        """Scroll through the timeline; whether that was followed to where all is known.

        A list that cannot be followed any further has still shown its posts.
        """
        try:
            await self._walk(posts)
        except Stopped as stopped:
            if stopped.is_wall or not posts:
                raise
            self.note_trouble(stopped)
            return False
        return True

    async def _walk(self, posts: list[Post]) -> None:
        """Scroll down to where all is known, noting what is met in ``posts``."""
        may_stop = self.memory.resume is None
        guard = ListGuard("the timeline", patience=EMPTY_PAGES)
        heard = await self._window.also("timeline")
        while True:
            page = heard.payload
            listed, fresh = self._page_of(page)
            posts += fresh
            self._read_down_to(oldest_of(listed))
            following = self.parser.next_page(page)
            if following is None:
                break
            if may_stop and not (
                self._is_of_interest(listed, fresh) or self.memory.unread - self._met
            ):
                return
            # Until all of it is listed, the next run has to read it all.
            self.memory.resume = {}
            guard.goes_on(tuple(following.items()), fresh=bool(fresh))
            try:
                heard = await self._window.scroll("timeline")
            except Stopped as stopped:
                if stopped.state is not AccessState.EMPTY:
                    raise
                break
        self._read_down_to(BEGINNING)
        # What was left unread and is listed no more cannot be read.
        self.memory.unread &= self._met

    def _page_of(self, page: Payload) -> tuple[list[Post], list[Post]]:
        """Read a page of the timeline: the posts that are not pinned, and those not met before.

        Raises:
            Stopped: it holds no list, so it is no page and not an empty one.
        """
        if not self.parser.is_timeline(page):
            raise Stopped(AccessState.BAD_SHAPE, "the timeline has no list of posts")
        parsed = self.keep_posts(self.parser.parse_timeline(page, self._source()))
        pinned = self.parser.pinned_posts(page)
        fresh = unseen(parsed, self._met)
        for post in fresh:
            self.ledger.note(post.id, post.published_at)
        self._cut.update(self.parser.cut_posts(page))
        self._note_page(page)
        return [post for post in parsed if post.id not in pinned], fresh

    # Posts -----------------------------------------------------------------------------------

    async def _read_posts(self, posts: list[Post], *, whole: bool) -> AsyncIterator[Post]:
        """Give what the timeline told whole, then open the rest, one after the other.

        Args:
            posts: of the timeline.
            whole: nothing is missing from them.
        """
        to_open = [post for post in posts if self._wants_comments(post) or self._wants_text(post)]
        self.memory.unread.update(post.id for post in to_open)
        for post in posts:
            if post not in to_open:
                async for item in self._unopened(post):
                    yield item
        await self.settle()
        if whole:
            self.memory.resume = None
        for post in to_open:
            try:
                opened = await self._opened(self._steady(post))
            except Stopped as stopped:
                if stopped.is_wall:
                    raise
                yield self._stayed_shut(post, stopped)
                continue
            async for item in self._with_comments(opened):
                yield item
            await self.settle()
            self.memory.unread.discard(post.id)

    def _wants_text(self, post: Post) -> bool:
        if post.id not in self._cut or self._known_text(post) is not None:
            return False
        known = self.known(post.id)
        return known is None or known.text.endswith(("…", "展开")) or self._is_due(post)

    async def _unopened(self, post: Post) -> AsyncIterator[Post]:
        told = self._told(post)
        if post.comments is not None and post.comments.value == 0:
            # It says that nothing is below it, which is as good as having looked.
            async for item in self._with_comments(told):
                yield item
        else:
            self._given.add(post.id)
            yield told

    def _stayed_shut(self, post: Post, stopped: Stopped) -> Post:
        self._given.add(post.id)
        if stopped.state is AccessState.DELETED:
            self.memory.unread.discard(post.id)
            post = post.model_copy(update={"deleted": True})
        else:
            self.note_trouble(stopped)
        return self._told(post)

    def _told(self, post: Post) -> Post:
        """The post as the timeline shows it, without another look at its comments."""
        return self.covered(self._with_held_text(self._steady(post)), 0)

    def _with_held_text(self, post: Post) -> Post:
        known = self.known(post.id) if post.id in self._cut else None
        return post if known is None else post.model_copy(update={"text": known.text})

    # Comments --------------------------------------------------------------------------------

    async def _comment_pages(self, post: Post, fetched: set[str]) -> AsyncIterator[Payload]:
        """Scroll through the comments of the open post; ``fetched`` grows as they are read."""
        guard = ListGuard("the list of comments", patience=EMPTY_PAGES)
        page = await self._comment_page(post, first=True)
        while page is not None:
            before = len(fetched)
            yield page
            cursor = self.parser.comments_cursor(page)
            following = cursor.max_id if cursor is not None else None
            if not guard.goes_on(following, fresh=len(fetched) > before):
                return
            page = await self._comment_page(post)

    async def _comment_page(self, post: Post, *, first: bool = False) -> Payload | None:
        ask = self._window.also if first else self._window.scroll
        try:
            return (await ask("comments", lambda query: self._is_of(post, query))).payload
        except Stopped as stopped:
            if stopped.state is AccessState.EMPTY:
                return None
            raise
