"""An article's own page, where no feed told of it."""

from datetime import datetime

import trafilatura
from trafilatura.settings import Document

from crawlers.parsers import fields
from crawlers.parsers.website import SOURCE, site_id
from posts.errors import ParseError
from posts.model import Post

__all__ = ["parse_page"]

SHORTEST = 20
"""Characters of the shortest text that is an article."""


def parse_page(html: str, address: str, *, channel: str, collected_at: datetime) -> Post:
    """Read the article of a page that no feed told of.

    Raises:
        ParseError: ``no_article``; the page holds none, such as a list or a form.
    """
    found = trafilatura.bare_extraction(
        html, url=address, with_metadata=True, include_comments=False
    )
    if not isinstance(found, Document):
        raise ParseError("no_article", "the page holds no text")
    text, title = fields.plain_text(found.text), fields.text_or_none(found.title)
    lines = text.split("\n")
    if title in lines[:3]:
        # What stands above the heading is the site's own furniture.
        text = "\n".join(lines[lines.index(title) + 1 :]).strip()
    if len(text) < SHORTEST or found.date is None:
        raise ParseError("no_article", "the page holds no text with a date")
    name = site_id(address, address)
    return fields.build_post(
        id=name,
        platform="site",
        channel=channel,
        kind="post",
        thread_id=name,
        title=title,
        text=text,
        published_at=fields.moment(found.date),
        collected_at=collected_at,
        author_name=fields.text_or_none(found.author),
        by_channel=True,
        url=address,
        source=SOURCE,
    )
