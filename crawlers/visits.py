"""How often the articles of a site were read, from its access logs or a table of page counts.

``<data>/visits.sqlite`` adds up the views of each article and each day. A log is known again by a
keyed digest of its first line, so that the same log, longer or packed meanwhile, counts once. No
address of a visitor is kept, sealed or shown; lines that cannot be read are only counted.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from crawlers.import_result import ImportResult
from crawlers.import_text import numbered_lines, read_head
from crawlers.parsers.access_log import (
    View,
    is_log_line,
    page_of,
    read_line,
    read_table,
    table_columns,
)
from posts.archive import Archive
from posts.errors import SettingsError, UnknownFormat
from posts.model import CHINA, ChannelSnapshot, Count, Post
from posts.privacy import Mask

__all__ = ["holds_visits", "import_visits"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS views (
    channel TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL, page TEXT NOT NULL,
    views INTEGER NOT NULL, PRIMARY KEY (channel, source, day, page)
) WITHOUT ROWID
"""
_UPSERT = """
INSERT INTO views VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
SET views = MAX(views, excluded.views)
"""
TABLE = "table"
"""The source of counts that no log gave."""
ALL = ""
"""Stands for all pages together."""


@dataclass
class _Counted:
    source: str
    by_day: dict[str, Counter[str]] = field(default_factory=dict)
    lines: int = 0
    people: int = 0
    broken: int = 0

    def add(self, view: View, articles: dict[str, Post]) -> None:
        pages = self.by_day.setdefault(view.day.isoformat() if view.day else "", Counter())
        pages[ALL] += view.views
        self.people += view.views
        if view.page in articles:
            pages[view.page] += view.views


def holds_visits(path: Path) -> bool:
    """Whether a file is an access log or a table of page counts, told by its content."""
    try:
        lines = read_head(path).decode("utf-8-sig", "replace").splitlines()[:5]
    except UnknownFormat:
        return False
    return any(map(is_log_line, lines)) or table_columns(lines[0]) is not None


def import_visits(
    files: Sequence[Path], *, channel: str | None, archive: Archive, mask: Mask, data: Path
) -> ImportResult:
    """Count the views of the archived articles of a site.

    Args:
        channel: the site's channel; default the only one that has articles.

    Raises:
        SettingsError: no channel is named and the archive holds several sites, or none.
        UnknownFormat: a file breaks off.
    """
    articles = _articles(archive, channel)
    own = channel or _only_channel(articles)
    counted = [_count(path, articles, mask) for path in files]
    with closing(_open(data)) as database, database:
        for one in counted:
            rows = [
                (own, one.source, day, page, views)
                for day, pages in one.by_day.items()
                for page, views in pages.items()
            ]
            database.executemany(_UPSERT, rows)
        totals = _totals(database, own)
    now = datetime.now(CHINA)
    touched = [
        article.model_copy(update={"views": Count(value=_sum(totals[page])), "collected_at": now})
        for page, article in articles.items()
        if page in totals
    ]
    kept = archive.append(touched)
    figures = _figures(own, totals.get(ALL, {}), archive)
    archive.add_snapshots(figures)
    broken = sum(one.broken for one in counted)
    return ImportResult(
        read=len(touched) + broken,
        updated=kept.updated,
        seen=kept.seen,
        rejected=broken,
        reasons={"bad_log_line": broken} if broken else {},
        snapshots=len(figures),
        notes=tuple(
            f"{mask.text(path.name)}: {one.lines} lines, {one.people} page views by people"
            for path, one in zip(files, counted, strict=True)
        ),
    )


def _articles(archive: Archive, channel: str | None) -> dict[str, Post]:
    found: dict[str, Post] = {}
    for _, post in archive.since(0):
        ours = post.platform == "site" and post.kind == "post" and post.url is not None
        if ours and channel in (None, post.channel):
            found[page_of(post.url or "")] = post
    return found


def _only_channel(articles: dict[str, Post]) -> str:
    names = sorted({post.channel for post in articles.values()})
    if len(names) == 1:
        return names[0]
    have = f"the archive holds the sites {', '.join(names)}" if names else "no site was crawled yet"
    raise SettingsError(f"page views of which channel? {have}; name it with --channel")


def _count(path: Path, articles: dict[str, Post], mask: Mask) -> _Counted:
    lines = (line for _, line in numbered_lines(path) if line.strip("\ufeff \r\n"))
    first = next(lines, "")
    if table_columns(first) is not None:
        counted = _Counted(TABLE)
        views: Iterator[View | None] = read_table(first, lines)
    else:
        counted = _Counted(mask.author("log", first))
        views = _log(first, lines, counted)
    for view in views:
        counted.lines += 1
        if view is not None:
            counted.add(view, articles)
        elif counted.source == TABLE:
            counted.broken += 1
    return counted


def _log(first: str, lines: Iterator[str], counted: _Counted) -> Iterator[View | None]:
    line: str | None = first
    while line is not None:
        try:
            yield read_line(line)
        except ValueError:
            counted.broken += 1
            yield None
        line = next(lines, None)


def _open(data: Path) -> sqlite3.Connection:
    data.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(data / "visits.sqlite", timeout=30)
    database.execute(_SCHEMA)
    return database


def _totals(database: sqlite3.Connection, channel: str) -> dict[str, dict[str, int]]:
    """Views by page and day; logs of one day add up, a table of the same day may know more."""
    asked = "SELECT page, day, source = ?, SUM(views) FROM views WHERE channel = ? GROUP BY 1, 2, 3"
    found: dict[str, dict[str, int]] = {}
    for page, day, _, views in database.execute(asked, (TABLE, channel)):
        days = found.setdefault(page, {})
        days[day] = max(days.get(day, 0), views)
    return found


def _sum(days: dict[str, int]) -> int:
    """All views: of the days, or a total without days where that is more."""
    return max(days.get("", 0), sum(views for day, views in days.items() if day))


def _figures(channel: str, days: dict[str, int], archive: Archive) -> list[ChannelSnapshot]:
    known = set(archive.snapshots(channel))
    figures = [
        ChannelSnapshot(
            channel=channel,
            platform="site",
            taken_at=datetime.combine(date.fromisoformat(day), time(23, 59, 59), CHINA),
            views=Count(value=views),
        )
        for day, views in sorted(days.items())
        if day
    ]
    return [one for one in figures if one not in known]
