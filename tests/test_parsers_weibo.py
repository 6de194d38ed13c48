import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.access import judge_weibo, judge_weibo_api
from crawlers.parsers import weibo_api, weibo_mobile, weibo_web
from crawlers.parsers.weibo_record import Source
from crawlers.parsers.weibo_text import plain
from posts.model import AccessState
from tests.golden import NOW, Case, cases

UID = "7700112233"
POST = "5238800000000021"


def source(name: str) -> Source:
    return Source("weibo-main", UID, name, NOW)


MOBILE = source("weibo-mobile")


@pytest.mark.parametrize("case", cases("weibo_mobile", "timeline_*"), ids=str)
def test_a_mobile_timeline_is_read(case: Case) -> None:
    page = case.payload()
    case.check(
        {
            "parsed": weibo_mobile.parse_timeline(page, MOBILE),
            "next": weibo_mobile.next_page(page),
            "pinned": sorted(weibo_mobile.pinned_posts(page)),
            "cut": sorted(weibo_mobile.cut_posts(page)),
        }
    )


@pytest.mark.parametrize("case", cases("weibo_mobile", "comments_*"), ids=str)
def test_mobile_comments_are_read_with_their_replies(case: Case) -> None:
    page = case.payload()
    case.check(
        {
            "parsed": weibo_mobile.parse_comments(page, MOBILE, thread=POST),
            "next": weibo_mobile.comments_cursor(page),
            "open": weibo_mobile.open_threads(page),
        }
    )


@pytest.mark.parametrize("case", cases("weibo_mobile", "replies_*"), ids=str)
def test_mobile_replies_are_read(case: Case) -> None:
    page, root = case.payload(), "5337290000000001"
    case.check(
        {
            "parsed": weibo_mobile.parse_replies(page, MOBILE, thread=POST, root=root),
            "next": weibo_mobile.comments_cursor(page),
        }
    )


@pytest.mark.parametrize("case", cases("weibo_mobile", "profile"), ids=str)
def test_a_mobile_profile_is_read(case: Case) -> None:
    case.check(weibo_mobile.parse_profile(case.payload(), MOBILE))


@pytest.mark.parametrize("case", cases("weibo_web"), ids=str)
def test_the_web_pages_data_is_read(case: Case) -> None:
    page, web = case.payload(), source("weibo-web")
    if "comments" in str(case):
        case.check(weibo_web.parse_comments(page, web, thread=POST))
    elif "profile" in str(case):
        case.check(weibo_web.parse_profile(page, web))
    else:
        parsed, following = weibo_web.parse_timeline(page, web), weibo_web.next_page(page)
        case.check({"parsed": parsed, "next": following, "cut": weibo_web.cut_posts(page)})


@pytest.mark.parametrize("case", cases("weibo_api"), ids=str)
def test_the_official_api_is_read(case: Case) -> None:
    page, api = case.payload(), source("weibo-api")
    read = weibo_api.parse_comments if "comments" in str(case) else weibo_api.parse_timeline
    case.check({"parsed": read(page, api), "next": weibo_api.next_page(page)})


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("好<span class='url-icon'><img alt=[泪] src='x'/></span>", "好[泪]"),
        ('好<span class="url-icon"><img alt="[泪]"></span>', "好[泪]"),
        ("一<br/>二<br />三", "一\n二\n三"),
        ("<a href='/n/张三'>@张三</a> <span class='surl-text'>#安全月#</span>", "@张三 #安全月#"),
        ('开头...<a href="/status/1">全文</a>', "开头…"),
        ('开头…… ...<a href="/status/1">全文</a>\u200b', "开头……" + "…"),
        ('看<a href="https://weibo.cn/sinaurl?u=x">评论配图</a>', "看[图片]"),
        ("a &lt; b &amp; c\xa0d\u200b", "a < b & c d"),
        ("没有关上的 <3 和 <b", "没有关上的 <3 和 <b"),
        ("👨‍👩‍👧 一家", "👨‍👩‍👧 一家"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert "\u200b" not in plain(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "cards", "mblog", "card_type", "id", "text", "user", "max_id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["data", "ok", "max_id"]), JSON))
def test_no_answer_breaks_the_parsers(payload: dict[str, object]) -> None:
    parsed = [
        weibo_mobile.parse_timeline(payload, MOBILE),
        weibo_mobile.parse_comments(payload, MOBILE, thread=POST),
        weibo_mobile.parse_replies(payload, MOBILE, thread=POST, root="1"),
    ]
    assert all(post.platform == "weibo" for one in parsed for post in one.posts)
    assert all(row.reason for one in parsed for row in one.rejected)
    weibo_mobile.parse_profile(payload, MOBILE)
    weibo_mobile.next_page(payload)
    weibo_mobile.comments_cursor(payload)
    weibo_mobile.open_threads(payload)
    judge_weibo(200, json.dumps(payload))


@given(
    st.integers(1, 10**19).map(str),
    st.dictionaries(st.sampled_from(["text", "created_at", "comments_count", "user"]), JSON),
)
def test_a_post_either_parses_or_is_rejected_with_a_reason(
    mid: str, odd: dict[str, object]
) -> None:
    record = {"mid": mid, "text": "好", **odd}
    page = {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": record}]}}
    parsed = weibo_mobile.parse_timeline(page, MOBILE)
    assert len(parsed.posts) + len(parsed.rejected) == 1
    assert all(one.reason for one in parsed.rejected)


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (
            200,
            {"ok": -100, "msg": "请先登录", "url": "https://passport.example/signin"},
            "needs_login",
        ),
        (200, {"ok": -100, "url": "https://weibo.example/login.php"}, "needs_login"),
        (403, {"ok": 0, "message": "前方有点拥堵，请登录后使用"}, "needs_login"),
        (200, {"ok": 0, "errno": "20101", "msg": "该微博不存在"}, "deleted"),
        (200, {"ok": 0, "errno": "100011", "msg": "暂无数据"}, "empty"),
        (200, {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}, "empty"),
        (200, {"ok": 0, "url": "https://m.example/feature/captcha?a=1"}, "captcha"),
        (403, {"error": "Forbidden"}, "bad_shape"),
        (200, {"ok": 0, "msg": "系统繁忙", "errno": "1"}, "bad_shape"),
        (200, {"ok": 1, "data": {"cards": []}}, "ok"),
        (200, {"idstr": "1", "text_raw": "好"}, "ok"),
        (200, "<!DOCTYPE html><p>出错了</p>", "bad_shape"),
        (200, "", "needs_login"),
        (200, "[1]", "bad_shape"),
        (432, "", "needs_login"),
        (418, "", "throttled"),
        (429, "", "throttled"),
        (403, "", "throttled"),
        (302, "", "needs_login"),
        (502, "<html>", "throttled"),
        (404, "", "api_gone"),
    ],
)
def test_an_answer_is_judged(status: int, body: object, state: str) -> None:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    assert judge_weibo(status, text).state == AccessState(state)


def test_an_innocent_page_is_no_captcha() -> None:
    body = json.dumps({"ok": 1, "data": {"text": "geetest yidun captcha verify 请先登录"}})
    assert judge_weibo(200, body).state is AccessState.OK


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("10006", "needs_login"), (21327, "needs_login"), (10023, "throttled"),
        ("10022", "throttled"), (20101, "deleted"), (10014, "api_gone"), ("42", "bad_shape"),
    ],
)  # fmt: skip
def test_an_official_error_is_judged_by_its_code(code: object, state: str) -> None:
    body = json.dumps({"request": "/2/x.json", "error_code": code, "error": "no"})
    assert judge_weibo_api(400, body).state == AccessState(state)


@pytest.mark.parametrize(
    ("bid", "native"), [("z0JH2lOMb", "3501756485200075"), ("10000ZZZZ", None), ("../../x", None)]
)
def test_a_short_id_stands_for_the_id(bid: str, native: str | None) -> None:
    record = {"bid": bid, "text": "通知", "created_at": "Fri Nov 20 09:30:00 +0800 2026"}
    parsed = weibo_mobile.parse_status({"data": record}, MOBILE)
    assert [post.id for post in parsed.posts] == ([f"weibo:{native}"] if native else [])
    assert [one.reason for one in parsed.rejected] == ([] if native else ["bad_id"])
