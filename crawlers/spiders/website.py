"""Read a union's own site by its feed, or by its sitemap where it has none."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, ClassVar

from crawlers.channel_spider import Item, Stopped
from crawlers.parsed import Parsed
from crawlers.parsers import website as parser
from crawlers.parsers.site_page import parse_page
from crawlers.parsers.sitemap import Page
from crawlers.revisit import is_due
from crawlers.site import SiteVisitor
from crawlers.vanished import as_deleted, vanished_comments
from posts.errors import ParseError
from posts.model import AccessState, Post


class WebsiteSpider(SiteVisitor):
    """Read the feed, the articles that it only sums up, and the comment feeds it names."""

    name = "website"
    platform = "site"
    home = ""
    judge = staticmethod(parser.judge)
    # A site moves its pages as it likes; nobody is logged in here, so redirects are followed.
    custom_settings = {"REDIRECT_ENABLED": True}  # noqa: RUF012 - Scrapy's own name and type
    meta: ClassVar[Mapping[str, Any]] = {"dont_redirect": False, "handle_httpstatus_all": False}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._met: set[str] = set()

    async def collect(self) -> AsyncIterator[Item]:
        """Yield each article after its comments, then what is gone."""
        text = await self._feed()
        async for item in self._by_sitemap() if text is None else self._by_feed(text):
            yield item
        async for gone in self._missing():
            yield gone

    async def _feed(self) -> str | None:
        """Fetch the feed; the account is its address, or a page that announces it."""
        text = await self.read(self.home_address)
        if parser.is_feed(text):
            return text
        announced = parser.find_feed(text, self.home_address)
        return None if announced is None else await self.read(announced)

    # Feed ------------------------------------------------------------------------------------

    async def _by_feed(self, text: str) -> AsyncIterator[Item]:
        feed = parser.parse_feed(text, channel=self.channel.id, collected_at=self.now())
        list(self.keep(Parsed(rejected=feed.rejected)))
        if feed.rejected and not feed.entries:
            raise Stopped(AccessState.BAD_SHAPE, feed.rejected[0].detail)
        for entry in feed.entries:
            post = entry.post if entry.whole else await self._article(entry)
            fetched: set[str] = set()
            if entry.comments_feed and not _nothing_declared(post):
                for comment in await self._comments(entry.comments_feed, post):
                    fetched.add(comment.id)
                    yield comment
            for gone in vanished_comments(self, post, fetched):
                yield gone
            self._note(post, fetched)
            yield self.covered(post, len(fetched))

    async def _article(self, entry: parser.Entry) -> Post:
        """Fetch the article behind a summary; the summary stays where it cannot be had."""
        page = await self.page(entry.post.url)
        return entry.post if page is None else parser.with_article(entry, page)

    async def _comments(self, address: str, post: Post) -> list[Post]:
        page = await self.page(address)
        if page is None:
            return []
        parsed = parser.parse_comments(page, post, collected_at=self.now())
        if parsed.rejected and not parsed.posts:
            self.note_trouble(Stopped(AccessState.BAD_SHAPE, parsed.rejected[0].detail))
        return self.keep_posts(parsed)

    # Sitemap ---------------------------------------------------------------------------------

    async def _by_sitemap(self) -> AsyncIterator[Item]:
        pages = await self.sitemap_pages()
        if not pages:
            detail = (
                "the account's address is no feed, announces none, and the site has no sitemap; "
                "give the feed's address"
            )
            self.keep_evidence(AccessState.BAD_SHAPE, detail)
            raise Stopped(AccessState.BAD_SHAPE, detail)
        for page in pages:
            post = await self._post_of(page)
            if post is not None:
                self._note(post)
                yield post

    async def _post_of(self, page: Page) -> Post | None:
        """Read a page that is new or has changed; None where it holds no article."""
        known = self.known(parser.site_id(page.address, page.address))
        if known is not None and not self._has_changed(page, known):
            return known
        html = await self.page(page.address)
        if html is None:
            return None
        try:
            return parse_page(html, page.address, channel=self.channel.id, collected_at=self.now())
        except ParseError:  # lists, forms and front pages are in sitemaps too
            return None

    def _has_changed(self, page: Page, known: Post) -> bool:
        if page.changed_at is not None:
            return page.changed_at > known.collected_at
        return is_due(known.published_at, known.collected_at, self.now())

    # Both ------------------------------------------------------------------------------------

    def _note(self, post: Post, comments: Iterable[str] = ()) -> None:
        self._met.add(post.id)
        self.ledger.note(post.id, post.published_at)
        self.ledger.note_read(post.id, comments, self.now())

    async def _missing(self) -> AsyncIterator[Post]:
        """Articles that are listed no more and whose own page says that it is gone.

        A feed shows the newest only, so falling out at its end means nothing; whatever stood
        between others is looked for at once.
        """
        seen_now = [seen for seen in self.ledger.posts() if seen.id in self._met]
        oldest = min((seen.published_at for seen in seen_now), default=self.now())
        for seen in self.ledger.posts():
            known = self.known(seen.id)
            if seen.id in self._met or known is None or known.url is None:
                continue
            due = is_due(seen.published_at, seen.read_at, self.now())
            if seen.published_at <= oldest and not due:
                continue
            try:
                await self.read(known.url)
                self.ledger.note_read(seen.id, (), self.now())
            except Stopped as stopped:
                if stopped.is_wall:
                    raise
                if stopped.state is AccessState.DELETED and (gone := as_deleted(self, seen.id)):
                    yield gone


def _nothing_declared(post: Post) -> bool:
    return post.comments is not None and post.comments.value == 0
