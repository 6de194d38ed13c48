"""Comments and replies of m.weibo.cn, as often as they are due."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from crawlers.channel_spider import ChannelSpider, Stopped
from crawlers.parsers import weibo_mobile as answers
from crawlers.parsers.weibo_record import mid
from crawlers.revisit import is_due
from crawlers.vanished import vanished_comments
from posts.model import AccessState, Post

__all__ = ["EMPTY_PAGES", "WeiboComments"]

Payload = dict[str, Any]

EMPTY_PAGES = 3
"""So many pages in a row without anything fresh end a list that says it goes on."""


class WeiboComments(ChannelSpider):
    """Reads what stands below a post of m.weibo.cn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._given: set[str] = set()
        """Posts already given on."""

    def _source(self) -> answers.Source:
        return answers.Source(self.channel.id, self.channel.account, self.name, self.now())

    def _is_due(self, post: Post) -> bool:
        return is_due(post.published_at, self.ledger.read_at(post.id), self.now())

    def _wants_comments(self, post: Post) -> bool:
        known = self.known(post.id)
        if post.comments is not None and post.comments.value == 0:
            return False
        if known is None or known.coverage is None or post.id in self.memory.unread:
            return True
        return known.comments != post.comments or self._is_due(post)

    async def _with_comments(self, post: Post) -> AsyncIterator[Post]:
        """Give the comments of a post, then the post with how many of them were had."""
        fetched: set[str] = set()
        none = post.comments is not None and post.comments.value == 0
        if none or self._wants_comments(post):
            self.memory.unread.add(post.id)
            try:
                if not none:
                    async for comment in self._comments(post, fetched):
                        yield comment
                for gone in vanished_comments(self, post, fetched):
                    yield gone
                self.ledger.note_read(post.id, fetched, self.now())
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
