"""The door to the archive: mask every post, keep it, count what is new."""

import logging
from time import monotonic
from typing import Any, Self

from scrapy.crawler import Crawler

from crawlers.access import Verdict
from crawlers.channel_spider import ChannelSpider
from crawlers.parsed import Rejected
from posts.model import AccessState, ChannelSnapshot, Post

log = logging.getLogger(__name__)

BATCH = 200
SECONDS_HELD = 5.0
"""A crash loses at most a batch, and at most what came in these seconds."""


class KeepPipeline:
    """Mask posts and append them to the archive in batches; at the end keep how the crawl ended."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._posts: list[Post] = []
        self._snapshots: list[ChannelSnapshot] = []
        self._flushed_at = monotonic()
        self._refused = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline as Scrapy asks."""
        return cls(crawler)

    @property
    def _spider(self) -> ChannelSpider:
        spider = self._crawler.spider
        if not isinstance(spider, ChannelSpider):
            raise TypeError(f"expected a ChannelSpider, found {type(spider).__name__}")
        return spider

    def open_spider(self) -> None:
        """Let the spider ask for what it yielded to be archived."""
        self._spider.flush = self._flush

    def process_item(self, item: Any) -> Any:
        """Take a post (masked here) or a snapshot; an item that fails costs no other."""
        spider = self._spider
        try:
            if isinstance(item, ChannelSnapshot):
                self._snapshots.append(item)
            else:
                post = spider.channel.at_home(item)
                self._posts.append(post if post.masked else spider.context.mask.post(post))
        except Exception as error:
            self._refuse(item, f"not masked: {type(error).__name__}")
        if len(self._posts) >= BATCH or monotonic() - self._flushed_at > SECONDS_HELD:
            self._flush()
        return item

    def close_spider(self) -> None:
        """Keep what is left, then how the crawl ended."""
        spider = self._spider
        self._flush()
        spider.ledger.forget_before(spider.now())
        spider.ledger.commit()
        spider.ledger.close()
        if self._refused:
            spider.outcome = Verdict(
                AccessState.BAD_SHAPE, f"{self._refused} posts could not be kept; see quarantine"
            )
        spider.run = spider.result()
        spider.context.archive.add_run(spider.run)
        spider.memory.save()

    def _flush(self) -> None:
        posts, self._posts = self._posts, []
        snapshots, self._snapshots = self._snapshots, []
        self._flushed_at = monotonic()
        try:
            self._append(posts)
        except Exception:
            # One bad post must not cost the batch: go one by one to find it.
            log.exception("channel %s: a batch was refused", self._spider.channel.id)
            for post in posts:
                try:
                    self._append([post])
                except Exception as error:
                    self._refuse(post, f"not archived: {type(error).__name__}")
        if snapshots:
            self._spider.context.archive.add_snapshots(snapshots)

    def _append(self, posts: list[Post]) -> None:
        if not posts:
            return
        kept, tally = self._spider.context.archive.append(posts), self._spider.tally
        tally.new += kept.new
        tally.updated += kept.updated
        tally.seen += kept.seen

    def _refuse(self, item: Post, detail: str) -> None:
        self._refused += 1
        rejected = Rejected("not_kept", detail, item.model_dump(mode="json"))
        self._spider.tally.reject(rejected)
        try:
            self._spider.set_aside(rejected.reason, rejected.detail, rejected.record)
        except Exception:
            log.exception("channel %s: the quarantine refused too", self._spider.channel.id)
