"""Sitemaps (sitemaps.org): the pages a site names, plain or packed, one list or a list of lists."""

import zlib
from dataclasses import dataclass, field
from datetime import datetime

from scrapy.utils.sitemap import Sitemap

from crawlers.parsers import fields
from posts.errors import ParseError

__all__ = ["Listing", "Page", "read_sitemap"]

MOST_BYTES = 64 * 2**20
"""Of an unpacked sitemap; the standard allows 50 MB."""


@dataclass(frozen=True)
class Page:
    """A page and when it last changed; None where untold."""

    address: str
    changed_at: datetime | None


@dataclass(frozen=True)
class Listing:
    """What one sitemap names: pages, or further sitemaps."""

    pages: list[Page] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)


def read_sitemap(body: bytes) -> Listing | None:
    """Read a sitemap or an index of sitemaps; None where the document is neither."""
    try:
        text = _unpacked(body)
        found = Sitemap(text)
        kind = found.type
        entries = list(found) if kind in ("urlset", "sitemapindex") else []
    except Exception:  # lxml and zlib raise many kinds; to us they all say that it is none
        return None
    if kind not in ("urlset", "sitemapindex"):
        return None
    named = [entry for entry in entries if entry.get("loc")]
    if kind == "sitemapindex":
        return Listing(sitemaps=[entry["loc"] for entry in named])
    return Listing(pages=[Page(entry["loc"], _time(entry.get("lastmod"))) for entry in named])


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return unpacker.decompress(body, MOST_BYTES)


def _time(value: object) -> datetime | None:
    try:
        return fields.moment(value)
    except ParseError:
        return None
