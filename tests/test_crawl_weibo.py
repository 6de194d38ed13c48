import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawlers.replay.server import ReplayServer
from crawlers.replay.weibo_shapes import UID
from crawlers.run import chosen_channels, crawl
from monitor import wiring
from monitor.channels import Channel, Pace
from monitor.settings import Settings
from posts.errors import ChannelFileError, SettingsError
from posts.model import CHINA, AccessState, CrawlRun, Post

ACCOUNT = "7700112233"
Answer = tuple[int, Any]
Route = Callable[[str, dict[str, str]], Answer]
EMPTY = (200, {"ok": 0, "errno": "100011", "msg": "暂无数据"})
LOGIN = (200, {"ok": -100, "msg": "请先登录", "url": "https://passport.example/signin"})


class Platform:
    """A platform whose answers a test writes, over real HTTP on loopback."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                platform.asked.append((parts.path, query))
                platform.headers.append(dict(self.headers))
                status, answer = platform.route(parts.path, query)
                text = answer if isinstance(answer, str) else json.dumps(answer)
                body = text.encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "https://passport.example/visitor")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


class Timeline:
    """A small channel; every answer can be replaced."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = list(pages)
        self.comments: dict[str, list[Answer]] = {}
        self.instead: dict[str, Answer] = {}

    def __call__(self, path: str, query: dict[str, str]) -> Answer:
        if path in self.instead:
            return self.instead[path]
        if path == "/comments/hotflow":
            pages = self.comments.get(query["id"], [EMPTY])
            return pages[int(query.get("max_id", "0"))]
        if path != "/api/container/getIndex":
            return EMPTY
        if "containerid" not in query:
            return self.instead.get("profile", (200, {"ok": 1, "data": {"userInfo": {}}}))
        number = int(query.get("since_id", "0"))
        if f"page {number}" in self.instead:
            return self.instead[f"page {number}"]
        info = {"since_id": number + 1} if number + 1 < len(self.pages) else {}
        cards = self.pages[number]
        return 200, {"ok": 1, "data": {"cardlistInfo": info, "cards": cards}}


def card(mid: int, *, days: float = 1, comments: Any = 0, pinned: bool = False, **more: Any) -> Any:
    at = datetime.now(CHINA).replace(microsecond=0) - timedelta(days=days)
    mblog = {
        "id": str(mid),
        "mid": str(mid),
        "text": f"第{mid}条",
        "created_at": at.strftime("%a %b %d %H:%M:%S +0800 %Y"),
        "comments_count": comments,
        "user": {"id": int(ACCOUNT), "screen_name": "星河集团工会"},
        **more,
    }
    top = {"profile_type_id": f"proweibotop_{mid}"} if pinned else {}
    return {"card_type": 9, "mblog": mblog, **top}


def hotflow(*ids: int, max_id: Any = 0, kind: int = 0) -> Answer:
    rows = [
        {
            "id": one,
            "rootid": one,
            "text": f"评论{one}",
            "created_at": "Fri Nov 20 09:30:00 +0800 2026",
            "comments": False,
            "user": {"id": 90000 + one, "screen_name": "铸造老周"},
        }
        for one in ids
    ]
    return 200, {"ok": 1, "data": {"data": rows, "max_id": max_id, "max_id_type": kind}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", key="ab" * 32, channels=tmp_path / "channels.yaml")


@pytest.fixture
def serve() -> Iterator[Callable[[Route], Platform]]:
    started: list[Platform] = []

    def start(route: Route) -> Platform:
        started.append(Platform(route))
        return started[-1]

    yield start
    for platform in started:
        platform.http.shutdown()
        platform.http.server_close()


def channel(base_url: str, **more: Any) -> Channel:
    values = {"id": "weibo-main", "name": "星河集团工会", "account": ACCOUNT, **more}
    values.setdefault("pace", Pace(delay=0))
    return Channel(source="weibo-mobile", base_url=base_url, **values)


def once(settings: Settings, platform: Platform, **more: Any) -> CrawlRun:
    (run,) = crawl([channel(platform.base_url, **more)], settings)
    return run


def kept(settings: Settings) -> dict[str, Post]:
    archive = wiring.archive(settings)
    found = {post.id: post for _, post in archive.since(0)}
    archive.close()
    return found


def test_the_replayed_channel_is_read_whole_and_a_second_run_finds_nothing_new(
    settings: Settings,
) -> None:
    with ReplayServer() as server:
        replayed = channel(server.base_url, account=str(UID))
        (first,) = crawl([replayed], settings)
        (second,) = crawl([replayed], settings)
    assert first.state is AccessState.OK
    assert first.new == len(kept(settings)) > 100
    assert first.comments_fetched == first.comments_declared
    assert (second.new, second.updated) == (0, 0)
    assert second.requests < first.requests
    posts = [post for post in kept(settings).values() if post.kind == "post"]
    assert all(post.masked and post.coverage is not None for post in posts)
    assert not any(post.text.endswith("…") for post in posts), "long texts are whole"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (LOGIN, "needs_login"),
        ((432, ""), "needs_login"),
        ((302, ""), "needs_login"),
        ((200, {"ok": 0, "url": "https://m.example/captcha?x=1"}), "captcha"),
        ((418, ""), "throttled"),
        ((403, ""), "throttled"),
        ((200, {"ok": 0, "errno": "20101", "msg": "该微博不存在"}), "deleted"),
        ((200, {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}), "empty"),
        ((404, ""), "api_gone"),
        ((200, "<!DOCTYPE html><p>出错了</p>"), "bad_shape"),
        ((200, {"ok": 1, "data": {"tiles": []}}), "bad_shape"),
    ],
)
def test_every_wall_has_its_name(
    settings: Settings, serve: Callable[[Route], Platform], answer: Answer, state: str
) -> None:
    platform = serve(lambda path, query: answer)
    run = once(settings, platform)
    assert run.state == AccessState(state)
    assert run.detail
    shape_of_another_time = isinstance(answer[1], dict) and answer[1].get("ok") == 1
    expected = 3 if state == "throttled" else 2 if shape_of_another_time else 1
    assert run.requests == expected, "no running against walls"
    assert (run.new, run.comments_declared) == (0, None), "no access is not: no comments"
    quarantine = wiring.quarantine(settings)
    sealed = [quarantine.open(row) for row in quarantine.rows() if row.reason == state]
    assert sealed, "the answer is kept as evidence"
    assert sealed[0]["status"] == answer[0]
    assert sealed[0]["url"].startswith(platform.base_url)


def test_what_was_collected_before_a_wall_is_kept_and_the_next_run_goes_on(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    timeline = Timeline([card(5, days=30)], [card(4, days=40, comments=2)], [card(3, days=50)])
    timeline.comments["4"] = [LOGIN]
    platform = serve(timeline)
    first = once(settings, platform)
    assert (first.state, first.new) == (AccessState.NEEDS_LOGIN, 2)
    assert kept(settings)["weibo:4"].coverage is not None
    assert (first.comments_declared, first.comments_fetched) == (2, 0)
    timeline.comments["4"] = [hotflow(41, 42)]
    second = once(settings, platform)
    assert second.state is AccessState.OK
    assert {"weibo:41", "weibo:42", "weibo:3"} <= set(kept(settings))
    third = once(settings, platform)
    assert (third.new, third.updated) == (0, 0)
    assert third.requests == 2, "profile and one page: all is known and old"


def test_pinned_posts_do_not_end_the_reading(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    pinned = [card(1, days=900, pinned=True), card(2, days=800, pinned=True)]
    timeline = Timeline([*pinned, card(9, days=20)], [card(8, days=30)])
    platform = serve(timeline)
    once(settings, platform)
    timeline.pages = [[*pinned], [card(10)], [card(9, days=20)], [card(8, days=30)]]
    run = once(settings, platform)
    assert (run.new, run.state) == (1, AccessState.OK)


def test_a_cursor_that_does_not_move_ends_and_is_told(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    timeline = Timeline([card(1, comments=9)])
    page = hotflow(11, 12, max_id="1")
    timeline.comments["1"] = [page, page, page]
    run = once(settings, serve(timeline))
    assert run.state is AccessState.BAD_SHAPE
    assert "same or empty pages" in run.detail
    assert (run.comments_declared, run.comments_fetched) == (9, 2)


def test_the_cursor_kind_is_sent_back(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    timeline = Timeline([card(1, comments=2)])
    timeline.comments["1"] = [hotflow(11, max_id=1, kind=1), hotflow(12, max_id="0", kind=1)]
    platform = serve(timeline)
    run = once(settings, platform)
    assert run.comments_fetched == 2
    asked = [query for path, query in platform.asked if path == "/comments/hotflow"]
    assert [query["max_id_type"] for query in asked] == ["0", "1"]


def test_a_deleted_post_is_marked_and_the_rest_goes_on(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    timeline = Timeline([card(2, comments=4), card(1, comments=1)])
    timeline.comments["2"] = [(200, {"ok": 0, "errno": "20101", "msg": "该微博不存在"})]
    timeline.comments["1"] = [hotflow(11)]
    run = once(settings, serve(timeline))
    assert run.state is AccessState.OK
    assert kept(settings)["weibo:2"].deleted
    assert "weibo:11" in kept(settings)


def test_odd_records_are_counted_and_sealed(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    odd = card(2)
    del odd["mblog"]["mid"], odd["mblog"]["id"]
    timeline = Timeline([card(1), odd, card(3, created_at="某日")])
    run = once(settings, serve(timeline))
    assert (run.new, run.rejected) == (1, {"missing_id": 1, "bad_time": 1})
    rows = list(wiring.quarantine(settings).rows())
    assert sorted(row.reason for row in rows) == ["bad_time", "missing_id"]


def test_a_truncated_text_never_replaces_the_whole_one(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    cut = {"text": '开头...<a href="/status/1">全文</a>', "isLongText": True}
    timeline = Timeline([card(1, **cut)])
    timeline.instead["/statuses/extend"] = (
        200,
        {"ok": 1, "data": {"longTextContent": "开头<br />和后面"}},
    )
    platform = serve(timeline)
    once(settings, platform)
    timeline.instead["/statuses/extend"] = LOGIN
    run = once(settings, platform)
    assert run.state is AccessState.NEEDS_LOGIN
    assert kept(settings)["weibo:1"].text == "开头\n和后面"


def test_a_channel_stops_when_its_requests_of_the_day_are_spent(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    platform = serve(Timeline([card(2, comments=5)], [card(1)]))
    run = once(settings, platform, pace=Pace(delay=0, daily=2))
    assert (run.state, run.paused, run.requests, run.new) == (AccessState.THROTTLED, True, 2, 1)
    assert not list(wiring.quarantine(settings).rows()), "no answer refused us"
    assert "2 requests (pace.daily) are spent" in run.detail
    assert once(settings, platform, pace=Pace(delay=0, daily=2)).requests == 0


def test_the_login_travels_as_a_cookie_and_a_missing_one_is_told(
    settings: Settings, serve: Callable[[Route], Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = serve(Timeline([card(1)]))
    monkeypatch.delenv("COOKIE_W", raising=False)
    run = once(settings, platform, secrets="COOKIE_W")
    assert (run.state, run.requests) == (AccessState.NEEDS_LOGIN, 0)
    assert "COOKIE_W" in run.detail
    monkeypatch.setenv("COOKIE_W", "SUB=abc; _T_WM=1")
    assert once(settings, platform, secrets="COOKIE_W").state is AccessState.OK
    sent = platform.headers[0]
    assert sorted(sent["Cookie"].split("; ")) == ["SUB=abc", "_T_WM=1"]
    assert sent["X-Requested-With"] == "XMLHttpRequest"
    assert "iPhone" in sent["User-Agent"]


def test_channels_run_side_by_side_and_one_wall_does_not_touch_another(
    settings: Settings, serve: Callable[[Route], Platform]
) -> None:
    good, bad = serve(Timeline([card(1)])), serve(lambda path, query: LOGIN)
    runs = crawl([channel(bad.base_url, id="b"), channel(good.base_url, id="a")], settings)
    assert [(run.channel, run.state.value) for run in runs] == [("b", "needs_login"), ("a", "ok")]


def test_no_answer_at_all_is_told(settings: Settings) -> None:
    (run,) = crawl([channel("http://127.0.0.1:9")], settings)
    assert run.state is AccessState.THROTTLED
    assert "did not answer" in run.detail


def test_an_unknown_channel_or_source_is_told(settings: Settings) -> None:
    text = "channels:\n- {id: a, name: 甲, source: weibo-mobile, account: '1'}\n"
    settings.channels.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"no channel `b` in .*; there are: a"):
        chosen_channels(settings, ["b"])
    settings.channels.write_text(text.replace("weibo-mobile", "weibo-moble"), "utf-8")
    with pytest.raises(ChannelFileError, match=r"line 2: unknown source .*weibo-mobile"):
        chosen_channels(settings)
