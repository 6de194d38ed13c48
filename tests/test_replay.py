"""The replayed channels say what the feed holds, in the shapes the parsers know."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from crawlers.parsers import douyin_creator, website, weibo_mobile
from crawlers.replay import douyin, weibo
from crawlers.replay.feed import load_feed
from crawlers.replay.people import CHANNEL
from crawlers.replay.server import Fault, ReplayServer, respond
from crawlers.replay.weibo_shapes import UID, mid
from posts.model import CHINA, Post

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=CHINA)
FEED = load_feed(TODAY)
OWN = {"channel": "demo", "collected_at": NOW}
WEIBO = weibo_mobile.Source("demo", str(UID), "weibo-mobile", NOW)
TIMELINE = {"type": "uid", "value": str(UID), "containerid": f"107603{UID}"}


def ask(path: str, **query: Any) -> Any:
    answer = respond(FEED, path, {key: str(value) for key, value in query.items()})
    return json.loads(answer.body)


def test_the_feed_is_whole_and_lies_in_the_past() -> None:
    comments = [one for post in FEED.posts for one in post.comments]
    assert (len(FEED.posts), len(comments)) == (60, 900)
    assert [len(FEED.of(p)) for p in ("weibo", "douyin", "site")] == [30, 20, 10]
    midnight = datetime(2026, 11, 20, tzinfo=CHINA)
    assert max(one.published_at for one in [*FEED.posts, *comments]) < midnight
    for post in FEED.posts:
        by_number = {one.number: one for one in post.comments}
        assert all(one.published_at > post.published_at for one in post.comments)
        for reply in post.comments:
            if reply.reply_to is not None:
                assert reply.published_at > by_number[reply.reply_to].published_at


def test_ids_people_and_texts_are_the_same_every_day_and_times_follow_the_day() -> None:
    tomorrow = load_feed(TODAY + timedelta(days=1))
    for one, other in zip(FEED.posts, tomorrow.posts, strict=True):
        assert (one.number, one.text) == (other.number, other.text)
        assert other.published_at - one.published_at == timedelta(days=1)
        assert [c.author for c in one.comments] == [c.author for c in other.comments]
    assert load_feed(TODAY) == FEED


def test_people_keep_their_gender_and_write_more_than_once() -> None:
    comments = [one for post in FEED.posts for one in post.comments if not one.by_channel]
    people = {one.author.number: one.author for one in comments}
    assert len(people) < len(comments) * 0.95
    assert all(people[one.author.number] == one.author for one in comments)
    assert all(one.author.gender == one.gender for one in comments)
    assert CHANNEL.number not in people


def pages_of_weibo() -> Iterator[dict[str, Any]]:
    page: dict[str, str] | None = {}
    while page is not None:
        payload = ask("/api/container/getIndex", **TIMELINE, **page)
        if payload["ok"] == 0:
            return
        yield payload
        page = weibo_mobile.next_page(payload)


def test_weibo_shows_every_post_the_pinned_one_first_and_cuts_long_texts() -> None:
    pages = list(pages_of_weibo())
    posts = [post for page in pages for post in weibo_mobile.parse_timeline(page, WEIBO).posts]
    cut = frozenset().union(*map(weibo_mobile.cut_posts, pages))
    assert {post.id for post in posts} == {f"weibo:{mid(one.number)}" for one in FEED.of("weibo")}
    assert weibo_mobile.pinned_posts(pages[0]) == {posts[0].id}
    assert posts[0].published_at < posts[1].published_at
    assert len(posts) == 30
    assert cut
    kinds = {card["card_type"] for page in pages for card in page["data"]["cards"]}
    assert kinds == {9, 11, 59}
    whole = {f"weibo:{mid(one.number)}": one.text for one in FEED.of("weibo")}
    assert all(post.text == whole[post.id] for post in posts if post.id not in cut)


def weibo_comments(number: int) -> list[Post]:
    found: dict[str, Post] = {}
    cursor: weibo_mobile.Cursor | None = weibo_mobile.Cursor("0", 0)
    while cursor is not None:
        where = {"max_id": cursor.max_id} if cursor.max_id != "0" else {}
        page = ask("/comments/hotflow", id=mid(number), max_id_type=cursor.kind, **where)
        if page["ok"] == 0:
            break
        parsed = weibo_mobile.parse_comments(page, WEIBO, thread=mid(number))
        assert not parsed.rejected
        found.update((post.id, post) for post in parsed.posts)
        for root in weibo_mobile.open_threads(page):
            found.update((post.id, post) for post in weibo_replies(number, root))
        cursor = weibo_mobile.comments_cursor(page)
    return list(found.values())


def weibo_replies(number: int, root: str) -> Iterator[Post]:
    cursor: weibo_mobile.Cursor | None = weibo_mobile.Cursor("0", 0)
    while cursor is not None:
        page = ask(
            "/comments/hotFlowChild", cid=root, max_id=cursor.max_id, max_id_type=cursor.kind
        )
        yield from weibo_mobile.parse_replies(page, WEIBO, thread=mid(number), root=root).posts
        cursor = weibo_mobile.comments_cursor(page)


def test_weibo_comments_come_whole_with_who_answers_whom() -> None:
    for post in FEED.of("weibo"):
        found = {one.id: one for one in weibo_comments(post.number)}
        assert len(found) == len(post.comments)
        for one in post.comments:
            read = found[f"weibo:{weibo.comment_id(one.number)}"]
            above = weibo.comment_id(one.reply_to) if one.reply_to else mid(post.number)
            assert (read.text, read.region) == (one.text, one.region)
            assert read.parent_id == f"weibo:{above}"
            assert read.likes is not None
            assert read.likes.value == one.likes
            assert read.published_at == one.published_at


def test_a_comment_cursor_wants_its_own_type_back() -> None:
    post = max(FEED.of("weibo"), key=lambda one: len(one.roots))
    first = ask("/comments/hotflow", id=mid(post.number), max_id_type=0)["data"]
    assert first["max_id_type"] == 1
    wrong = ask("/comments/hotflow", id=mid(post.number), max_id=first["max_id"], max_id_type=0)
    assert wrong["ok"] == 0
    last = ask("/comments/hotflow", id=mid(post.number), max_id=first["max_id"], max_id_type=1)
    assert last["ok"] == 1


def test_the_console_pages_works_six_at_a_time_and_tells_plays() -> None:
    posts, cursor, pages = [], 0, 0
    while cursor is not None:
        page = ask("/janus/douyin/creator/pc/work_list", max_cursor=cursor, count=12)
        posts += douyin_creator.parse_works(page, **OWN).posts
        cursor, pages = douyin_creator.next_page(page, "max_cursor"), pages + 1
    assert pages == 4
    assert {post.text for post in posts} == {one.text for one in FEED.of("douyin")}
    assert all(post.views is not None and post.views.value > 0 for post in posts)


def test_the_console_pages_comments_and_answers_on_request() -> None:
    post = max(FEED.of("douyin"), key=lambda one: len(one.roots))
    path = "/web/api/third_party/aweme/api/comment/read/aweme/v1/web/comment/list"
    found, cursor = [], 0
    while cursor is not None:
        page = ask(f"{path}/select/", aweme_id=douyin.aweme_id(post.number), cursor=cursor)
        found += douyin_creator.parse_comments(page, work="0", **OWN).posts
        cursor = douyin_creator.next_page(page)
    assert [one.text for one in found] == [one.text for one in post.roots]
    root = next(one for one in post.roots if post.replies(one.number))
    page = ask(
        f"{path}/reply/", item_id=douyin.aweme_id(post.number), comment_id=douyin.cid(root.number)
    )
    replies = douyin_creator.parse_comments(page, work="0", **OWN).posts
    assert [one.text for one in replies] == [one.text for one in post.replies(root.number)]
    assert {one.parent_id for one in replies} == {f"douyin:{douyin.cid(root.number)}"}


def test_the_site_has_a_feed_articles_and_comment_feeds() -> None:
    feed = website.parse_feed(respond(FEED, "/feed.xml", {}).body, **OWN)
    assert len(feed.entries) == 10
    assert {entry.whole for entry in feed.entries} == {True, False}
    for entry, own in zip(feed.entries, FEED.of("site"), strict=True):
        page = respond(FEED, f"/news/{own.number + 1000}.html", {}).body
        assert website.with_article(entry, page).text == own.text
        feed_text = respond(FEED, f"/news/{own.number + 1000}/feed/", {}).body
        comments = website.parse_comments(feed_text, entry.post, collected_at=NOW).posts
        assert [one.text for one in comments] == [one.text for one in own.comments]
        answers = [one for one in comments if one.parent_id != entry.post.id]
        assert len(answers) == sum(one.reply_to is not None for one in own.comments)


def fetch(address: str) -> tuple[int, str]:
    try:
        with urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_server_listens_on_loopback_and_is_hasty_once() -> None:
    with ReplayServer(today=TODAY) as replay:
        assert replay.base_url.startswith("http://127.0.0.1:")
        address = f"{replay.base_url}/api/container/getIndex?{urlencode(TIMELINE)}"
        assert [fetch(address)[0] for _ in range(3)] == [418, 200, 200]
        assert fetch(f"{replay.base_url}/nothing")[0] == 404
        assert len(replay.requests) == 4


def test_a_login_wall_stands_where_it_is_asked_for() -> None:
    with ReplayServer(today=TODAY, login_wall={"weibo", "douyin"}) as replay:
        status, body = fetch(f"{replay.base_url}/comments/hotflow?id=1")
        assert (status, json.loads(body)["ok"]) == (200, -100)
        status, body = fetch(f"{replay.base_url}/web/api/media/user/info/")
        assert (status, json.loads(body)["status_code"]) == (200, 8)
        assert not json.loads(fetch(f"{replay.base_url}/api/config")[1])["data"]["login"]


@pytest.mark.parametrize("times", [None, 1])
def test_a_fault_takes_the_place_of_an_answer(times: int | None) -> None:
    fault = Fault(r"^/feed\.xml", status=503, body="busy", times=times)
    with ReplayServer(today=TODAY, faults=[fault]) as replay:
        assert fetch(f"{replay.base_url}/feed.xml") == (503, "busy")
        assert fetch(f"{replay.base_url}/feed.xml")[0] == (503 if times is None else 200)
