"""Crawl twice while things change: every path tells of them what it can know, and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.replay.people import CHANNEL
from crawlers.replay.server import Fault, ReplayServer
from crawlers.replay.website import SITE
from crawlers.run import crawl
from monitor.channels import Channel
from monitor.settings import Settings
from posts.model import AccessState, Count, Coverage, CrawlRun, Platform
from tests.changing import EDITED, changed, indexed, let_things_happen, name_of, versions


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(faults=()) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TOKEN_A", "act.token-of-the-owner")
    return Settings(data=tmp_path / "data", key="5a" * 32, profiles=tmp_path / "profiles")


def visit(source: str, server: ReplayServer, settings: Settings) -> CrawlRun:
    entry = {
        "id": "c",
        "name": CHANNEL.name,
        "source": source,
        "account": f"{SITE}/feed.xml" if source == "website" else str(CHANNEL.number),
        "base_url": server.base_url,
        "pace": {"delay": 0, "run": None},
        "secrets": "TOKEN_A" if "api" in source else None,
    }
    (run,) = crawl([Channel.model_validate(entry)], settings)
    return run


@pytest.mark.parametrize(
    ("source", "platform"), [("douyin-creator", "douyin"), ("douyin-api", "douyin")]
)
def test_an_account_on_douyin_says_exactly_what_happened(
    source: str, platform: Platform, server: ReplayServer, settings: Settings
) -> None:
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
    was = before[happened.liked][-1].likes
    assert was is not None
    assert now[happened.liked].likes == Count(value=was.value + 7)
    held = before[happened.edited][-1].coverage
    assert held is not None
    assert now[happened.edited].coverage == Coverage(
        declared=held.fetched - 1, fetched=held.fetched - 1
    )
    held_now = indexed(settings)
    assert {name: held_now[name] for name in now} == now
    again = visit(source, server, settings)
    assert (again.new, again.updated) == (0, 0), "told once"


def test_a_works_list_that_ends_too_soon_takes_nothing_for_deleted(
    server: ReplayServer, settings: Settings
) -> None:
    visit("douyin-creator", server, settings)
    before = versions(settings)
    oldest = server.feed.of("douyin")[-1].number
    whole = server.feed
    server.edit(lambda feed: feed.without(oldest))
    short = Fault(
        "work_list.*max_cursor=[1-9]", body='{"status_code": 0, "aweme_list": [], "total": 20}'
    )
    with ReplayServer(faults=[short]) as cut:
        cut.feed = whole
        visit("douyin-creator", cut, settings)
    assert not changed(settings, before), "20 works are declared, and 6 were shown"
    visit("douyin-creator", server, settings)
    assert [post.deleted for post in changed(settings, before).values()] == [True]


def test_the_official_interface_of_weibo_knows_edits_and_deletions_of_its_five_posts(
    server: ReplayServer, settings: Settings
) -> None:
    visit("weibo-api", server, settings)
    before = versions(settings)
    sixth = server.feed.of("weibo")[5]
    happened = let_things_happen(server, "weibo", third=1)
    run = visit("weibo-api", server, settings)
    now = changed(settings, before)
    assert run.state is AccessState.OK
    assert set(now) == {happened.edited, happened.deleted, name_of(sixth)}
    assert now[happened.edited].text == EDITED
    assert now[happened.deleted].deleted
    again = visit("weibo-api", server, settings)
    assert (again.new, again.updated) == (0, 0)


def test_a_site_with_a_feed_says_what_happened(server: ReplayServer, settings: Settings) -> None:
    visit("website", server, settings)
    before = versions(settings)
    happened = let_things_happen(server, "site", third=0)
    visit("website", server, settings)
    now = changed(settings, before)
    assert set(now) == {happened.edited, happened.vanished, happened.deleted}
    assert now[happened.edited].text == EDITED
    assert now[happened.vanished].deleted
    assert now[happened.deleted].deleted
    again = visit("website", server, settings)
    assert (again.new, again.updated) == (0, 0)


def test_hotflow_that_is_refused_gives_way_to_the_older_list(
    server: ReplayServer, settings: Settings
) -> None:
    with ReplayServer(faults=[Fault("/comments/hotflow", status=403)]) as refusing:
        run = visit("weibo-mobile", refusing, settings)
    assert run.state is AccessState.OK
    assert "older, shorter list" in run.detail
    assert 0 < run.comments_fetched < (run.comments_declared or 0)
    partly = versions(settings)
    assert not any(post.deleted for found in partly.values() for post in found)
    whole = visit("weibo-mobile", server, settings)
    assert whole.comments_fetched == whole.comments_declared
    parents = {name: found[-1].parent_id for name, found in versions(settings).items()}
    assert {name: parents[name] for name in partly} == {
        name: found[-1].parent_id for name, found in partly.items()
    }, "both lists say what a comment answers"


def test_where_the_older_list_is_refused_too_the_wall_is_named(settings: Settings) -> None:
    faults = [Fault("/comments/hotflow", status=403), Fault("/api/comments/show", status=403)]
    with ReplayServer(faults=faults) as refusing:
        run = visit("weibo-mobile", refusing, settings)
    assert (run.state, run.comments_fetched) == (AccessState.THROTTLED, 0)
