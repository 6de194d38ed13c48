"""Web server logs in the combined format of Apache and nginx, and page counts as a table.

Only the day, the page and whether a person came are read; addresses of visitors never leave here.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from posts.model import CHINA

__all__ = ["View", "is_log_line", "page_of", "read_line", "read_table", "table_columns"]

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    rf"\S+ \S+ \S+ \[([^\]]+)\] {_QUOTED} (\d{{3}}) (?:\d+|-)(?: {_QUOTED} {_QUOTED})?"
)
_TIME = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_BOT = re.compile(
    r"bot|crawl|spider|slurp|fetch|monitor|probe|check|scan|preview|headless|feed|rss|curl|wget|"
    r"python|java/|go-http|httpclient|okhttp|libwww|gongsheng|^-?$",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:/[^/.]*|\.(?:s?html?|php|jsp|aspx?))$", re.IGNORECASE)
_NOT_A_PAGE = re.compile(r"^/(?:wp-|api/|feed)|/feed$", re.IGNORECASE)
_NAMES_A_PAGE = frozenset({"p", "id", "aid", "article_id", "newsid"})
"""Parameters that choose an article; all others are left out."""

_URL = frozenset({"url", "page", "path", "页面", "页面url", "页面地址", "网址", "受访页面"})
_VIEWS = frozenset({"views", "pageviews", "pv", "浏览量", "浏览量(pv)", "访问量", "浏览次数"})
_DAY = frozenset({"date", "day", "日期"})


class View(NamedTuple):
    """Views of a page; day None where a table gives a total without days."""

    day: date | None
    page: str
    views: int


def is_log_line(line: str) -> bool:
    """Whether a line is one of an access log."""
    found = _LINE.match(line)
    return found is not None and _TIME.match(found[1]) is not None


def read_line(line: str) -> View | None:
    """One view of a page by a person; None for programs, pictures, errors and other requests.

    Raises:
        ValueError: this is no line of an access log.
    """
    found = _LINE.match(line)
    when = _TIME.match(found[1]) if found else None
    if found is None or when is None:
        raise ValueError("no line of an access log")
    _, request, status, _, agent = found.groups()
    method, _, target = request.partition(" ")
    target = target.rpartition(" ")[0] or target
    page = page_of(target)
    wanted = method == "GET" and status in ("200", "304") and not _BOT.search(agent or "")
    if not wanted or not _PAGE.search(page.partition("?")[0] or "/") or _NOT_A_PAGE.search(page):
        return None
    return View(_day(when), page, 1)


def page_of(address: str) -> str:
    """The page an address names, the same for a log, a feed and a table: its path, without host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    chosen = [f"{k}={v}" for k, v in parse_qsl(parts.query) if k.lower() in _NAMES_A_PAGE]
    path = unquote(parts.path).rstrip("/")
    return path + (f"?{'&'.join(sorted(chosen))}" if chosen else "")


def table_columns(header: str) -> tuple[int, int, int | None] | None:
    """Places of page, views and day in a table's heading; None where it is no table of views."""
    try:
        cells = next(csv.reader([header], delimiter=_delimiter(header)), [])
    except csv.Error:
        return None
    names = [
        cell.strip("\ufeff \t").lower().replace("（", "(").replace("）", ")") for cell in cells
    ]

    def place(known: frozenset[str]) -> int | None:
        return next((n for n, name in enumerate(names) if name in known), None)

    url, views = place(_URL), place(_VIEWS)
    return None if url is None or views is None else (url, views, place(_DAY))


def read_table(header: str, lines: Iterator[str]) -> Iterator[View | None]:
    """Yield the rows of a table of views; None for one that cannot be read."""
    places = table_columns(header)
    if places is None:
        return
    for row in csv.reader(lines, delimiter=_delimiter(header)):
        if row:
            yield _row(row, *places)


def _row(row: Sequence[str], url: int, views: int, day: int | None) -> View | None:
    try:
        count = int(row[views].strip().replace(",", ""))
        when = None if day is None else date.fromisoformat(row[day].strip().replace("/", "-"))
        return View(when, page_of(row[url].strip()), count) if count >= 0 else None
    except (IndexError, ValueError):
        return None


def _delimiter(header: str) -> str:
    return max(",\t;", key=header.count)


def _day(when: "re.Match[str]") -> date:
    day, month, year, hour, minute, second, offset = when.groups()
    number = _MONTHS.index(month) + 1
    at = datetime.fromisoformat(f"{year}-{number:02}-{day}T{hour}:{minute}:{second}{offset}")
    return at.astimezone(CHINA).date()
