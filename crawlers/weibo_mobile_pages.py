"""The pages of m.weibo.cn in a real browser, for ``weibo-mobile`` with a login in the profile."""

from collections.abc import AsyncIterator
from typing import ClassVar

from crawlers.channel_spider import Stopped
from crawlers.hearing import Query
from crawlers.parsers import weibo_mobile as answers
from crawlers.parsers.weibo_answers import Answers
from crawlers.parsers.weibo_record import mid
from crawlers.parsers.weibo_text import plain
from crawlers.weibo_pages import WeiboPages
from crawlers.weibo_posts import unseen
from posts.model import AccessState, Post

__all__ = ["WeiboMobilePages"]

NAMES = {
    "/comments/hotflow": "comments",
    "/comments/hotFlowChild": "replies",
}
INDEX = "/api/container/getIndex"
TIMELINES = ("107603", "230413")
"""How the container of a timeline begins; the same address gives the profile."""

STATUS = "() => window.$render_data?.status ?? null"
"""A post's own page carries the post in its script."""
TEXT = "() => (document.body?.innerText || '').slice(0, 400)"


class WeiboMobilePages(WeiboPages):
    """Opens posts and the replies below a comment by their addresses."""

    name = "weibo-mobile"
    platform = "weibo"
    home = "https://m.weibo.cn"
    parser: ClassVar[Answers] = answers
    phone = True

    @staticmethod
    def name_of(path: str, query: Query) -> str | None:
        """Name the page's own requests; profile and timeline differ by their container."""
        if path.endswith(INDEX):
            timeline = query.get("containerid", "").startswith(TIMELINES)
            return "timeline" if timeline else "info"
        return next((name for end, name in NAMES.items() if path.endswith(end)), None)

    async def _opened(self, post: Post) -> Post:
        await self._window.open(f"/detail/{mid(post)}")
        status = await self._window.look(STATUS)
        if not isinstance(status, dict):
            raise await self._what_it_says()
        if post.id not in self._cut:
            return post
        text = answers.whole_text(status)
        if text is None:
            return self._with_held_text(post)
        return post.model_copy(update={"text": plain(text)})

    async def _what_it_says(self) -> Stopped:
        """What a page without a post means."""
        text = await self._window.look(TEXT)
        if "不存在" in text or "已被删除" in text:
            return Stopped(AccessState.DELETED, "the page says that the post does not exist")
        if "登录" in text:
            return Stopped(AccessState.NEEDS_LOGIN, "the page asks to log in; log in again")
        return Stopped(AccessState.BAD_SHAPE, "the page of a post carries no post")

    async def _comments(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Scroll through the comments of the open post, then open what has more replies."""
        roots: list[str] = []
        async for page in self._comment_pages(post, fetched):
            parsed = answers.parse_comments(page, self._source(), thread=mid(post))
            for comment in unseen(self.keep_posts(parsed), fetched):
                yield comment
            roots += [root for root in answers.open_threads(page) if root not in roots]
        for root in roots:
            async for reply in self._replies(post, root, fetched):
                yield reply

    async def _replies(self, post: Post, root: str, fetched: set[str]) -> AsyncIterator[Post]:
        visited = set[str]()
        try:
            heard = await self._window.visit(
                f"/detail/{mid(post)}?cid={root}", "replies", lambda query: query.get("cid") == root
            )
            while True:
                parsed = answers.parse_replies(
                    heard.payload, self._source(), thread=mid(post), root=root
                )
                for reply in unseen(self.keep_posts(parsed), fetched):
                    yield reply
                cursor = answers.comments_cursor(heard.payload)
                if cursor is None or cursor.max_id in visited or not parsed.posts:
                    return
                visited.add(cursor.max_id)
                heard = await self._window.scroll("replies", lambda q: q.get("cid") == root)
        except Stopped as stopped:
            if stopped.state is not AccessState.EMPTY:
                raise
