"""The base of all spiders: polite requests, judged answers, one named end state.

A spider is written as one coroutine that reads top to bottom: ``collect`` fetches, parses and
yields posts (as found) and snapshots; the pipeline masks and keeps them. Every wall ends the
crawl by ``Stopped``; what was yielded before is kept.
"""

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from gzip import BadGzipFile
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.access import Paused, Stopped, Verdict, judge_weibo, load_object
from crawlers.address import address, read_cookies, wait_asked
from crawlers.context import CrawlContext
from crawlers.crawl_book import CrawlBook, Item
from crawlers.manners import ask_leave, evidence
from monitor.channels import Channel, secret
from posts.errors import SettingsError
from posts.model import AccessState, Platform, Post

__all__ = ["ChannelSpider", "Item", "Stopped"]

log = logging.getLogger(__name__)

RETRIES = 2
DAMAGED = (BadGzipFile, zlib.error, EOFError)
"""What unpacking an answer raises; to ask again would bring the same."""
LONGEST_WAIT = 900.0
"""Seconds; a server that asks for a longer wait is taken at its word in the next run."""


class ChannelSpider(CrawlBook, scrapy.Spider):
    """Crawl one channel; subclasses give ``name`` (the source), ``home`` and ``collect``."""

    platform: ClassVar[Platform] = "weibo"
    home: ClassVar[str]
    """Scheme and host of the platform; a channel's ``base_url`` stands in for it."""
    default_headers: ClassVar[Mapping[str, str]] = {}
    meta: ClassVar[Mapping[str, Any]] = {}
    """Meta of every request, such as what scrapy-playwright wants."""

    def __init__(self, channel: Channel, context: CrawlContext, **kwargs: Any) -> None:
        scrapy.Spider.__init__(self, **kwargs)
        CrawlBook.__init__(self, channel, context)
        self.flush: Callable[[], None] = lambda: None
        """Archives what was yielded; set by the pipeline."""
        self._cookies: dict[str | bytes, str | bytes | bool | float | int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider as Scrapy asks."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        return spider

    @staticmethod
    def judge(status: int, body: str) -> Verdict:
        """Say what an answer of the platform means; weibo's unless a spider says otherwise."""
        return judge_weibo(status, body)

    def collect(self) -> AsyncIterator[Item]:
        """Read the channel: yield posts as found and snapshots; raise ``Stopped`` at a wall."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Item]:
        """Run ``collect`` and turn its end into the named state."""
        found = 0
        try:
            self.log_in(secret(self.channel, self.context.secrets_file))
            async for item in self.collect():
                found += isinstance(item, Post)
                yield item
            self.outcome = self._verdict_of_a_full_run(found)
        except SettingsError as error:
            self.outcome = Verdict(AccessState.NEEDS_LOGIN, str(error))
        except Stopped as stopped:
            self.outcome = Verdict(stopped.state, stopped.detail)
            self.paused = isinstance(stopped, Paused)
        except Exception as error:
            # The message of an unforeseen error may quote a post, so only its kind is told.
            log.exception("channel %s: unforeseen error", self.channel.id)
            kind = type(error).__name__
            self.outcome = Verdict(AccessState.BAD_SHAPE, f"unforeseen {kind}; see the log")
        if self.outcome.state is not AccessState.OK and not self._evidence and not self.paused:
            self.keep_evidence(*self.outcome)
        await self._let_items_pass()

    def log_in(self, login: str | None) -> None:
        """Take the channel's secret: cookies, unless a spider knows it as something else."""
        self._cookies = read_cookies(login)

    async def _let_items_pass(self) -> None:
        """Wait for the pipeline; else Scrapy looks again for the end only seconds later."""
        slot = self.crawler.engine.scraper.slot
        while slot is not None and not slot.is_idle():
            await asyncio.sleep(0.01)

    async def settle(self) -> None:
        """Have all that was yielded archived; what is remembered from here on is true."""
        await self._let_items_pass()
        self.flush()
        self.ledger.commit()
        self.memory.save()

    def _verdict_of_a_full_run(self, found: int) -> Verdict:
        if self.troubles:
            first, more = self.troubles[0], len(self.troubles) - 1
            return Verdict(first.state, first.detail + (f" (and {more} more)" if more else ""))
        if not found:
            return Verdict(AccessState.EMPTY, "the channel shows no posts")
        return Verdict(AccessState.OK, "; ".join(self.notes))

    async def fetch(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Response:
        """Fetch ``url`` (a path or an address) at the channel's pace.

        Throttled answers are tried again after a wait; walls never are.

        Raises:
            Stopped: the answer is no content, or today's requests are spent.
        """
        for attempt in range(RETRIES + 1):
            response, verdict = await self._ask(self._request(url, params, headers, request))
            if verdict.state is AccessState.OK and response is not None:
                return response
            if verdict.state is not AccessState.THROTTLED or attempt == RETRIES:
                break
            wait = wait_asked(response) or 4 * self.channel.pace.delay * 2**attempt
            if wait > LONGEST_WAIT:
                break
            log.warning("channel %s: %s; waiting %.0f s", self.channel.id, verdict.detail, wait)
            await asyncio.sleep(wait)
        if verdict.state is not AccessState.EMPTY:
            self.keep_evidence(*verdict)
        raise Stopped(verdict.state, verdict.detail)

    async def fetch_json(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> dict[str, Any]:
        """Fetch a JSON object; see ``fetch``.

        Raises:
            Stopped: see ``fetch``; ``bad_shape`` where the body is no JSON object.
        """
        response = await self.fetch(url, params, headers=headers, **request)
        payload = load_object(response.text)
        if payload is None:
            verdict = Verdict(AccessState.BAD_SHAPE, f"no JSON object at {urlsplit(url).path}")
            self.keep_evidence(*verdict)
            raise Stopped(*verdict)
        return payload

    def address(self, url: str, params: Mapping[str, str | int] | None = None) -> str:
        """The address a request really goes to: on ``base_url`` where the channel has one."""
        return address(url, params, home=self.home, base_url=self.channel.base_url)

    def _request(
        self,
        url: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        more: dict[str, Any],
    ) -> scrapy.Request:
        # Redirects are judged, not followed: a login cookie must not travel to another host.
        meta = {"handle_httpstatus_all": True, "dont_redirect": True, "dont_retry": True}
        return scrapy.Request(
            self.address(url, params),
            headers={**self.default_headers, **(headers or {})},
            cookies=self._cookies,
            dont_filter=True,
            **{**more, "meta": {**meta, **self.meta, **more.get("meta", {})}},
        )

    async def _ask(self, request: scrapy.Request) -> tuple[Response | None, Verdict]:
        await self.wait_for_turn(request.url)
        ask_leave(self.channel.pace, self.memory, self.tally, self.now())
        self._seen_last = evidence(request.url, None)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            # Scrapy and Twisted raise many kinds; to us they all say that nobody answered.
            host, kind = urlsplit(request.url).netloc, type(error).__name__
            if isinstance(error, DAMAGED):
                return None, Verdict(
                    AccessState.BAD_SHAPE, f"the answer of {host} cannot be unpacked: {kind}"
                )
            return None, Verdict(AccessState.THROTTLED, f"{host} did not answer: {kind}")
        self._seen_last = evidence(request.url, response)
        text = response.text if hasattr(response, "encoding") else ""
        return response, self.judge(response.status, text)

    @property
    def login_cookies(self) -> Mapping[Any, Any]:
        """Cookies of the channel's secret; none where it has no secret."""
        return self._cookies

    @classmethod
    def in_browser(cls, channel: Channel, profile: Path) -> bool:
        """Whether this channel is read in a browser.

        Args:
            channel: the channel.
            profile: folder of its browser profile; there once somebody has logged in with it.
        """
        return False

    @classmethod
    def browser_class(cls) -> type["ChannelSpider"]:
        """The spider that reads the source in a browser; this one, if it can do both."""
        return cls
