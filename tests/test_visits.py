"""Page views from access logs and tables: counted once, people only, and no address is kept."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from crawlers.parsers.access_log import page_of, read_line
from crawlers.run_import import import_into_archive
from monitor import wiring
from monitor.settings import Settings
from posts.errors import SettingsError
from posts.model import CHINA, ChannelSnapshot, Post

PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"
BOT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
ADDRESS = "203.0.113.77"


def line(
    path: str, *, agent: str = PHONE, status: int = 200, time: str = "20/Nov/2026:09:00:00 +0800"
) -> str:
    return f'{ADDRESS} - - [{time}] "GET {path} HTTP/1.1" {status} 512 "-" "{agent}"\n'


LOG = "".join(
    [
        line("/news/1.html"),
        line("/news/1.html?utm_source=wechat"),
        line("/news/1.html", agent=BOT),
        line("/news/1.html", status=404),
        line("/news/2.html", time="20/Nov/2026:17:30:00 +0000"),
        line("/style.css"),
        line("/feed.xml"),
        line("/"),
        "not a line of a log\n",
    ]
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data=tmp_path / "data", key="5a" * 32, channels=tmp_path / "none.yaml")
    archive = wiring.archive(settings)
    archive.append([article(1), article(2)])
    archive.close()
    return settings


def article(number: int, channel: str = "site") -> Post:
    return Post(
        id=f"site:{channel}-{number}", platform="site", channel=channel, kind="post",
        thread_id=f"site:{channel}-{number}", text="通知", source="website", masked=True,
        collected_at=datetime(2026, 11, 19, tzinfo=CHINA),
        url=f"https://gonghui.example/news/{number}.html",
    )  # fmt: skip


def views(settings: Settings) -> dict[str, int | None]:
    archive = wiring.archive(settings)
    found = {post.id: post.views.value if post.views else None for _, post in archive.since(0)}
    archive.close()
    return found


def figures(settings: Settings) -> list[ChannelSnapshot]:
    archive = wiring.archive(settings)
    found = archive.snapshots()
    archive.close()
    return found


def take(settings: Settings, *files: Path, channel: str | None = None) -> object:
    return import_into_archive(files, channel=channel, settings=settings)


def test_people_are_counted_by_article_and_by_day(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(LOG, "utf-8")
    result = import_into_archive([log], channel=None, settings=settings)
    assert views(settings) == {"site:site-1": 2, "site:site-2": 1}
    assert [(f.taken_at.day, f.views.value if f.views else None) for f in figures(settings)] == [
        (20, 3),
        (21, 1),
    ]
    assert (result.read, result.updated, result.rejected) == (3, 2, 1)
    assert result.notes == ("access.log: 9 lines, 4 page views by people",)


def test_a_log_that_grew_and_was_packed_counts_once(settings: Settings, tmp_path: Path) -> None:
    log, packed = tmp_path / "access.log", tmp_path / "access.log.1.gz"
    log.write_text(LOG, "utf-8")
    take(settings, log)
    packed.write_bytes(gzip.compress((LOG + line("/news/1.html")).encode()))
    take(settings, packed)
    take(settings, packed)
    assert views(settings) == {"site:site-1": 3, "site:site-2": 1}
    following = tmp_path / "access.log.new"
    following.write_text(line("/news/1.html", time="20/Nov/2026:23:00:00 +0800"), "utf-8")
    take(settings, following)
    assert views(settings)["site:site-1"] == 4


def test_no_address_of_a_visitor_is_kept_anywhere(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(LOG + f"broken {ADDRESS}\n", "utf-8")
    take(settings, log)
    files = [path for path in settings.data.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not any(ADDRESS.encode() in path.read_bytes() for path in files)
    assert not list(wiring.quarantine(settings).rows())


@pytest.mark.parametrize(
    "text",
    [
        '页面URL,浏览量(PV)\nhttps://gonghui.example/news/1.html,"1,204"\n/news/2.html,7\n',
        "日期\t受访页面\t浏览量\n2026/11/20\t/news/1.html\t1204\n2026-11-20\t/news/2.html\t7\n",
    ],
)
def test_a_table_of_a_statistics_service_is_taken(
    settings: Settings, tmp_path: Path, text: str
) -> None:
    table = tmp_path / "pv.csv"
    table.write_text(text, "utf-8-sig")
    take(settings, table)
    take(settings, table)
    assert views(settings) == {"site:site-1": 1204, "site:site-2": 7}


def test_with_two_sites_the_channel_has_to_be_named(settings: Settings, tmp_path: Path) -> None:
    archive = wiring.archive(settings)
    archive.append([article(1, "other")])
    archive.close()
    log = tmp_path / "access.log"
    log.write_text(LOG, "utf-8")
    with pytest.raises(SettingsError, match=r"the sites other, site; name it with --channel"):
        take(settings, log)
    take(settings, log, channel="other")
    assert views(settings) == {"site:site-1": None, "site:site-2": None, "site:other-1": 2}


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://gonghui.example/news/1.html?from=wx#top", "/news/1.html"),
        ("/%E9%80%9A%E7%9F%A5/", "/通知"),
        ("http://gonghui.example/?p=12&utm=3", "?p=12"),
        ("/", ""),
    ],
)
def test_a_page_is_one_page_however_it_is_written(address: str, page: str) -> None:
    assert page_of(address) == page


@pytest.mark.parametrize("agent", ["-", "curl/8.0", "Googlebot/2.1", "python-requests/2", BOT])
def test_programs_are_left_out(agent: str) -> None:
    assert read_line(line("/news/1.html", agent=agent)) is None
