"""Spiders in a real headless Chromium against pages that fetch their own answers."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from crawlers.browser import NAMES, make_profile
from crawlers.replay.feed import Feed
from crawlers.replay.people import CHANNEL
from crawlers.replay.server import Fault, ReplayServer
from crawlers.run import crawl
from monitor import wiring
from monitor.channels import Channel
from monitor.logins import KEPT_COOKIES, profile_folder
from monitor.settings import Settings
from posts.model import CrawlRun, Platform, Post


@pytest.fixture(autouse=True)
def chromium() -> None:
    if any(map(shutil.which, NAMES)):
        return
    missing = "no Chromium: run tests/system_packages.sh (or `apt-get install chromium`)"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", key="5a" * 32, profiles=tmp_path / "profiles")


def channel(source: str, replay: ReplayServer, **pace: Any) -> Channel:
    return Channel.model_validate(
        {
            "id": "c",
            "name": CHANNEL.name,
            "source": source,
            "account": str(CHANNEL.number),
            "base_url": replay.base_url,
            "pace": {"delay": 0, "run": None, **pace},
        }
    )


def newest(feed: Feed, posts: int | None) -> Feed:
    """The feed with so many posts of each platform: a browser takes its time."""
    platforms: tuple[Platform, ...] = ("weibo", "douyin")
    kept = tuple(post for one in platforms for post in feed.of(one)[:posts])
    return Feed(kept, {post.number: post for post in kept})


@pytest.fixture
def visit(settings: Settings) -> Callable[..., CrawlRun]:
    def once(
        source: str,
        faults: Sequence[Fault] = (),
        timeout: float = 30,
        posts: int | None = 12,
        **server: Any,
    ) -> CrawlRun:
        make_profile(profile_folder(settings, "c"))
        with ReplayServer(faults=faults, **server) as replay:
            replay.feed = newest(replay.feed, posts)
            return crawl([channel(source, replay, timeout=timeout)], settings)[0]

    return once


@pytest.fixture
def cookie(settings: Settings) -> Callable[[str, str], None]:
    """Leave a cookie in the profile, as an earlier visit would."""

    def leave(name: str, value: str) -> None:
        one = {"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}
        profile = make_profile(profile_folder(settings, "c"))
        (profile / KEPT_COOKIES).write_text(json.dumps([one]), "utf-8")

    return leave


@pytest.fixture
def kept(settings: Settings) -> Callable[[str], list[Post]]:
    def posts(kind: str) -> list[Post]:
        archive = wiring.archive(settings)
        try:
            latest = {post.id: post for _, post in archive.since(0)}
            return [post for post in latest.values() if post.kind == kind]
        finally:
            archive.close()

    return posts
