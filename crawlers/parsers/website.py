"""The union's own site: its feed (RSS or Atom), its articles, and the comment feeds beside them.

Comment counts come by ``slash:comments``, comment feeds by ``wfw:commentRss``, answers by
``thr:in-reply-to`` (RFC 4685) or the line WordPress puts before them. Nothing else is guessed:
a site without these has posts and no comments here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import trafilatura
from parsel import Selector

from crawlers.access import OK, Verdict, judge_status
from crawlers.parsed import Parsed, Rejected
from crawlers.parsers import fields
from posts.errors import ParseError
from posts.model import CHINA, AccessState, Post, post_id

SOURCE = "website"


@dataclass(frozen=True)
class Entry:
    """A post of a feed, and where the rest of it is."""

    post: Post
    whole: bool
    """The feed carried the article; otherwise a summary stands in the post."""
    comments_feed: str | None


@dataclass(frozen=True)
class Feed:
    """What a site's feed holds."""

    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def judge(status: int, body: str) -> Verdict:
    """Judge an answer of a site."""
    if status in (404, 410):
        return Verdict(AccessState.DELETED, f"HTTP {status}: nothing at this address")
    if (verdict := judge_status(status)) is not None:
        return verdict
    if status == 403:
        return Verdict(AccessState.THROTTLED, "HTTP 403: the site refuses")
    if status >= 300:
        return Verdict(AccessState.BAD_SHAPE, f"HTTP {status}: the address has moved")
    if not body.strip():
        return Verdict(AccessState.BAD_SHAPE, "an empty page")
    return OK


def find_feed(html: str, address: str) -> str | None:
    """Find the feed a page announces; None where it announces none."""
    links = Selector(text=html, type="html").css("link[rel~=alternate]")
    for link in links:
        kind = (link.attrib.get("type") or "").lower()
        if kind in {"application/rss+xml", "application/atom+xml"} and link.attrib.get("href"):
            return urljoin(address, link.attrib["href"])
    return None


def is_feed(text: str) -> bool:
    """Whether a text is RSS or Atom, however broken."""
    return bool(_read(text).get("version"))


def parse_feed(text: str, *, channel: str, collected_at: datetime) -> Feed:
    """Read a site's feed."""
    read = _read(text)
    if not read.get("version"):
        detail = "expected RSS or Atom, found another document; is this the feed's address?"
        return Feed(rejected=[Rejected("bad_shape", detail, text)])
    feed = Feed()
    for entry in read.entries:
        try:
            feed.entries.append(_entry(entry, channel, collected_at))
        except ParseError as error:
            feed.rejected.append(Rejected(error.reason, error.detail, dict(entry)))
    return feed


def with_article(entry: Entry, html: str) -> Post:
    """Put the article of a page in place of the summary; keep the longer of the two."""
    found = trafilatura.extract(html, include_comments=False)
    article = fields.plain_text(found)
    title, _, rest = article.partition("\n")
    article = rest.strip() if rest and title.strip() == entry.post.title else article
    if len(article) <= len(entry.post.text):
        return entry.post
    return entry.post.model_copy(update={"text": article})


def parse_comments(text: str, post: Post, *, collected_at: datetime) -> Parsed:
    """Read the comment feed of ``post``; a feed shows the newest comments, not always all."""
    read, parsed = _read(text), Parsed()
    if not read.get("version"):
        detail = "expected a comment feed, found another document"
        return Parsed(rejected=[Rejected("bad_shape", detail, text)])
    names = _names(read.entries)
    for entry in read.entries:
        try:
            parsed.posts.append(_comment(entry, post, names, collected_at))
        except ParseError as error:
            parsed.rejected.append(Rejected(error.reason, error.detail, dict(entry)))
    return parsed


def plain(html: str) -> str:
    """Return the text of a piece of HTML, a line for each paragraph."""
    if not html.strip():
        return ""
    marked = re.sub(r"(?i)<br\s*/?>|</(?:p|div|li|h[1-6]|tr)>", "\n", html)
    pieces = Selector(text=f"<div>{marked}</div>").xpath(
        "//text()[not(ancestor::script or ancestor::style)]"
    )
    lines = "".join(pieces.getall()).replace("\xa0", " ").split("\n")
    return fields.plain_text("\n".join(line.strip() for line in lines if line.strip()))


def site_id(guid: str, address: str) -> str:
    """Make the id of an entry from its guid; one that is no address counts within its site only."""
    stable = re.sub(r"^https?://", "", guid.strip())
    if stable == guid.strip() and not guid.startswith(("urn:", "tag:")):
        stable = f"{urlsplit(address).hostname} {stable}"
    return post_id("site", sha256(stable.encode()).hexdigest()[:24])


def _read(text: str) -> Any:
    """Read a feed by feedparser, which takes a bare text for an address or a file to open."""
    declared = {"content-type": "application/xml; charset=utf-8"}
    # The text was decoded already; whatever encoding it declares is no longer true.
    return feedparser.parse(BytesIO(text.encode("utf-8", "replace")), response_headers=declared)


def same_site(address: str, home: str) -> bool:
    """Whether an address is on the host of ``home`` or below it."""
    host = (urlsplit(address).hostname or "").lower()
    own = (urlsplit(home if "//" in home else f"//{home}").hostname or "").lower()
    own = own.removeprefix("www.")
    return bool(own) and (host == own or host.endswith(f".{own}"))


def _entry(entry: Any, channel: str, collected_at: datetime) -> Entry:
    body = next((one.value for one in entry.get("content", []) if one.get("value")), "")
    link = fields.text_or_none(entry.get("link"))
    name = _id(entry)
    title = fields.text_or_none(plain(entry.get("title", "")))
    text = plain(body) or re.sub(r"\s*\[?…\]?$", "…", plain(entry.get("summary", "")))
    post = fields.build_post(
        id=name,
        platform="site",
        channel=channel,
        kind="post",
        thread_id=name,
        title=title,
        text=text or title or "",
        published_at=_time(entry),
        collected_at=collected_at,
        author_name=fields.text_or_none(entry.get("author")),
        by_channel=True,
        comments=fields.count(entry.get("slash_comments")),
        url=link,
        source=SOURCE,
    )
    return Entry(post, bool(body), fields.text_or_none(entry.get("wfw_commentrss")))


def _comment(entry: Any, post: Post, names: dict[str, str], collected_at: datetime) -> Post:
    body = next((one.value for one in entry.get("content", []) if one.get("value")), "")
    above, text = _answered(body or entry.get("summary", ""))
    above = (entry.get("thr_in-reply-to") or {}).get("ref") or above
    return fields.build_post(
        id=_id(entry),
        platform="site",
        channel=post.channel,
        kind="comment",
        parent_id=post.id if above is None else names.get(above),
        thread_id=post.id,
        text=plain(text),
        published_at=_time(entry),
        collected_at=collected_at,
        author_name=fields.text_or_none(entry.get("author")),
        url=fields.text_or_none(entry.get("link")),
        source=SOURCE,
    )


_ANSWERS = re.compile(
    r"""^\s*(?:<p>)?\s*(?:In\ reply\ to|回复(?:给)?)\s*
    <a[^>]*\shref=["']([^"']*\#comment-\d+)["'][^>]*>.*?</a>[.。：:]?\s*(?:</p>|<br\s*/?>|\n|$)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""WordPress's first line of an answer, in English and in Chinese."""


def _answered(html: str) -> tuple[str | None, str]:
    """Split off the line that says whom a comment answers."""
    found = _ANSWERS.match(html)
    return (found[1], html[found.end() :]) if found else (None, html)


def _names(entries: Iterable[Any]) -> dict[str, str]:
    """Map guids and links of comments to our ids."""
    names = {}
    for entry in entries:
        for key in ("id", "link"):
            if entry.get(key):
                names[entry[key]] = _id(entry)
    return names


def _id(entry: Any) -> str:
    link = fields.text_or_none(entry.get("link")) or ""
    guid = fields.text_or_none(entry.get("id")) or link
    if not guid:
        raise ParseError("missing_id", "the entry has neither guid nor link")
    return site_id(guid, link)


def _time(entry: Any) -> datetime | None:
    parts = entry.get("published_parsed")
    # feedparser warns where it is asked for a time that it would have to make up.
    if parts is None and "updated_parsed" in entry:
        parts = entry.get("updated_parsed")
    if parts is None:
        return None
    try:
        year, month, day, hour, minute, second = parts[:6]
        read = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return read.astimezone(CHINA)
    except (ValueError, OverflowError) as error:
        raise ParseError("bad_time", "the entry's time is out of range") from error
