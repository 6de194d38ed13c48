"""The official interfaces: what a token may see is read, what is closed is told."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawlers.demo import demo_channels
from crawlers.replay.douyin import aweme_id
from crawlers.replay.server import Fault, ReplayServer
from crawlers.replay.weibo_shapes import comment_id, mid
from crawlers.run import crawl
from crawlers.run_import import import_into_archive
from monitor import wiring
from monitor.channels import Channel, Pace
from monitor.logins import login_of
from monitor.settings import Settings
from posts.model import CHINA, AccessState, Count, CrawlRun, Post

OFFLINE = json.dumps({"data": {"error_code": 28001056, "description": "该能力API已下线"}})
NOT_GRANTED = json.dumps({"error_code": 10014, "error": "Insufficient app permissions!"})


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TOKEN_A", "act.token-of-the-owner")
    return Settings(data=tmp_path / "data", key="5a" * 32, contact="https://union.example/robot")


def visit(
    source: str, settings: Settings, faults: Sequence[Fault] = (), **more: object
) -> CrawlRun:
    """Crawl the replayed union by an official interface."""
    with ReplayServer(faults=faults, **more) as server:  # type: ignore[arg-type]
        (run,) = crawl([channel(source, server.base_url)], settings)
        return run


def channel(source: str, base_url: str, **more: object) -> Channel:
    values = {"id": source, "name": "星河集团工会", "account": "7700112233", "secrets": "TOKEN_A"}
    return Channel.model_validate(
        {**values, "source": source, "base_url": base_url, "pace": Pace(delay=0), **more}
    )


def kept(settings: Settings) -> dict[str, Post]:
    archive = wiring.archive(settings)
    found = {post.id: post for _, post in archive.since(0)}
    archive.close()
    return found


def test_the_business_interface_shows_the_comments_of_everybody(settings: Settings) -> None:
    with ReplayServer(faults=()) as server:
        own = channel("weibo-api", server.base_url)
        (first,) = crawl([own], settings)
        (second,) = crawl([own], settings)
        feed = server.feed.of("weibo")
        assert not any("act.token" in path for path in server.requests)
    posts = kept(settings)
    assert first.state is AccessState.OK
    assert set(posts) == {f"weibo:{mid(post.number)}" for post in feed[:5]} | {
        f"weibo:{comment_id(one.number)}" for post in feed for one in post.comments
    }
    newest = posts[f"weibo:{mid(feed[0].number)}"]
    assert newest.coverage is not None
    assert newest.coverage.fetched == newest.coverage.declared == len(feed[0].comments)
    assert (second.new, second.updated, second.requests) == (0, 0, 4)


def test_how_long_the_token_holds_is_shown(settings: Settings) -> None:
    run = visit("weibo-api", settings)
    login = login_of(channel("weibo-api", "http://127.0.0.1:9"), settings)
    assert login is not None
    assert login.kind == "token"
    now = datetime.now(CHINA)
    assert login.days_left(now + timedelta(hours=1)) == 19
    assert f"the token ends on {now + timedelta(days=20):%Y-%m-%d}" in run.detail


def test_without_the_business_interface_the_gap_is_told(settings: Settings) -> None:
    run = visit("weibo-api", settings, [Fault("/biz", status=403, body=NOT_GRANTED)])
    assert run.state is AccessState.OK
    assert "comments/to_me/biz is not granted" in run.detail
    assert run.comments_declared is not None
    assert run.comments_fetched < run.comments_declared
    assert sum(post.kind == "comment" for post in kept(settings).values()) > 10


@pytest.mark.parametrize(("source", "code"), [("weibo-api", "21327"), ("douyin-api", "10008")])
def test_a_token_that_has_ended_is_told(settings: Settings, source: str, code: str) -> None:
    run = visit(source, settings, login_wall={"weibo", "douyin"})
    assert (run.state, run.requests) == (AccessState.NEEDS_LOGIN, 1)
    assert code in run.detail


def test_a_channel_without_a_token_is_told_before_anything_is_asked(settings: Settings) -> None:
    (run,) = crawl([channel("weibo-api", "http://127.0.0.1:9", secrets=None)], settings)
    assert (run.state, run.requests) == (AccessState.NEEDS_LOGIN, 0)
    assert "names no secret" in run.detail


def test_comments_by_the_interface_and_by_the_page_are_one_post(settings: Settings) -> None:
    with ReplayServer(faults=()) as server:
        page = next(c for c in demo_channels(server.base_url) if c.id == "demo-weibo")
        page = page.model_copy(update={"id": "weibo-api"})
        crawl([page], settings)
        before = set(kept(settings))
        (run,) = crawl([channel("weibo-api", server.base_url)], settings)
    assert run.new == 0
    assert set(kept(settings)) == before


def test_a_mini_app_reads_works_comments_and_daily_figures(settings: Settings) -> None:
    with ReplayServer(faults=()) as server:
        own = channel("douyin-api", server.base_url)
        (first,) = crawl([own], settings)
        (second,) = crawl([own], settings)
        feed = server.feed.of("douyin")
    posts = kept(settings)
    assert first.state is AccessState.OK
    assert first.comments_fetched == first.comments_declared == 298
    assert {f"douyin:{aweme_id(post.number)}" for post in feed} < set(posts)
    assert (second.new, second.updated) == (0, 0)
    archive = wiring.archive(settings)
    figures = archive.snapshots()
    archive.close()
    assert len(figures) == 7, "the second run brings no day twice"
    assert [one.followers.value for one in figures if one.followers][-1] == 26480
    assert all(one.views and one.posts for one in figures)


def test_an_interface_that_is_offline_is_named_with_what_to_use_instead(
    settings: Settings,
) -> None:
    run = visit("douyin-api", settings, [Fault("video_list", body=OFFLINE)])
    assert run.state is AccessState.API_GONE
    assert "28001056" in run.detail
    assert "douyin-creator" in run.detail
    archive = wiring.archive(settings)
    assert len(archive.snapshots()) == 7, "the figures came all the same"
    archive.close()


def test_an_import_of_a_crawled_comment_is_the_same_post_in_its_own_channel(
    settings: Settings, tmp_path: Path
) -> None:
    visit("weibo-api", settings)
    before = kept(settings)
    comment = next(post for post in before.values() if post.kind == "comment")
    row = {
        "comment_id": comment.id.partition(":")[2],
        "note_id": (comment.thread_id or "").partition(":")[2],
        "content": comment.text,
        "create_time": int(comment.published_at.timestamp()) if comment.published_at else 0,
        "comment_like_count": "3",
        "create_date_time": "",
    }
    file = tmp_path / "creator_comments.jsonl"
    file.write_text(json.dumps(row), "utf-8")
    result = import_into_archive([file], channel=None, settings=settings)
    assert (result.new, result.updated) == (0, 1)
    after = kept(settings)
    assert set(after) == set(before)
    assert after[comment.id].channel == "weibo-api"
    assert after[comment.id].likes == Count(value=3)
