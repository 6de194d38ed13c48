"""A channel is read whole through its own pages, and every wall has its name."""

import json
import logging
import stat
from collections.abc import Callable

import pytest

from crawlers.replay.server import Fault, ReplayServer
from crawlers.run import crawl
from monitor import wiring
from monitor.logins import KEPT_COOKIES, profile_folder
from monitor.settings import Settings
from posts.model import AccessState, CrawlRun, Post
from tests.browser_spiders.conftest import channel

pytestmark = pytest.mark.browser

Visit = Callable[..., CrawlRun]
Kept = Callable[[str], list[Post]]

NEVER = json.dumps({"status_code": 0, "comments": None, "cursor": 20, "has_more": 1})
CAPTCHA = json.dumps({"ok": 0, "url": "https://security.example/captcha?id=1"})
TIMELINE, SELECT = "mymblog", "/comment/list/select/"
CARDS, HOTFLOW = "containerid=107603", "/comments/hotflow"
CIRCLE = json.dumps({"ok": 1, "data": {"data": [], "max_id": 77, "max_id_type": 0}})
GARBAGE = Fault("", body="no gzip at all", headers=(("Content-Encoding", "gzip"),))


def fault(path: str, **answer: object) -> Fault:
    return Fault(path, **answer)  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["weibo-web", "weibo-mobile"])
def test_weibos_pages_are_read_to_the_end_and_a_second_visit_finds_nothing_new(
    source: str, visit: Visit, kept: Kept
) -> None:
    run = visit(source, posts=None)
    assert (run.state, run.detail, run.rejected) == (AccessState.OK, "", {})
    assert (len(kept("post")), len(kept("comment"))) == (30, 567)
    assert run.comments_fetched == run.comments_declared == 567
    assert not any(post.text.endswith(("…", "展开")) for post in kept("post"))
    assert any(len(post.text) > 140 for post in kept("post"))
    again = visit(source, posts=None)
    assert (again.state, again.new, again.updated) == (AccessState.OK, 0, 0)
    assert again.requests < run.requests


def test_the_console_is_read_to_the_end_in_a_browser(visit: Visit, kept: Kept) -> None:
    run = visit("douyin-creator", posts=None)
    assert (run.state, run.rejected, run.new) == (AccessState.OK, {}, 318)
    assert run.comments_fetched == run.comments_declared == 298
    assert all(post.views and post.views.value for post in kept("post"))
    assert sum(post.parent_id != post.thread_id for post in kept("comment")) > 20


def test_the_older_console_is_read_to_the_end_too(
    visit: Visit, kept: Kept, cookie: Callable[[str, str], None]
) -> None:
    cookie("console", "old")
    run = visit("douyin-creator", posts=None)
    assert (run.state, run.rejected, run.new) == (AccessState.OK, {}, 318)
    assert {post.thread_id for post in kept("comment")} == {post.id for post in kept("post")}


def test_a_profile_keeps_its_cookies_and_is_closed_to_others(
    visit: Visit, settings: Settings, cookie: Callable[[str, str], None]
) -> None:
    cookie("SUB", "replayed-login")
    assert visit("weibo-web", login_wall={"weibo"}).state is AccessState.OK
    profile = profile_folder(settings, "c")
    assert stat.S_IMODE(profile.stat().st_mode) == 0o700
    assert stat.S_IMODE((profile / KEPT_COOKIES).stat().st_mode) == 0o600
    assert visit("weibo-web", login_wall={"weibo"}).state is AccessState.OK


@pytest.mark.parametrize(
    ("source", "broken", "state"),
    [
        ("weibo-web", fault(TIMELINE, status=432), AccessState.NEEDS_LOGIN),
        ("weibo-web", fault(TIMELINE, status=418), AccessState.THROTTLED),
        ("weibo-web", fault("/u/", status=403), AccessState.THROTTLED),
        ("weibo-web", fault(TIMELINE, body=CAPTCHA), AccessState.CAPTCHA),
        ("weibo-web", fault(TIMELINE, body="<p>出错了</p>"), AccessState.BAD_SHAPE),
        ("weibo-web", fault(TIMELINE, body='{"ok": 1, "data": {"ti": 1}}'), AccessState.BAD_SHAPE),
        ("weibo-web", fault(TIMELINE, body=""), AccessState.NEEDS_LOGIN),
        ("weibo-web", fault(TIMELINE, body='{"ok": 1, "data": {"li'), AccessState.BAD_SHAPE),
        (
            "weibo-web",
            fault(TIMELINE, headers=GARBAGE.headers, body=GARBAGE.body),
            AccessState.BAD_SHAPE,
        ),
        ("weibo-web", fault(TIMELINE, wire="reset"), AccessState.THROTTLED),
        ("weibo-web", fault(TIMELINE, wire="stall"), AccessState.THROTTLED),
        (
            "weibo-web",
            fault("/u/", status=302, headers=(("Location", "/u/7700112233"),)),
            AccessState.NEEDS_LOGIN,
        ),
        ("weibo-mobile", fault(CARDS, status=432), AccessState.NEEDS_LOGIN),
        ("weibo-mobile", fault(CARDS, status=418), AccessState.THROTTLED),
        ("weibo-mobile", fault("/detail/", status=403), AccessState.THROTTLED),
        ("weibo-mobile", fault(CARDS, body=CAPTCHA), AccessState.CAPTCHA),
        ("weibo-mobile", fault(CARDS, body="<p>出错了</p>"), AccessState.BAD_SHAPE),
        ("weibo-mobile", fault(CARDS, body='{"ok": 1, "data": {"ti": 1}}'), AccessState.BAD_SHAPE),
        ("weibo-mobile", fault("/detail/", body="<p>出错了</p>"), AccessState.BAD_SHAPE),
        ("weibo-mobile", fault(HOTFLOW, body=""), AccessState.NEEDS_LOGIN),
        ("weibo-mobile", fault(HOTFLOW, body='{"ok": 1, "data": {"d'), AccessState.BAD_SHAPE),
        (
            "weibo-mobile",
            fault(HOTFLOW, headers=GARBAGE.headers, body=GARBAGE.body),
            AccessState.BAD_SHAPE,
        ),
        ("weibo-mobile", fault(HOTFLOW, body=CIRCLE), AccessState.BAD_SHAPE),
        ("weibo-mobile", fault(HOTFLOW, wire="reset"), AccessState.THROTTLED),
        ("weibo-mobile", fault(HOTFLOW, wire="stall"), AccessState.THROTTLED),
        (
            "weibo-mobile",
            fault("/detail/", status=302, headers=(("Location", "/detail/1"),)),
            AccessState.NEEDS_LOGIN,
        ),
        ("douyin-creator", fault(SELECT, body="blocked"), AccessState.THROTTLED),
        ("douyin-creator", fault(SELECT, body=""), AccessState.THROTTLED),
        ("douyin-creator", fault(SELECT, body=NEVER), AccessState.BAD_SHAPE),
        (
            "douyin-creator",
            fault("work_list", body='<div id="captcha_container">'),
            AccessState.CAPTCHA,
        ),
        ("douyin-creator", fault("manage", body="<p>改版了</p>"), AccessState.BAD_SHAPE),
    ],
)
def test_every_wall_has_its_name_and_no_page_is_an_exception(
    source: str,
    broken: Fault,
    state: AccessState,
    visit: Visit,
    kept: Kept,
    caplog: pytest.LogCaptureFixture,
) -> None:
    timeout = 3 if broken.wire == "stall" or state is AccessState.BAD_SHAPE else 10
    posts = 6 if source == "weibo-mobile" else 12
    with caplog.at_level(logging.WARNING):
        run = visit(source, [broken], timeout=timeout, posts=posts)
    assert (run.state, bool(run.detail)) == (state, True), run.detail
    assert broken.path == CARDS or source != "weibo-mobile" or len(kept("post")) == posts
    assert not [record for record in caplog.records if record.exc_info]


def test_a_lost_login_is_seen_before_the_page_goes_to_the_login(visit: Visit) -> None:
    run = visit("weibo-web", login_wall={"weibo"})
    assert (run.state, run.new) == (AccessState.NEEDS_LOGIN, 0)
    assert run.requests < 5
    run = visit("weibo-mobile", login_wall={"weibo"})
    assert (run.state, run.new) == (AccessState.NEEDS_LOGIN, 0)
    run = visit("douyin-creator", login_wall={"douyin"})
    assert (run.state, run.new) == (AccessState.NEEDS_LOGIN, 0)


@pytest.mark.parametrize(
    ("source", "wall"),
    [
        ("weibo-web", fault(r"buildComments.*max_id=20", status=432)),
        ("weibo-mobile", fault(r"hotflow\?.*&max_id=1", status=432)),
        ("douyin-creator", fault(SELECT + ".*cursor=20", body="blocked")),
    ],
)
def test_a_wall_half_way_keeps_all_that_was_had_and_the_next_visit_goes_on(
    source: str, wall: Fault, visit: Visit, kept: Kept
) -> None:
    run = visit(source, [wall])
    assert run.state in (AccessState.NEEDS_LOGIN, AccessState.THROTTLED)
    assert len(kept("post")) == 12
    had = len(kept("comment"))
    assert had > 0
    again = visit(source)
    assert again.state is AccessState.OK
    assert (len(kept("post")), again.comments_fetched) == (12, again.comments_declared)
    assert len(kept("comment")) == again.comments_declared > had


def test_one_slow_answer_is_waited_for_and_asked_again(visit: Visit, kept: Kept) -> None:
    hasty = fault(TIMELINE + ".*page=2", status=418, times=1)
    assert visit("weibo-web", [hasty]).state is AccessState.OK
    assert len(kept("post")) == 12


def test_a_timeline_that_stops_half_way_is_told_and_its_posts_are_read(
    visit: Visit, kept: Kept
) -> None:
    run = visit("weibo-web", [fault(TIMELINE + ".*page=2", body="<p>改版了</p>")])
    assert run.state is AccessState.BAD_SHAPE
    assert len(kept("post")) == 10
    assert run.comments_fetched == run.comments_declared


def test_a_timeline_that_turns_in_a_circle_is_left_and_told(
    visit: Visit, kept: Kept, settings: Settings
) -> None:
    status = {"idstr": "5230000000000001", "mid": "5230000000000001", "text_raw": "一", "id": 1}
    row = {**status, "created_at": "Sat Nov 21 10:00:00 +0800 2026", "comments_count": 0}
    body = json.dumps({"ok": 1, "data": {"list": [row], "since_id": "7kp1"}})
    run = visit("weibo-web", [fault(TIMELINE, body=body)])
    assert run.state is AccessState.BAD_SHAPE
    assert "does not go on" in run.detail
    assert len(kept("post")) == 1
    assert run.requests < 10


def test_a_deleted_post_is_marked_and_the_rest_goes_on(visit: Visit, kept: Kept) -> None:
    gone = json.dumps({"ok": 0, "error_code": 20101, "message": "该微博不存在"})
    run = visit("weibo-web", [fault(r"statuses/show", body=gone, times=1)])
    assert run.state is AccessState.OK
    assert [post.deleted for post in kept("post")].count(True) == 1
    assert len(kept("post")) == 12


def test_a_page_that_says_its_post_is_gone_marks_it(visit: Visit, kept: Kept) -> None:
    gone = fault("/detail/", body="<p>微博不存在或暂无查看权限!</p>", times=1)
    run = visit("weibo-mobile", [gone], posts=6)
    assert run.state is AccessState.OK
    assert [post.deleted for post in kept("post")].count(True) == 1


def test_the_requests_of_the_day_hold_for_the_browser_too(settings: Settings, kept: Kept) -> None:
    with ReplayServer(faults=()) as replay:
        (run,) = crawl([channel("weibo-web", replay, daily=8)], settings)
    assert (run.state, run.paused) == (AccessState.THROTTLED, True)
    assert "8 requests (pace.daily) are spent" in run.detail
    assert len(kept("post")) == 30
    sealed = [row.reason for row in wiring.quarantine(settings).rows()]
    assert sealed == [], "the platform refused nothing"
