"""The spiders of Douyin's console and of a union's site meet walls, loops and broken answers."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from crawlers.demo import demo_channels
from crawlers.replay.server import Fault, ReplayServer
from crawlers.run import crawl
from monitor import wiring
from monitor.channels import Channel
from monitor.settings import Settings
from posts.model import AccessState, CrawlRun, Post

SELECT = r"/comment/list/select/"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", key="5a" * 32)


def visit(
    source: str, settings: Settings, faults: Sequence[Fault] = (), **server: object
) -> CrawlRun:
    """Crawl one channel of the replayed union."""
    with ReplayServer(faults=faults, **server) as replay:  # type: ignore[arg-type]
        channel = next(one for one in demo_channels(replay.base_url) if one.source == source)
        return crawl([channel], settings)[0]


def kept(settings: Settings, kind: str) -> list[Post]:
    archive = wiring.archive(settings)
    try:
        posts = {post.id: post for _, post in archive.since(0)}
        return [post for post in posts.values() if post.kind == kind]
    finally:
        archive.close()


def test_a_lost_login_is_no_empty_channel(settings: Settings) -> None:
    run = visit("douyin-creator", settings, login_wall={"douyin"})
    assert run.state is AccessState.NEEDS_LOGIN
    assert "log in again" in run.detail
    assert (run.new, run.requests) == (0, 1)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("", AccessState.THROTTLED),
        ("blocked", AccessState.THROTTLED),
        ('<div id="captcha_container">', AccessState.CAPTCHA),
        ('{"status_code": 8, "status_msg": "用户未登录"}', AccessState.NEEDS_LOGIN),
    ],
)
def test_a_wall_half_way_keeps_what_was_had_and_the_next_run_goes_on(
    body: str, state: AccessState, settings: Settings
) -> None:
    wall = [Fault(SELECT + r".*cursor=20", body=body)]
    run = visit("douyin-creator", settings, wall)
    assert run.state is state
    assert len(kept(settings, "post")) >= 6
    assert 0 < run.comments_fetched < 298
    again = visit("douyin-creator", settings)
    assert (again.state, again.rejected) == (AccessState.OK, {})
    assert (len(kept(settings, "post")), len(kept(settings, "comment"))) == (20, 298)
    assert all(post.coverage and post.coverage.fetched for post in kept(settings, "post"))


def test_comments_that_never_come_end_the_asking_and_are_told(settings: Settings) -> None:
    never = json.dumps({"status_code": 0, "comments": None, "cursor": 20, "has_more": 1})
    run = visit("douyin-creator", settings, [Fault(SELECT, body=never)])
    assert run.state is AccessState.BAD_SHAPE
    assert "does not go on" in run.detail
    assert run.requests < 60
    assert (run.comments_declared, run.comments_fetched) == (298, 0)
    assert len(kept(settings, "post")) == 20


def test_a_list_of_works_of_another_shape_is_told_and_sealed(settings: Settings) -> None:
    other = json.dumps({"status_code": 0, "works": []})
    run = visit("douyin-creator", settings, [Fault("work_list", body=other)])
    assert run.state is AccessState.BAD_SHAPE
    assert run.rejected == {"bad_shape": 1}


def test_comments_of_another_shape_are_told_and_sealed(settings: Settings) -> None:
    run = visit("douyin-creator", settings, [Fault(SELECT, body='{"status_code": 0}')])
    assert run.state is AccessState.BAD_SHAPE
    assert "expected comments" in run.detail
    assert run.comments_fetched == 0


def site(replay: ReplayServer, account: str) -> Channel:
    (channel,) = [one for one in demo_channels(replay.base_url) if one.source == "website"]
    return channel.model_copy(update={"account": account})


def test_a_site_is_found_by_its_front_page(settings: Settings) -> None:
    front = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>'
    with ReplayServer(faults=[Fault(r"^/$", body=front)]) as replay:
        (run,) = crawl([site(replay, "http://gonghui.xinghe.example/")], settings)
    assert (run.state, run.new) == (AccessState.OK, 45)


def test_a_page_without_a_feed_is_told(settings: Settings) -> None:
    run = visit("website", settings, [Fault("feed.xml", body="<html><p>维护中</p></html>")])
    assert run.state is AccessState.BAD_SHAPE
    assert "give the feed's address" in run.detail


def test_an_article_that_is_gone_leaves_its_summary(settings: Settings) -> None:
    run = visit("website", settings, [Fault(r"/news/\d+\.html", status=404)])
    assert run.state is AccessState.DELETED
    posts = kept(settings, "post")
    assert len(posts) == 10
    assert sum(post.text.endswith("…") for post in posts) == 5
    assert len(kept(settings, "comment")) == 35


def test_comment_feeds_that_fail_leave_a_gap_that_can_be_seen(settings: Settings) -> None:
    run = visit("website", settings, [Fault(r"/news/\d+/feed/", status=404)])
    assert run.state is AccessState.DELETED
    assert (run.comments_declared, run.comments_fetched) == (35, 0)


def test_a_comment_feed_that_is_a_page_is_told(settings: Settings) -> None:
    run = visit("website", settings, [Fault(r"/news/\d+/feed/", body="<p>评论已关闭</p>")])
    assert run.state is AccessState.BAD_SHAPE
    assert run.rejected["bad_shape"] > 0
    assert (run.comments_declared, run.comments_fetched) == (35, 0)


def test_other_sites_that_a_feed_names_are_not_visited(settings: Settings) -> None:
    item = (
        "<item><title>转载</title><link>http://elsewhere.example/1</link>"
        "<description>别处的文章</description></item>"
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>'
    fault = Fault("feed.xml", body=feed, content_type="application/rss+xml; charset=utf-8")
    with ReplayServer(faults=[fault]) as replay:
        (run,) = crawl([site(replay, "http://gonghui.xinghe.example/feed.xml")], settings)
        assert [path for path in replay.requests if path not in ("/feed.xml", "/robots.txt")] == []
    assert (run.state, run.new) == (AccessState.OK, 1)
