"""A channel in a browser lives on between two visits, and a killed visit costs nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest

from crawlers.browser import make_profile
from crawlers.replay.server import ReplayServer
from crawlers.replay.weibo_shapes import comment_id, mid
from crawlers.run import crawl
from monitor.logins import profile_folder
from monitor.settings import Settings
from posts.model import AccessState, CrawlRun, Platform
from tests.browser_spiders.conftest import channel, newest
from tests.changing import EDITED, changed, let_things_happen, versions

pytestmark = pytest.mark.browser

POSTS = 14


def visit(source: str, server: ReplayServer, settings: Settings) -> CrawlRun:
    make_profile(profile_folder(settings, "c"))
    (run,) = crawl([channel(source, server)], settings)
    return run


@pytest.mark.parametrize(
    ("source", "platform"),
    [("weibo-web", "weibo"), ("weibo-mobile", "weibo"), ("douyin-creator", "douyin")],
)
def test_what_happened_is_said_exactly(source: str, platform: Platform, settings: Settings) -> None:
    with ReplayServer(faults=()) as server:
        server.feed = newest(server.feed, POSTS)
        visit(source, server, settings)
        before = versions(settings)
        happened = let_things_happen(server, platform)
        run = visit(source, server, settings)
        now = changed(settings, before)
        assert run.state is AccessState.OK
        assert set(now) == set(happened)
        assert now[happened.edited].text == EDITED
        assert now[happened.vanished].deleted
        assert now[happened.deleted].deleted
        assert now[happened.deleted].text == before[happened.deleted][-1].text
        again = visit(source, server, settings)
        assert (again.new, again.updated) == (0, 0), "told once"


@pytest.mark.parametrize("source", ["weibo-web", "weibo-mobile"])
def test_a_killed_visit_is_made_good_and_nothing_is_opened_twice(
    source: str, settings: Settings
) -> None:
    with ReplayServer(faults=()) as server:
        server.feed = newest(server.feed, POSTS)
        opened = "statuses/show" if source == "weibo-web" else "/detail/"
        make_profile(profile_folder(settings, "c"))
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.crawling", server.base_url, source],
            env={
                **os.environ,
                "GONGSHENG_DATA": str(settings.data),
                "GONGSHENG_KEY": "5a" * 32,
                "GONGSHENG_PROFILES": str(settings.profiles),
            },
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and worker.poll() is None:
            if sum(opened in path for path in list(server.requests)) >= 4:
                break
            time.sleep(0.01)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        half = versions(settings)
        held = {name for name, found in half.items() if found[-1].kind == "post"}
        assert 0 < len(held) < POSTS
        server.requests.clear()
        run = visit(source, server, settings)
        asked = [path for path in server.requests if opened in path and "cid=" not in path]
        feed = server.feed.of("weibo")
        everything = {f"weibo:{mid(post.number)}" for post in feed}
        everything |= {f"weibo:{comment_id(c.number)}" for post in feed for c in post.comments}
        found = versions(settings)
        assert run.state is AccessState.OK
        assert set(found) == everything
        assert max(map(len, found.values())) == 1, "nothing is there twice"
        assert len(asked) < len(feed), "what was read and is not due is not opened again"
