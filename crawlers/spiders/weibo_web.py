"""A Weibo channel by weibo.com in a real browser, with the login its owner left in the profile."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from crawlers.channel_spider import Item, Stopped
from crawlers.parsers import weibo_web as answers
from crawlers.parsers.weibo_record import mid
from crawlers.parsers.weibo_text import plain
from crawlers.weibo_comments import EMPTY_PAGES, WeiboComments, unseen
from crawlers.window import Heard, Window, open_window
from monitor.channels import Channel
from posts.model import AccessState, Post

REPLIES = r"共\s*\d+\s*条回复"
NAMES = {
    "/ajax/profile/info": "info",
    "/ajax/statuses/mymblog": "timeline",
    "/ajax/statuses/show": "show",
    "/ajax/statuses/longtext": "longtext",
    "/ajax/statuses/buildComments": "comments",
}
GOES_ON_FOR_NOTHING = "says it goes on, but gives the same or empty pages"


def name_of(path: str, query: Any) -> str | None:
    """Name the page's own requests; replies are asked for where comments are."""
    name = next((name for end, name in NAMES.items() if path.endswith(end)), None)
    return "replies" if name == "comments" and query.get("fetch_level") == "1" else name


class WeiboWebSpider(WeiboComments):
    """Scroll through the profile, then open each post of interest."""

    name = "weibo-web"
    platform = "weibo"
    home = "https://weibo.com"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._window: Window
        self._names: dict[str, str] = {}
        """The ``mblogid`` of each post, with which its page is opened."""
        self._cut: set[str] = set()
        """Posts whose text goes on at their own page."""

    @classmethod
    def in_browser(cls, channel: Channel, profile: Path) -> bool:
        """Read it in a browser, always."""
        return True

    async def collect(self) -> AsyncIterator[Item]:
        """Read the figures and the timeline, then what stands below the posts."""
        posts: list[Post] = []
        async with open_window(self, name_of) as self._window:
            try:
                info = await self._window.visit(f"/u/{self.channel.account}", "info")
                for figures in self.keep(answers.parse_profile(info.payload, self._source())):
                    yield figures
                try:
                    await self._walk(posts)
                except Stopped as stopped:
                    # A list that cannot be followed any further has still shown its posts.
                    if stopped.is_wall or not posts:
                        raise
                    self.note_trouble(stopped)
                async for item in self._read_posts(posts):
                    yield item
            except Stopped:
                for post in posts:
                    if post.id not in self._given:
                        self.memory.unread.add(post.id)
                        yield self._told(post)
                raise

    # Timeline --------------------------------------------------------------------------------

    async def _walk(self, posts: list[Post]) -> None:
        """Scroll down to where all is known, noting what is met in ``posts``."""
        may_stop, empty = self.memory.resume is None, 0
        visited: list[dict[str, str]] = []
        met: set[str] = set()
        heard = await self._window.also("timeline")
        while True:
            page = heard.payload
            parsed = self.keep_posts(answers.parse_timeline(page, self._source()))
            fresh = list(unseen(parsed, met))
            posts += fresh
            self._names |= answers.page_names(page)
            self._cut |= set(answers.cut_posts(page))
            for post in fresh:
                self.ledger.note(post.id, post.published_at)
            pinned = answers.pinned_posts(page)
            following = answers.next_page(page)
            if following is None or (may_stop and not self._is_of_interest(fresh, pinned)):
                break
            self.memory.resume = {}
            empty = 0 if fresh else empty + 1
            if following in visited or empty >= EMPTY_PAGES:
                detail = f"the timeline {GOES_ON_FOR_NOTHING}"
                self.note_trouble(Stopped(AccessState.BAD_SHAPE, detail))
                return
            visited.append(following)
            heard = await self._window.scroll("timeline")
        self.memory.resume = None

    def _is_of_interest(self, posts: list[Post], pinned: frozenset[str]) -> bool:
        """Whether older posts have to be read: pinned ones, however old, say nothing of them."""
        listed = [post for post in posts if post.id not in pinned]
        return not listed or any(
            self.known(post.id) is None or post.id in self.memory.unread or self._is_due(post)
            for post in listed
        )

    # Posts -----------------------------------------------------------------------------------

    async def _read_posts(self, posts: list[Post]) -> AsyncIterator[Post]:
        for post in posts:
            if self._wants_comments(post) or self._wants_text(post):
                try:
                    whole = await self._opened(post)
                except Stopped as stopped:
                    if stopped.is_wall:
                        raise
                    yield self._stayed_shut(post, stopped)
                    continue
                async for item in self._with_comments(whole):
                    yield item
            else:
                self._given.add(post.id)
                yield self._told(post)

    def _wants_text(self, post: Post) -> bool:
        known = self.known(post.id)
        return post.id in self._cut and (known is None or known.text.endswith("…"))

    async def _opened(self, post: Post) -> Post:
        """Open the page of a post; give the post with its whole text."""
        name = self._names.get(post.id, mid(post))
        await self._window.visit(f"/{self.channel.account}/{name}", "show")
        if post.id not in self._cut:
            return post
        try:
            text = answers.parse_long_text((await self._window.also("longtext")).payload)
        except Stopped as stopped:
            if stopped.is_wall:
                raise
            text = None
        return self._with_known_text(post) if text is None else _with_text(post, plain(text))

    def _stayed_shut(self, post: Post, stopped: Stopped) -> Post:
        self._given.add(post.id)
        if stopped.state is AccessState.DELETED:
            post = post.model_copy(update={"deleted": True})
        else:
            self.memory.unread.add(post.id)
            self.note_trouble(stopped)
        return self._told(post)

    def _told(self, post: Post) -> Post:
        """The post as the timeline shows it, without another look at its comments."""
        return self.covered(self._with_known_text(post), 0)

    def _with_known_text(self, post: Post) -> Post:
        known = self.known(post.id) if post.id in self._cut else None
        return post if known is None else _with_text(post, known.text)

    # Comments --------------------------------------------------------------------------------

    async def _comments(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Scroll through the comments of the open post and open the replies below them."""
        visited: set[str] = set()
        empty, heard = 0, await self._heard_comments(post, first=True)
        while heard is not None:
            page, before = heard.payload, len(fetched)
            parsed = answers.parse_comments(page, self._source(), thread=mid(post))
            for comment in unseen(self.keep_posts(parsed), fetched):
                yield comment
            async for reply in self._opened_replies(post, fetched):
                yield reply
            cursor = answers.comments_cursor(page)
            if cursor is None:
                return
            empty = 0 if len(fetched) > before else empty + 1
            if cursor.max_id in visited or empty >= EMPTY_PAGES:
                detail = f"a list of comments {GOES_ON_FOR_NOTHING}"
                raise Stopped(AccessState.BAD_SHAPE, detail)
            visited.add(cursor.max_id)
            heard = await self._heard_comments(post)

    async def _heard_comments(self, post: Post, *, first: bool = False) -> Heard | None:
        ask = self._window.also if first else self._window.scroll
        names = (mid(post), self._names.get(post.id))
        try:
            return await ask("comments", lambda query: query.get("id") in names)
        except Stopped as stopped:
            if stopped.state is AccessState.EMPTY:
                return None
            raise

    async def _opened_replies(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        while (heard := await self._window.click(REPLIES, "replies")) is not None:
            root, visited = heard.query.get("id", ""), set[str]()
            while True:
                parsed = answers.parse_replies(
                    heard.payload, self._source(), thread=mid(post), root=root
                )
                for reply in unseen(self.keep_posts(parsed), fetched):
                    yield reply
                cursor = answers.comments_cursor(heard.payload)
                if cursor is None or cursor.max_id in visited or not parsed.posts:
                    break
                visited.add(cursor.max_id)
                heard = await self._window.scroll("replies")
            await self._window.close_box()


def _with_text(post: Post, text: str) -> Post:
    return post.model_copy(update={"text": text})
