"""A channel's one page in a real browser: opened, scrolled and clicked as a person would.

Nothing is asked in the page's place and nothing is signed; its own answers are read along.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import scrapy
from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as BrowserError

from crawlers.access import Paused, Stopped
from crawlers.browser import (
    FIND,
    SCROLL,
    chromium,
    first_request,
    keep_cookies,
    launch_options,
    open_context,
)
from crawlers.browser_walls import look_at_address, told
from crawlers.channel_spider import RETRIES, ChannelSpider
from crawlers.hearing import Heard, NameOf, Wanted
from crawlers.listening import Listener, NotAsked
from crawlers.manners import ask_leave
from posts.model import AccessState

__all__ = ["Heard", "Window", "open_window"]

log = logging.getLogger(__name__)

Act = Callable[[], Awaitable[None]]


class Window:
    """One page; made by ``open_window``. Every method may raise ``Stopped``."""

    def __init__(self, spider: ChannelSpider, name_of: NameOf, *, phone: bool) -> None:
        self._spider = spider
        self._phone = phone
        self._timeout = spider.channel.pace.timeout
        self._listener = Listener(spider, name_of, self._count)
        self._page: Page | None = None
        self._refused: Paused | None = None
        """Why nothing more may be asked in this run."""

    # What a person does ----------------------------------------------------------------------

    async def open(self, url: str) -> None:
        """Open a page of the channel, whatever it asks for."""
        for attempt in range(RETRIES + 1):
            try:
                await self._rest(attempt)
                await self._go(url)
                return
            except Stopped as stopped:
                if self._is_final(stopped) or attempt == RETRIES:
                    raise

    async def visit(self, url: str, name: str, wanted: Wanted | None = None) -> Heard:
        """Open a page of the channel and give the answer to its own request ``name``."""
        self._listener.forget()
        return await self._ask(partial(self._go, url), name, wanted)

    async def scroll(self, name: str, wanted: Wanted | None = None) -> Heard:
        """Scroll to the end and give the answer that the page asks for then."""
        return await self._ask(self._scroll, name, wanted)

    async def click(self, text: str, name: str, *, again: bool = False) -> Heard | None:
        """Click the next element whose text matches and that was not clicked yet.

        None where there is none, or where it asks for nothing.

        Args:
            text: regular expression.
            name: what the page asks for then.
            again: the last one may be clicked once more.
        """
        found = await self._find(text, again)
        if found is None:
            return None
        try:
            return await self._ask(partial(self._press, found), name, None)
        except NotAsked:
            return None

    async def close_box(self) -> None:
        """Close what lies over the page."""
        with told():
            await self._own.keyboard.press("Escape")

    async def also(self, name: str, wanted: Wanted | None = None) -> Heard:
        """Give another answer that the page asks for by itself."""
        return await self._ask(self._scroll, name, wanted, by_itself=True)

    async def look(self, script: str) -> Any:
        """Give what a function finds on the page, such as what its own scripts carry."""
        with told():
            return await self._own.evaluate(script)

    # How it is done --------------------------------------------------------------------------

    async def _ask(
        self, act: Act, name: str, wanted: Wanted | None, *, by_itself: bool = False
    ) -> Heard:
        """Do ``act`` and give the answer to the request that the page makes then.

        Where the page has asked already, nothing is done. What is throttled or does not happen is
        tried again after a wait; a wall never is.
        """
        told: Stopped | None = None
        for attempt in range(RETRIES + 1):
            try:
                heard = self._listener.take(name, wanted)
                if heard is None:
                    if attempt or not by_itself:
                        await self._rest(attempt)
                        await act()
                    heard = await self._listener.hear(self._own, name, wanted)
                return self._listener.content(heard)
            except NotAsked as silence:
                told = told or silence
            except Stopped as stopped:
                told = stopped
                if self._is_final(stopped):
                    break
        raise told or Stopped(AccessState.BAD_SHAPE, f"nothing was heard of {name}")

    def _is_final(self, stopped: Stopped) -> bool:
        return stopped.state is not AccessState.THROTTLED or self._refused is not None

    async def _rest(self, attempt: int) -> None:
        """Pause as a person does; the longer, the more often it was tried."""
        if self._refused is not None:
            raise self._refused
        pace = self._spider.channel.pace
        times = 4 * 2 ** (attempt - 1) if attempt else 1
        vary = 1 + random.uniform(-pace.jitter, pace.jitter)  # noqa: S311 - a pause, no secret
        # Without a page the browser did not start: a killed one may still hold the profile.
        await asyncio.sleep(2.0 * attempt if self._page is None else pace.delay * times * vary)

    def _count(self) -> None:
        """Count a request of the page; it is made already, so a refusal counts for the next."""
        spider = self._spider
        try:
            ask_leave(spider.channel.pace, spider.memory, spider.tally, spider.now())
        except Paused as refused:
            self._refused = refused

    async def _go(self, url: str) -> None:
        """Open a page; the page itself is judged by its status and address only."""
        await self._listener.settled()
        self._listener.forget()
        address = self._spider.address(url)
        self._count()
        with told():
            status = await (self._first(address) if self._page is None else self._next(address))
            self._listener.page_itself(address, status)
        look_at_address(self._own.url)

    async def _first(self, address: str) -> int:
        """Open the first page through Scrapy, which starts the browser for it."""
        context, program = self._spider.context, chromium(self._spider.context.chromium)
        options = launch_options(
            program, self._profile, window=context.browser_window, phone=self._phone
        )
        engine: Any = self._spider.crawler.engine
        request = first_request(address, options, self._attach, self._timeout)
        return int((await engine.download_async(request)).status)

    async def _next(self, address: str) -> int:
        response = await self._own.goto(address, wait_until="domcontentloaded")
        return response.status if response is not None else 200

    async def _attach(self, page: Page, request: scrapy.Request) -> None:
        self._page = page
        page.set_default_timeout(1000 * self._timeout)
        self._listener.attach(page)
        spider = self._spider
        await open_context(page.context, self._profile, spider.login_cookies, spider.address("/"))

    async def _scroll(self) -> None:
        with told():
            await self._own.evaluate(SCROLL)

    async def _find(self, text: str, again: bool) -> ElementHandle | None:
        with told():
            return (await self._own.evaluate_handle(FIND, [text, again])).as_element()
        return None

    async def _press(self, found: ElementHandle) -> None:
        with told():
            await found.click()

    @property
    def _own(self) -> Page:
        if self._page is None:
            raise Stopped(AccessState.BAD_SHAPE, "no page is open")
        return self._page

    @property
    def _profile(self) -> Path:
        return self._spider.context.profile(self._spider.channel.id)

    async def close(self) -> None:
        """Keep the cookies, which the visit may have renewed.

        The page ends with its browser. Closing it alone may wait for ever: Chromium answers
        nothing for a page that it is just replacing by its own page of errors.
        """
        if self._page is None or self._page.is_closed():
            return
        try:
            async with asyncio.timeout(self._timeout):
                cookies = await self._page.context.cookies()
            keep_cookies(self._profile, cookies)
        except (BrowserError, TimeoutError, OSError) as error:
            log.warning("channel %s: cookies not kept: %s", self._spider.channel.id, error)


@asynccontextmanager
async def open_window(
    spider: ChannelSpider, name_of: NameOf, *, phone: bool = False
) -> AsyncIterator[Window]:
    """Give the channel's one page; the browser starts with the first visit.

    Args:
        spider: whose channel is read.
        name_of: which requests of the page are of interest.
        phone: the page is one for phones.
    """
    window = Window(spider, name_of, phone=phone)
    try:
        yield window
    finally:
        await window.close()
