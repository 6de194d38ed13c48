"""Run the spiders of the configured channels, all in one process, each at its own pace."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules
from threading import Thread
from time import monotonic
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings as ScrapySettings

import crawlers.spiders
from crawlers import browser
from crawlers.channel_spider import ChannelSpider
from crawlers.context import CrawlContext
from monitor import wiring
from monitor.channels import Channel, load_channels
from monitor.logins import profile_folder
from monitor.settings import Settings
from posts.errors import SettingsError
from posts.model import AccessState, CrawlRun

__all__ = ["chosen_channels", "crawl", "sources"]


def sources() -> list[str]:
    """The sources there are spiders for: the modules of ``crawlers/spiders``."""
    found = iter_modules(crawlers.spiders.__path__)
    return sorted(module.name.replace("_", "-") for module in found)


def spider_of(source: str) -> type[ChannelSpider]:
    """The spider class of a source.

    Raises:
        SettingsError: there is no such spider.
    """
    if source not in sources():
        raise SettingsError(f"no spider for the source `{source}`; there are: {_list(sources())}")
    module = import_module(f"crawlers.spiders.{source.replace('-', '_')}")
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, ChannelSpider)
            and getattr(value, "name", None) == source
        ):
            return value
    raise SettingsError(f"{module.__name__} holds no spider named `{source}`")


def chosen_channels(settings: Settings, ids: Sequence[str] = ()) -> list[Channel]:
    """The channels of the channel file, or those of them with the given ids.

    Raises:
        ChannelFileError: the file is wrong or names a source without a spider.
        SettingsError: an id is not in the file.
    """
    channels = load_channels(settings.channels, sources=sources())
    known = {channel.id: channel for channel in channels}
    for one in ids:
        if one not in known:
            raise SettingsError(
                f"no channel `{one}` in {settings.channels}; there are: {_list(known)}"
            )
    return [known[one] for one in dict.fromkeys(ids)] if ids else channels


def crawl(channels: Sequence[Channel], settings: Settings) -> list[CrawlRun]:
    """Crawl channels side by side and give back how each ended, in the same order.

    May be called again in the same process, always from the same thread.

    Raises:
        SettingsError: a channel's source has no spider, or the key cannot be read.
    """
    spiders = [spider_of(channel.source) for channel in channels]
    loop = _loop()
    names = frozenset(channel.name for channel in channels)
    archive = wiring.archive(settings)
    try:
        context = CrawlContext(
            archive=archive,
            mask=wiring.mask(settings, keep_names=names),
            quarantine=wiring.quarantine(settings),
            data=settings.data,
            secrets_file=settings.secrets,
            contact=settings.contact,
            profile=partial(profile_folder, settings),
            chromium=settings.chromium,
            browser_window=settings.browser_window,
        )
        return loop.run_until_complete(
            _crawl_all(list(zip(channels, spiders, strict=True)), context)
        )
    finally:
        archive.close()


async def _crawl_all(
    work: Iterable[tuple[Channel, type[ChannelSpider]]], context: CrawlContext
) -> list[CrawlRun]:
    runner = AsyncCrawlerRunner()
    one_browser = asyncio.Lock()
    jobs: list[tuple[Channel, Crawler, asyncio.Future[Any]]] = []
    for channel, spider in work:
        settings = scrapy_settings(channel)
        if spider.in_browser(channel, context.profile(channel.id)):
            settings.setdict(dict(browser.SCRAPY), priority="cmdline")
            crawler = Crawler(spider.browser_class(), settings)
            after = _in_turn(one_browser, runner, crawler, channel=channel, context=context)
            jobs.append((channel, crawler, asyncio.ensure_future(after)))
        else:
            crawler = Crawler(spider, settings)
            jobs.append((channel, crawler, runner.crawl(crawler, channel=channel, context=context)))
    try:
        await asyncio.gather(*(job for _, _, job in jobs), return_exceptions=True)
    except asyncio.CancelledError:
        await runner.stop()
        raise
    return [_run_of(channel, crawler, job, context) for channel, crawler, job in jobs]


_SILENCE = 60.0
"""Seconds without any sign of the browser, beside the channel's own pauses and time limits."""


async def _in_turn(
    lock: asyncio.Lock, runner: AsyncCrawlerRunner, crawler: Crawler, **arguments: Any
) -> None:
    """Crawl when no other channel has the browser: one page at a time."""
    async with lock:
        pace = arguments["channel"].pace
        patience = _SILENCE + 3 * pace.timeout + 30 * pace.delay
        await _watched(asyncio.ensure_future(runner.crawl(crawler, **arguments)), crawler, patience)


async def _watched(job: "asyncio.Future[Any]", crawler: Crawler, patience: float) -> None:
    """Wait for a crawl, and give it up where its browser has been silent for too long.

    A browser's driver may die without a word; nobody would ever answer the spider then.
    """
    heard, since = -1, monotonic()
    while not job.done():
        await asyncio.wait({job}, timeout=1)
        stats = crawler.stats.get_stats() if crawler.stats else {}
        counted = sum(n for name, n in stats.items() if name.startswith("playwright/"))
        if counted != heard:
            heard, since = counted, monotonic()
        elif monotonic() - since > patience:
            job.cancel()
            await asyncio.wait({job}, timeout=10)
            raise TimeoutError(f"the browser was silent for {patience:.0f} seconds")
    await job


def _run_of(
    channel: Channel, crawler: Crawler, job: "asyncio.Future[Any]", context: CrawlContext
) -> CrawlRun:
    """How a crawl ended, also where its spider could not even start."""
    if isinstance(crawler.spider, ChannelSpider) and crawler.spider.run is not None:
        return crawler.spider.run
    error = None if job.cancelled() else job.exception()
    logging.getLogger(__name__).error("channel %s: not crawled", channel.id, exc_info=error)
    now = ChannelSpider.now()
    run = CrawlRun(
        channel=channel.id,
        source=channel.source,
        started_at=now,
        ended_at=now,
        state=AccessState.BAD_SHAPE,
        detail=str(error)
        if isinstance(error, TimeoutError)
        else f"the spider did not start: {type(error).__name__}; see the log",
    )
    context.archive.add_run(run)
    return run


def scrapy_settings(channel: Channel) -> ScrapySettings:
    """Scrapy's settings for a channel: ours, at the channel's pace."""
    settings = ScrapySettings()
    settings.setmodule("crawlers.settings", priority="project")
    settings.set("DOWNLOAD_DELAY", channel.pace.delay, priority="cmdline")
    settings.set("DOWNLOAD_DELAY_JITTER", channel.pace.jitter, priority="cmdline")
    # Without a pace the server is our own, and nobody has to be spared.
    slow_down = channel.pace.autothrottle and channel.pace.delay > 0
    settings.set("AUTOTHROTTLE_ENABLED", slow_down, priority="cmdline")
    settings.set("AUTOTHROTTLE_START_DELAY", channel.pace.delay, priority="cmdline")
    # AutoThrottle would cut a longer pause down to its upper limit.
    longest = max(60.0, 4 * channel.pace.delay)
    settings.set("AUTOTHROTTLE_MAX_DELAY", longest, priority="cmdline")
    settings.set("DOWNLOAD_TIMEOUT", channel.pace.timeout, priority="cmdline")
    return settings


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start Twisted's reactor on a loop of ours, so that crawls can follow one another.

    ``reactor.run`` works once a process; a loop can be run again and again.
    """
    from twisted.internet import asyncioreactor

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from twisted.internet import reactor

    # Threads of the name resolver; a process must not wait for them at its end.
    reactor.getThreadPool().threadFactory = partial(Thread, daemon=True)
    reactor.startRunning(installSignalHandlers=False)
    return loop


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
