"""Read a union's own site by its feed."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin

from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.parsed import Parsed
from crawlers.parsers import website as parser
from posts.model import AccessState, Post


class WebsiteSpider(ChannelSpider):
    """Read the feed, the articles that it only sums up, and the comment feeds it names."""

    name = "website"
    platform = "site"
    home = ""
    judge = staticmethod(parser.judge)
    # A site moves its pages as it likes; nobody is logged in here, so redirects are followed.
    custom_settings = {  # noqa: RUF012 - Scrapy's own name and type
        "REDIRECT_ENABLED": True,
        "USER_AGENT": "Gongsheng/0.1 (reads the feed of its own union)",
    }
    meta: ClassVar[Mapping[str, Any]] = {"dont_redirect": False, "handle_httpstatus_all": False}

    async def collect(self) -> AsyncIterator[Item]:
        """Yield each article after its comments."""
        text = await self._feed()
        feed = parser.parse_feed(text, channel=self.channel.id, collected_at=self.now())
        list(self.keep(Parsed(rejected=feed.rejected)))
        if feed.rejected and not feed.entries:
            raise Stopped(AccessState.BAD_SHAPE, feed.rejected[0].detail)
        for entry in feed.entries:
            post = entry.post if entry.whole else await self._article(entry)
            fetched = 0
            if entry.comments_feed and not _nothing_declared(post):
                for comment in await self._comments(entry.comments_feed, post):
                    fetched += 1
                    yield comment
            yield self.covered(post, fetched)

    async def _feed(self) -> str:
        """Fetch the feed; the account is its address, or a page that announces it."""
        account = self.channel.account
        if "//" not in account:
            account = f"https://{account}"
        text: str = (await self.fetch(account)).text
        if parser.is_feed(text):
            return text
        announced = parser.find_feed(text, account)
        if announced is None:
            self.set_aside("bad_shape", "no feed", text)
            raise Stopped(
                AccessState.BAD_SHAPE,
                "the account's address is no feed and announces none; give the feed's address",
            )
        found: str = (await self.fetch(announced)).text
        return found

    async def _article(self, entry: parser.Entry) -> Post:
        """Fetch the article behind a summary; the summary stays where it cannot be had."""
        page = await self._page(entry.post.url)
        return entry.post if page is None else parser.with_article(entry, page)

    async def _comments(self, address: str, post: Post) -> list[Item]:
        page = await self._page(address)
        if page is None:
            return []
        parsed = parser.parse_comments(page, post, collected_at=self.now())
        if parsed.rejected and not parsed.posts:
            self.note_trouble(Stopped(AccessState.BAD_SHAPE, parsed.rejected[0].detail))
        return list(self.keep(parsed))

    async def _page(self, address: str | None) -> str | None:
        """Fetch a page of this site; feeds may name other sites, which are none of our business."""
        address = urljoin(self.channel.account, address or "")
        if not parser.same_site(address, self.channel.account):
            return None
        try:
            text: str = (await self.fetch(address)).text
        except Stopped as stopped:
            if stopped.is_wall:
                raise
            self.note_trouble(stopped)
            return None
        return text


def _nothing_declared(post: Post) -> bool:
    return post.comments is not None and post.comments.value == 0
