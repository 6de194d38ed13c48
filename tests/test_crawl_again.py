"""A channel lives on between two crawls: the archive and the index say exactly what happened."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawlers.demo import demo_channels
from crawlers.replay.feed import FeedPost
from crawlers.replay.server import Fault, ReplayServer
from crawlers.replay.weibo_shapes import comment_id, mid
from crawlers.run import crawl
from monitor import wiring
from monitor.ingest import ingest
from monitor.settings import Settings
from nlp.segment import JiebaText
from posts.model import AccessState, Count, Coverage, CrawlRun, Post
from posts.query import PostQuery
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import WordTagger

KEY = "5a" * 32


@dataclass
class Union:
    """The replayed channel on Weibo, and a data folder."""

    server: ReplayServer
    settings: Settings

    def crawl(self) -> CrawlRun:
        channel = next(c for c in demo_channels(self.server.base_url) if c.id == "demo-weibo")
        (run,) = crawl([channel], self.settings)
        return run

    def versions(self) -> dict[str, list[Post]]:
        found: dict[str, list[Post]] = {}
        archive = wiring.archive(self.settings)
        for _, post in archive.since(0):
            found.setdefault(post.id, []).append(post)
        archive.close()
        return found

    def changed(self, before: dict[str, list[Post]]) -> dict[str, Post]:
        """The last versions of what is new or has changed."""
        return {
            name: versions[-1]
            for name, versions in self.versions().items()
            if len(versions) > len(before.get(name, []))
        }

    @property
    def youngest(self) -> FeedPost:
        """A post with comments whose comments nobody answered, and that is read every time."""
        return next(post for post in self.server.feed.of("weibo") if len(post.comments) > 3)


@pytest.fixture
def union(tmp_path: Path) -> Iterator[Union]:
    with ReplayServer(faults=()) as server:
        yield Union(server, Settings(data=tmp_path / "data", key=KEY))


def test_what_happens_on_the_channel_is_what_the_archive_and_the_index_say(union: Union) -> None:
    union.crawl()
    post, other = union.youngest, union.server.feed.of("weibo")[8]
    lone = next(c for c in post.comments if c.reply_to is None and not post.replies(c.number))
    said = next(c for c in post.comments if c.reply_to is None and c.number != lone.number)
    before = union.versions()
    union.server.edit(lambda feed: feed.change(post.number, text="通知改了：食堂周一开门。"))
    union.server.edit(lambda feed: feed.without(lone.number).without(other.number))
    union.server.edit(lambda feed: feed.change(said.number, likes=said.likes + 7))
    run = union.crawl()

    assert run.state is AccessState.OK
    now = union.changed(before)
    edited, gone = f"weibo:{mid(post.number)}", f"weibo:{comment_id(lone.number)}"
    deleted, liked = f"weibo:{mid(other.number)}", f"weibo:{comment_id(said.number)}"
    assert set(now) == {edited, gone, deleted, liked}
    assert now[edited].text == "通知改了：食堂周一开门。"
    left = len(post.comments) - 1
    assert now[edited].coverage == Coverage(declared=left, fetched=left)
    assert (now[gone].deleted, now[gone].text) == (True, before[gone][-1].text)
    assert (now[deleted].deleted, now[deleted].text) == (True, before[deleted][-1].text)
    assert now[liked].likes == Count(value=said.likes + 7)
    assert (run.new, run.updated) == (0, 4)

    archive = wiring.archive(union.settings)
    index = EmbeddedStore(union.settings.data / "index", JiebaText())
    ingest(archive, index, WordTagger())
    held = {name: index.get(name) for name in now}
    assert {name: tagged.post for name, tagged in held.items() if tagged} == now
    assert index.search(PostQuery(), size=0).total == len(before)
    index.close()
    archive.close()

    assert (union.crawl().updated, union.crawl().new) == (0, 0), "told once"


def test_a_comment_that_comes_back_is_there_again(union: Union) -> None:
    union.crawl()
    post, feed = union.youngest, union.server.feed
    lone = next(c for c in post.comments if c.reply_to is None and not post.replies(c.number))
    union.server.edit(lambda feed: feed.without(lone.number))
    union.crawl()
    union.server.edit(lambda _: feed)
    union.crawl()
    versions = union.versions()[f"weibo:{comment_id(lone.number)}"]
    assert [one.deleted for one in versions] == [False, True, False]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(r"getIndex\?.*since_id", status=403),
        Fault(r"getIndex\?.*since_id", body='{"ok": 1, "data": {"cards": "none"}}'),
        Fault(r"hotflow", body='{"ok": 0, "errno": "100011", "msg": "暂无数据"}'),
        Fault(r"hotflow", body="<html>"),
        Fault(r"statuses/show", body='{"ok": 0, "msg": "系统繁忙"}'),
    ],
    ids=["wall", "another shape", "no comments shown", "comments broken", "not said to be gone"],
)
def test_nothing_is_taken_for_deleted_by_a_reading_that_failed(
    tmp_path: Path, fault: Fault
) -> None:
    settings = Settings(data=tmp_path / "data", key=KEY)
    with ReplayServer(faults=()) as server:
        Union(server, settings).crawl()
        last = server.feed.of("weibo")[8]
    with ReplayServer(faults=[fault]) as server:
        union = Union(server, settings)
        before = union.versions()
        comment = fault.path == "hotflow"
        number = union.youngest.comments[-1].number if comment else last.number
        server.edit(lambda feed: feed.without(number))
        union.crawl()
        assert not any(post.deleted for post in union.changed(before).values())


@pytest.mark.parametrize("requests", [12, 40])
def test_a_killed_crawl_is_made_good_by_the_next_one(union: Union, requests: int) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.crawling", union.server.base_url],
        env={**os.environ, "GONGSHENG_DATA": str(union.settings.data), "GONGSHENG_KEY": KEY},
    )
    deadline = time.monotonic() + 60
    while len(union.server.requests) < requests and time.monotonic() < deadline:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    half = len(union.versions())
    run = union.crawl()
    feed = union.server.feed.of("weibo")
    everything = {f"weibo:{mid(post.number)}" for post in feed}
    everything |= {f"weibo:{comment_id(c.number)}" for post in feed for c in post.comments}
    versions = union.versions()
    assert half < len(everything)
    assert set(versions) == everything
    assert run.comments_fetched == run.comments_declared
    assert not any(post.deleted for found in versions.values() for post in found)
    assert max(map(len, versions.values())) <= 2, "a post cut off without its comments, then whole"
    assert union.crawl().new == 0
