"""Whatever a platform answers, the crawl ends in the right state and loses no post."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crawlers.replay.feed import Feed
from crawlers.replay.people import CHANNEL
from crawlers.replay.server import Fault, ReplayServer
from crawlers.replay.website import SITE
from crawlers.run import crawl
from monitor import wiring
from monitor.channels import Channel
from monitor.settings import Settings
from posts.model import AccessState, CrawlRun, Platform, Post

POSTS = 12
"""Posts of each channel; enough for a second page."""
OK, EMPTY = AccessState.OK, AccessState.EMPTY
LOGIN, CAPTCHA = AccessState.NEEDS_LOGIN, AccessState.CAPTCHA
THROTTLED, SHAPE, GONE = AccessState.THROTTLED, AccessState.BAD_SHAPE, AccessState.API_GONE

LISTS = {
    "weibo-mobile": "containerid=107603",
    "douyin-creator": "work_list",
    "website": "feed.xml",
}
"""The request by which each spider asks for the posts."""
BELOW = {
    "weibo-mobile": "/comments/hotflow",
    "douyin-creator": "/comment/list/select/",
    "website": r"/news/\d+/feed/",
}
"""The request by which each spider asks for comments."""

ANSWERS: dict[str, dict[str, Any]] = {
    "HTTP 432": {"status": 432},
    "HTTP 418": {"status": 418},
    "HTTP 403": {"status": 403},
    "HTTP 500": {"status": 500},
    "ok -100": {"body": json.dumps({"ok": -100, "msg": "请先登录", "url": "https://x.example/"})},
    "captcha url": {"body": json.dumps({"ok": 0, "url": "https://x.example/captcha?id=1"})},
    "slider": {"body": '<div id="captcha_container">'},
    "an HTML page": {"body": "<html><body><p>出错了</p></body></html>"},
    "empty body": {"body": ""},
    "blocked": {"body": "blocked"},
    "status_code 8": {"body": json.dumps({"status_code": 8, "status_msg": "用户未登录"})},
    "truncated": {"body": '{"ok": 1, "status_code": 0, "data": {"ca'},
    "no gzip": {"body": "no gzip at all", "headers": (("Content-Encoding", "gzip"),)},
    "stall": {"wire": "stall"},
    "reset": {"wire": "reset"},
    "cut off": {"wire": "cut", "body": '{"ok": 1, "status_code": 0, "data": {"cards": []}}'},
    "circle": {"status": 302, "headers": (("Location", "/round/and/round"),)},
}

TABLE: dict[str, tuple[AccessState, AccessState, AccessState]] = {
    # answer:        weibo-mobile, douyin-creator, website
    "HTTP 432": (LOGIN, THROTTLED, SHAPE),
    "HTTP 418": (THROTTLED, THROTTLED, SHAPE),
    "HTTP 403": (THROTTLED, THROTTLED, THROTTLED),
    "HTTP 500": (THROTTLED, THROTTLED, THROTTLED),
    "ok -100": (LOGIN, SHAPE, SHAPE),
    "captcha url": (CAPTCHA, SHAPE, SHAPE),
    "slider": (SHAPE, CAPTCHA, SHAPE),
    "an HTML page": (SHAPE, SHAPE, SHAPE),
    "empty body": (LOGIN, THROTTLED, SHAPE),
    "blocked": (SHAPE, THROTTLED, SHAPE),
    "status_code 8": (SHAPE, LOGIN, SHAPE),
    "truncated": (SHAPE, SHAPE, SHAPE),
    "no gzip": (SHAPE, SHAPE, SHAPE),
    "stall": (THROTTLED, THROTTLED, THROTTLED),
    "reset": (THROTTLED, THROTTLED, THROTTLED),
    "cut off": (THROTTLED, THROTTLED, THROTTLED),
    "circle": (LOGIN, LOGIN, THROTTLED),
}
CASES = [
    (source, answer, state)
    for answer, states in TABLE.items()
    for source, state in zip(LISTS, states, strict=True)
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", key="5a" * 32, profiles=tmp_path / "profiles")


def visit(
    source: str, settings: Settings, faults: Sequence[Fault] = (), timeout: float = 20
) -> CrawlRun:
    with ReplayServer(faults=faults) as replay:
        platforms: tuple[Platform, ...] = ("weibo", "douyin", "site")
        posts = tuple(post for one in platforms for post in replay.feed.of(one)[:POSTS])
        replay.feed = Feed(posts, {post.number: post for post in posts})
        entry = {
            "id": "c",
            "name": CHANNEL.name,
            "source": source,
            "account": f"{SITE}/feed.xml" if source == "website" else str(CHANNEL.number),
            "base_url": replay.base_url,
            "pace": {"delay": 0, "run": None, "timeout": timeout},
        }
        return crawl([Channel.model_validate(entry)], settings)[0]


def fault(path: str, answer: str, times: int | None = None) -> Fault:
    if answer == "circle":
        path = f"{path}|/round/"
    return Fault(path, times=times, **ANSWERS[answer])


def patience(answer: str) -> float:
    return 0.5 if answer == "stall" else 20


def kept(settings: Settings) -> dict[str, Post]:
    archive = wiring.archive(settings)
    try:
        return {post.id: post for _, post in archive.since(0)}
    finally:
        archive.close()


def refused_below(source: str, answer: str) -> list[Fault]:
    """The fault in all lists of comments: with 403 m.weibo.cn's older one is asked instead."""
    lists = [BELOW[source]] + (["/api/comments/show"] if source == "weibo-mobile" else [])
    return [fault(path, answer) for path in lists]


def troubles(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(("source", "answer", "state"), CASES)
def test_instead_of_the_posts(
    source: str,
    answer: str,
    state: AccessState,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        run = visit(source, settings, [fault(LISTS[source], answer)], patience(answer))
    assert (run.state, run.new, bool(run.detail)) == (state, 0, True), run.detail
    assert run.requests < 12
    assert troubles(caplog) == []


@pytest.mark.slow
@pytest.mark.parametrize(("source", "answer", "state"), CASES)
def test_instead_of_comments_all_posts_stay_and_the_next_run_makes_it_good(
    source: str,
    answer: str,
    state: AccessState,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        run = visit(source, settings, refused_below(source, answer), patience(answer))
    assert (run.state, run.comments_fetched, bool(run.detail)) == (state, 0, True), run.detail
    assert troubles(caplog) == []
    before = kept(settings)
    again = visit(source, settings)
    assert (again.state, again.rejected) == (OK, {})
    assert again.comments_fetched == again.comments_declared
    after = kept(settings)
    assert set(before) <= set(after)
    assert sum(post.kind == "comment" for post in after.values()) == again.comments_declared


@pytest.mark.parametrize("answer", ["HTTP 500", "reset", "cut off"])
@pytest.mark.parametrize("source", LISTS)
def test_what_goes_wrong_once_is_asked_again(source: str, answer: str, settings: Settings) -> None:
    faults = [fault(LISTS[source], answer, times=1), fault(BELOW[source], answer, times=1)]
    run = visit(source, settings, faults)
    assert run.state is OK, run.detail
    assert run.comments_fetched == run.comments_declared


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("weibo-mobile", {"ok": 1, "data": {"data": [], "max_id": 77, "max_id_type": 0}}),
        ("douyin-creator", {"status_code": 0, "comments": None, "cursor": 20, "has_more": 1}),
        ("douyin-creator", {"status_code": 0, "comments": [], "cursor": 0, "has_more": 1}),
    ],
)
def test_comments_that_go_on_for_nothing_are_left_and_told(
    source: str, body: dict[str, Any], settings: Settings
) -> None:
    run = visit(source, settings, [Fault(BELOW[source], body=json.dumps(body))])
    assert run.state is SHAPE
    assert run.comments_fetched == 0
    assert run.requests < 5 * POSTS
    assert sum(post.kind == "post" for post in kept(settings).values()) == POSTS
