"""A Weibo channel by weibo.com in a real browser, with the login its owner left in the profile."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from crawlers.channel_spider import Stopped
from crawlers.hearing import Query
from crawlers.parsers import weibo_web as answers
from crawlers.parsers.weibo_answers import Answers
from crawlers.parsers.weibo_record import mid
from crawlers.parsers.weibo_text import plain
from crawlers.weibo_pages import WeiboPages
from crawlers.weibo_posts import Payload, unseen
from posts.model import Post

REPLIES = r"共\s*\d+\s*条回复"
NAMES = {
    "/ajax/profile/info": "info",
    "/ajax/statuses/mymblog": "timeline",
    "/ajax/statuses/show": "show",
    "/ajax/statuses/longtext": "longtext",
    "/ajax/statuses/buildComments": "comments",
}


class WeiboWebSpider(WeiboPages):
    """Opens posts by their short name and replies by a click."""

    name = "weibo-web"
    platform = "weibo"
    home = "https://weibo.com"
    parser: ClassVar[Answers] = answers

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names: dict[str, str] = {}
        """The ``mblogid`` of each post, with which its page is opened."""

    @staticmethod
    def name_of(path: str, query: Query) -> str | None:
        """Name the page's own requests; replies are asked for where comments are."""
        name = next((name for end, name in NAMES.items() if path.endswith(end)), None)
        return "replies" if name == "comments" and query.get("fetch_level") == "1" else name

    def _note_page(self, payload: Payload) -> None:
        self._names |= answers.page_names(payload)

    def _is_of(self, post: Post, query: Mapping[str, str]) -> bool:
        return query.get("id") in (mid(post), self._names.get(post.id))

    async def _opened(self, post: Post) -> Post:
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
        if text is None:
            return self._with_held_text(post)
        return post.model_copy(update={"text": plain(text)})

    async def _comments(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Scroll through the comments of the open post and open the replies below them."""
        async for page in self._comment_pages(post, fetched):
            parsed = answers.parse_comments(page, self._source(), thread=mid(post))
            for comment in unseen(self.keep_posts(parsed), fetched):
                yield comment
            async for reply in self._replies(post, fetched):
                yield reply

    async def _replies(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
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
