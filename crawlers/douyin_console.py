"""The pages of creator.douyin.com in a browser, in today's and the older generation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from crawlers.channel_spider import ChannelSpider, Stopped
from crawlers.hearing import Query
from crawlers.list_guard import ListGuard
from crawlers.parsers.douyin_creator import encrypted_ids, next_page
from crawlers.window import Window, open_window

__all__ = ["Console", "open_console"]

Payload = dict[str, Any]

MANAGE = "/creator-micro/content/manage"
COMMENTS = "/creator-micro/interactive/comment"
OPENS_REPLIES = r"(查看|展开).*回复"
NAMES = {
    "/web/api/media/user/info": "user",
    "/janus/douyin/creator/pc/work_list": "works",
    "/aweme/v1/creator/item/list": "works",
    "/comment/list/select": "comments",
    "/aweme/v1/creator/comment/list": "comments",
    "/comment/list/reply": "replies",
    "/aweme/v1/creator/comment/reply/list": "replies",
}
ROWS = ("aweme_list", "item_info_list", "comments", "comment_info_list")
"""Where the rows of a page stand, by its kind and generation."""


def name_of(path: str, query: Query) -> str | None:
    """Name the page's own requests; works of other people (aweme/detail) are none of ours."""
    return next((name for end, name in NAMES.items() if path.endswith(end)), None)


class Console:
    """What the console shows of the account that is logged in."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._encrypted: dict[str, str] = {}

    async def user(self) -> Payload:
        """Open the list of works; give the figures of the account."""
        return (await self._window.visit(MANAGE, "user")).payload

    async def works(self) -> tuple[list[Payload], Stopped | None]:
        """Give all pages of works that could be read, and the wall that ended the reading.

        All at once: the reading of comments leaves the list.
        """
        pages: list[Payload] = []
        guard = ListGuard("the list of works", start=0)
        try:
            page = (await self._window.also("works")).payload
            while True:
                pages.append(page)
                self._encrypted |= encrypted_ids(page)
                if not _goes_on(guard, page):
                    return pages, None
                page = (await self._window.scroll("works")).payload
        except Stopped as stopped:
            return pages, stopped

    async def comments(self, work: str) -> AsyncIterator[tuple[Payload, str | None]]:
        """Give the pages of comments of a work, and of replies with the comment they are under."""
        heard = await self._window.visit(
            f"{COMMENTS}?item_id={work}", "comments", lambda query: self._is_of(work, query)
        )
        guard = ListGuard("the list of comments", start=0)
        while True:
            yield heard.payload, None
            async for page, root in self._replies():
                yield page, root
            if not _goes_on(guard, heard.payload):
                return
            heard = await self._window.scroll("comments", lambda query: self._is_of(work, query))

    async def _replies(self) -> AsyncIterator[tuple[Payload, str]]:
        guards: dict[str, ListGuard] = {}
        again = False
        while True:
            heard = await self._window.click(OPENS_REPLIES, "replies", again=again)
            if heard is None:
                return
            root = heard.query.get("comment_id", "")
            yield heard.payload, root
            guard = guards.setdefault(root, ListGuard("a list of replies", start=0))
            again = _goes_on(guard, heard.payload)

    def _is_of(self, work: str, query: Query) -> bool:
        """Whether comments are of this work; a page may show those of another one first."""
        asked = query.get("aweme_id") or query.get("item_id") or ""
        other = self._encrypted.get(work)
        return asked == work or (asked == other if other else asked.startswith("@"))


def _goes_on(guard: ListGuard, page: Payload) -> bool:
    following = next_page(page, "max_cursor" if "max_cursor" in page else "cursor")
    return guard.goes_on(following, fresh=any(page.get(name) for name in ROWS))


@asynccontextmanager
async def open_console(spider: ChannelSpider) -> AsyncIterator[Console]:
    """Give the console; the browser starts with the first page."""
    async with open_window(spider, name_of) as window:
        yield Console(window)
