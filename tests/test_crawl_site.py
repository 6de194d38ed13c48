"""A site without a feed is read by its sitemap, and only as its robots.txt allows."""

import gzip
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from crawlers.run import crawl
from monitor import wiring
from monitor.channels import Channel, Pace
from monitor.settings import Settings
from posts.model import AccessState, CrawlRun, Post

HOME = "http://gonghui.example"
XML = '<?xml version="1.0"?><{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>'


class Site:
    """A site on loopback; pages by path, as text, bytes or a status."""

    def __init__(self) -> None:
        self.pages: dict[str, str | bytes | int] = {"/": "<html><body>首页</body></html>"}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.agents.add(self.headers["User-Agent"])
                page = site.pages.get(self.path, 404)
                body = b"" if isinstance(page, int) else page if isinstance(page, bytes) else None
                data = page.encode() if isinstance(page, str) else body or b""
                self.send_response(page if isinstance(page, int) else 200)
                kind = "application/gzip" if body else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def article(self, number: int, text: str, day: str = "2026-11-02") -> None:
        self.pages[f"/news/{number}.html"] = (
            f'<html><head><title>通知{number}</title><meta name="date" content="{day}"></head>'
            f"<body><nav><a href='/'>首页</a></nav><article><h1>通知{number}</h1><p>{text}</p>"
            f"<p>各分会请在本周内将名单报到工会办公室，逾期不再受理。</p></article></body></html>"
        )

    def sitemap(self, *numbers: int, changed: str = "2026-11-03") -> str:
        rows = "".join(
            f"<url><loc>{HOME}/news/{n}.html</loc><lastmod>{changed}</lastmod></url>"
            for n in numbers
        )
        return XML.format("urlset", rows)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    for number in (1, 2):
        made.article(number, f"第{number}批疗养名额已经下达，请各分会组织报名。")
    made.pages["/sitemap.xml"] = made.sitemap(1, 2)
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def visit(site: Site, tmp_path: Path) -> Callable[[], CrawlRun]:
    settings = Settings(data=tmp_path / "data", key="5a" * 32, contact="mailto:it@union.example")
    base_url = f"http://127.0.0.1:{site.http.server_address[1]}"
    channel = Channel(
        id="site", name="工会", source="website", account=HOME, base_url=base_url,
        pace=Pace(delay=0),
    )  # fmt: skip
    return lambda: crawl([channel], settings)[0]


def kept(folder: Path) -> dict[str, Post]:
    archive = wiring.archive(Settings(data=folder / "data"))
    found = {post.url or "": post for _, post in archive.since(0)}
    archive.close()
    return found


def test_articles_are_found_by_the_sitemap(
    site: Site, visit: Callable[[], CrawlRun], tmp_path: Path
) -> None:
    run = visit()
    assert (run.state, run.new) == (AccessState.OK, 2)
    post = kept(tmp_path)[f"{HOME}/news/1.html"]
    assert (post.title, post.text.splitlines()[0]) == (
        "通知1",
        "第1批疗养名额已经下达，请各分会组织报名。",
    )
    assert post.published_at is not None
    assert post.published_at.date().isoformat() == "2026-11-02"
    assert site.agents == {"Gongsheng/0.1 (+mailto:it@union.example)"}
    site.asked.clear()
    again = visit()
    assert (again.new, again.updated) == (0, 0)
    assert not any(path.startswith("/news/") for path in site.asked), "lastmod says: unchanged"


def test_an_index_of_packed_sitemaps_that_robots_names_is_followed(
    site: Site, visit: Callable[[], CrawlRun]
) -> None:
    site.pages["/robots.txt"] = f"User-agent: *\nDisallow: /admin\nSitemap: {HOME}/maps.xml\n"
    site.pages["/maps.xml"] = XML.format(
        "sitemapindex", f"<sitemap><loc>{HOME}/one.xml.gz</loc></sitemap>"
    )
    site.pages["/one.xml.gz"] = gzip.compress(site.sitemap(1, 2).encode())
    assert visit().new == 2
    assert "/sitemap.xml" not in site.asked


def test_what_robots_txt_does_not_allow_is_not_read(
    site: Site, visit: Callable[[], CrawlRun]
) -> None:
    site.pages["/robots.txt"] = "User-agent: Gongsheng\nDisallow: /news/2\n"
    run = visit()
    assert run.new == 1
    assert "/news/2.html" not in site.asked
    assert run.state is AccessState.API_GONE
    assert "robots.txt does not allow" in run.detail


def test_a_robots_txt_in_trouble_allows_nothing(site: Site, visit: Callable[[], CrawlRun]) -> None:
    site.pages["/robots.txt"] = 503
    run = visit()
    assert (run.state, run.new) == (AccessState.THROTTLED, 0)
    assert set(site.asked) == {"/robots.txt"}


def test_an_edited_and_a_deleted_article_are_noticed(
    site: Site, visit: Callable[[], CrawlRun], tmp_path: Path
) -> None:
    for number in (1, 2):
        site.article(number, "第一批疗养名额已经下达，请组织报名。", day="2026-11-02")
    visit()
    before = kept(tmp_path)
    site.article(1, "疗养名额有变化，报名改到下周一开始。")
    site.pages["/sitemap.xml"] = site.sitemap(1, changed="2099-01-01")
    site.pages["/news/2.html"] = 410
    ledger_is_due(tmp_path)
    run = visit()
    now = kept(tmp_path)
    assert (run.updated, run.new) == (2, 0)
    assert now[f"{HOME}/news/1.html"].text.startswith("疗养名额有变化")
    gone = now[f"{HOME}/news/2.html"]
    assert (gone.deleted, gone.text) == (True, before[f"{HOME}/news/2.html"].text)


def ledger_is_due(folder: Path) -> None:
    """Let weeks pass since the articles were read."""
    import sqlite3

    database = sqlite3.connect(folder / "data" / "crawl" / "site.sqlite")
    database.execute("UPDATE posts SET read_at = read_at - 30 * 86400")
    database.commit()
    database.close()


def test_a_site_with_neither_feed_nor_sitemap_is_told(
    site: Site, visit: Callable[[], CrawlRun]
) -> None:
    del site.pages["/sitemap.xml"]
    run = visit()
    assert run.state is AccessState.BAD_SHAPE
    assert "give the feed's address" in run.detail
