"""A visitor of a union's own site: obeys robots.txt, stays on the site, finds its pages."""

from typing import Any
from urllib.parse import urljoin

import scrapy
from protego import Protego

from crawlers.access import Stopped
from crawlers.channel_spider import ChannelSpider
from crawlers.manners import user_agent
from crawlers.parsers.sitemap import Page, read_sitemap
from crawlers.parsers.website import same_site
from posts.model import AccessState

__all__ = ["SiteVisitor"]

NAME = "Gongsheng"
"""What robots.txt calls us."""
MOST_SITEMAPS = 50
MOST_PAGES = 1000
"""The newest ones, where a sitemap names more."""


class SiteVisitor(ChannelSpider):
    """Fetches pages that the site allows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._robots: Protego | None = None

    def log_in(self, login: str | None) -> None:
        """Nobody logs in here; we say who we are instead."""
        self._headers = {"User-Agent": user_agent(self.context.contact)}

    @property
    def home_address(self) -> str:
        """The account with its scheme."""
        account = self.channel.account
        return account if "//" in account else f"https://{account}"

    async def read(self, address: str) -> str:
        """Fetch the text of a page.

        Raises:
            Stopped: see ``fetch``; ``api_gone`` where robots.txt does not allow it.
        """
        await self._heed(address)
        text: str = (await self.fetch(address, headers=self._headers)).text
        return text

    async def page(self, address: str | None) -> str | None:
        """Fetch a page of this site; feeds may name other sites, which are none of our business."""
        address = urljoin(self.home_address, address or "")
        if not same_site(address, self.home_address):
            return None
        try:
            return await self.read(address)
        except Stopped as stopped:
            if stopped.is_wall:
                raise
            self.note_trouble(stopped)
            return None

    async def sitemap_pages(self) -> list[Page]:
        """Pages of the sitemaps that robots.txt names, else of /sitemap.xml; newest first."""
        robots = await self._rules()
        left = list(robots.sitemaps) or [urljoin(self.home_address, "/sitemap.xml")]
        if self.home_address.endswith((".xml", ".xml.gz")):
            left.insert(0, self.home_address)
        pages: dict[str, Page] = {}
        seen: set[str] = set()
        while left and len(seen) < MOST_SITEMAPS:
            address = left.pop(0)
            if address in seen or not same_site(address, self.home_address):
                continue
            seen.add(address)
            listing = read_sitemap(await self._body(address))
            if listing is not None:
                left += listing.sitemaps
                pages.update({page.address: page for page in listing.pages})
        own = [page for page in pages.values() if same_site(page.address, self.home_address)]
        own.sort(key=lambda page: page.changed_at.timestamp() if page.changed_at else 0.0)
        return own[::-1][:MOST_PAGES]

    async def _body(self, address: str) -> bytes:
        """The bytes of a sitemap, which may be packed; none where it cannot be had."""
        await self._heed(address)
        response, _ = await self._ask(self._plain(address))
        return bytes(response.body) if response is not None and response.status == 200 else b""

    async def _heed(self, address: str) -> None:
        if not (await self._rules()).can_fetch(address, NAME):
            raise Stopped(
                AccessState.API_GONE,
                f"robots.txt does not allow {NAME} to read this page; ask who keeps the site to "
                "allow it, or import an export",
            )

    async def _rules(self) -> Protego:
        """Read robots.txt once a run; what a server in trouble may not allow is not done.

        RFC 9309: no file (4xx) allows everything, an unreachable one (5xx) nothing.
        """
        if self._robots is None:
            where = urljoin(self.home_address, "/robots.txt")
            response, verdict = await self._ask(self._plain(where))
            if response is None or response.status >= 500:
                self.keep_evidence(*verdict)
                raise Stopped(AccessState.THROTTLED, f"robots.txt: {verdict.detail}")
            found = response.status == 200 and hasattr(response, "encoding")
            self._robots = Protego.parse(response.text if found else "")
        return self._robots

    def _plain(self, address: str) -> scrapy.Request:
        return self._request(address, None, self._headers, {})
