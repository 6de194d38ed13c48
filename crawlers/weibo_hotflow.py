"""Comments and replies of m.weibo.cn, asked for page by page."""

from collections.abc import AsyncIterator, Mapping

from crawlers.channel_spider import Stopped
from crawlers.list_guard import ListGuard
from crawlers.parsers import weibo_mobile as answers
from crawlers.parsers.weibo_record import mid
from crawlers.weibo_posts import EMPTY_PAGES, Payload, WeiboPosts, unseen
from posts.model import AccessState, Post

__all__ = ["WeiboHotflow"]

OLD_LIST = "/api/comments/show"
"""Shows the newest 50 or so; answers for posts of which hotflow is refused (HTTP 403)."""
REFUSALS = 3
"""So many posts in a row of which hotflow was refused, and it is asked no more in this run."""


class WeiboHotflow(WeiboPosts):
    """Reads what stands below a post."""

    _refusals = 0
    _refused: Stopped | None = None

    async def _comments(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Page through hotflow; where it is refused, through the older list."""
        refused: Stopped | None = None
        if self._refusals < REFUSALS:
            try:
                async for comment in self._hotflow(post, fetched):
                    yield comment
                self._refusals = 0
            except Stopped as stopped:
                if self.last_status != 403 or not stopped.is_wall or fetched:
                    raise
                refused = stopped
        else:
            refused = self._refused
        if refused is not None:
            async for comment in self._old_list(post, fetched, refused):
                yield comment

    async def _hotflow(self, post: Post, fetched: set[str]) -> AsyncIterator[Post]:
        """Ids already fetched are left out, as pages overlap."""
        guard = ListGuard("the list of comments", start="0", patience=EMPTY_PAGES)
        cursor: answers.Cursor | None = answers.Cursor("0", 0)
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
            cursor = answers.comments_cursor(payload)
            guard.goes_on(cursor and cursor.max_id, fresh=len(fetched) > before)

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

    async def _old_list(
        self, post: Post, fetched: set[str], refused: Stopped
    ) -> AsyncIterator[Post]:
        """Read the older list; where that is no help either, the first refusal stands."""
        page, last = 1, 1
        while page <= last:
            params = {"id": mid(post), "page": str(page)}
            try:
                payload = await self._ask_list(OLD_LIST, params, post)
            except Stopped as stopped:
                raise refused from stopped
            if payload is None:
                break
            self._refused, self._refusals = refused, self._refusals + (page == 1)
            parsed = answers.parse_old_comments(payload, self._source(), thread=mid(post))
            fresh = unseen(self.keep_posts(parsed), fetched)
            for comment in fresh:
                yield comment
            page, last = page + 1, answers.old_pages(payload) if fresh else 0
        note = "hotflow was refused for some posts; their comments came by the older, shorter list"
        if note not in self.notes:
            self.notes.append(note)

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
