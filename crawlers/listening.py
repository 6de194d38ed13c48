"""Waits for what a page receives and says what it means."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.async_api import Page

from crawlers.access import Stopped, Verdict
from crawlers.browser_walls import judge_failure, look_at_address, told
from crawlers.channel_spider import ChannelSpider
from crawlers.hearing import Heard, Hearing, NameOf, Wanted
from posts.model import AccessState

__all__ = ["Listener", "NotAsked"]

CAPTCHA_BOX = "#captcha_container"
NOT_ASKED = 1 / 3
"""Share of the time for an answer after which a page that asks for nothing is nudged again."""


class NotAsked(Stopped):
    """The page did not ask for what was waited for; perhaps it has to be nudged again."""


class Listener:
    """The judged answers of one page.

    Args:
        spider: whose channel is read; it judges the answers and keeps the evidence.
        name_of: which requests are of interest.
        on_ask: called for each of them.
    """

    def __init__(self, spider: ChannelSpider, name_of: NameOf, on_ask: Callable[[], None]) -> None:
        self._spider = spider
        self._timeout = spider.channel.pace.timeout
        self._hearing = Hearing(name_of, self._timeout, on_ask)
        self.attach = self._hearing.attach
        self.forget = self._hearing.forget
        self.settled = self._hearing.settled

    def take(self, name: str, wanted: Wanted | None) -> Heard | None:
        """Take what was heard first of this name; a wall in any answer ends everything."""
        for heard in self._hearing.heard:
            if heard.name == name and (wanted is None or wanted(heard.query)):
                self._hearing.heard.remove(heard)
                return heard
            verdict = self._judge(heard)
            if verdict.state in (AccessState.NEEDS_LOGIN, AccessState.CAPTCHA):
                self.content(heard)
        return None

    async def hear(self, page: Page, name: str, wanted: Wanted | None) -> Heard:
        """Wait for an answer.

        Raises:
            Stopped: the page was sent to a wall, or nothing came in time.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        while True:
            self._hearing.news.clear()
            if (heard := self.take(name, wanted)) is not None:
                return heard
            look_at_address(page.url)
            asked = self._hearing.waits_for(name)
            left = started + self._timeout * (1 if asked else NOT_ASKED) - clock()
            if left <= 0:
                raise await self._silence(page, name, asked)
            try:
                await asyncio.wait_for(self._hearing.news.wait(), min(left, 0.5))
            except TimeoutError:
                continue

    def content(self, heard: Heard) -> Heard:
        """Give an answer back as content.

        Raises:
            Stopped: it is none.
        """
        verdict = self._judge(heard)
        self._spider.saw(heard.url, heard.status, heard.body)
        if verdict.state is AccessState.BAD_SHAPE:
            self._spider.set_aside("bad_shape", verdict.detail, heard.body)
        if verdict.state is not AccessState.OK:
            raise Stopped(verdict.state, verdict.detail)
        return heard

    def page_itself(self, address: str, status: int) -> None:
        """Judge the page, by its status alone: what it shows comes by its own requests.

        Raises:
            Stopped: it was refused.
        """
        self._spider.saw(address, status, None)
        if status < 400:
            return
        verdict = self._spider.judge(status, "")
        if verdict.state is not AccessState.OK:
            raise Stopped(verdict.state, verdict.detail)
        where = urlsplit(address).path
        raise Stopped(AccessState.BAD_SHAPE, f"HTTP {status} for the page {where}")

    async def _silence(self, page: Page, name: str, asked: bool) -> Stopped:
        with told():
            if await page.locator(CAPTCHA_BOX).count():
                return Stopped(AccessState.CAPTCHA, "a slider captcha; solve it in a browser")
        if "visitor" in page.url:
            return Stopped(AccessState.NEEDS_LOGIN, "the page takes us for a visitor; log in again")
        if asked:
            detail = f"no answer to {name} within {self._timeout:g} s"
            return Stopped(AccessState.THROTTLED, detail)
        where = urlsplit(page.url).path
        return NotAsked(AccessState.BAD_SHAPE, f"the page {where} did not ask for {name}")

    def _judge(self, heard: Heard) -> Verdict:
        if heard.failure:
            return judge_failure(heard.failure, f"the request for {heard.name}")
        return self._spider.judge(heard.status, heard.body)
