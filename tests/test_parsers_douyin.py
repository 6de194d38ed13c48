import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsed import Parsed
from crawlers.parsers import douyin_api, douyin_creator, douyin_web
from posts.model import AccessState
from tests.golden import NOW, Case, cases

OWN = {"channel": "douyin-main", "collected_at": NOW}
WORK = "7570000000000000001"


def _creator(case: Case) -> Parsed:
    payload = case.payload()
    if "comment" in str(case):
        return douyin_creator.parse_comments(payload, work=WORK, **OWN)
    return douyin_creator.parse_works(payload, **OWN)


def _web(case: Case) -> Parsed:
    if "profile" in str(case):
        return douyin_web.parse_profile(case.payload(), **OWN)
    if "page" in str(case):
        return douyin_web.parse_page(case.payload(), **OWN)
    return douyin_web.parse_works(case.payload(), **OWN)


def _api(case: Case) -> Parsed:
    if "comments" in str(case):
        return douyin_api.parse_comments(case.payload(), work=WORK, **OWN)
    return douyin_api.parse_videos(case.payload(), **OWN)


@pytest.mark.parametrize("case", cases("douyin_creator"), ids=str)
def test_golden_creator(case: Case) -> None:
    case.check(_creator(case))


@pytest.mark.parametrize("case", cases("douyin_web"), ids=str)
def test_golden_web(case: Case) -> None:
    case.check(_web(case))


@pytest.mark.parametrize("case", cases("douyin_api"), ids=str)
def test_golden_api(case: Case) -> None:
    case.check(_api(case))


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, "", AccessState.THROTTLED),
        (200, " blocked\n", AccessState.THROTTLED),
        (200, '{"status_code": 8, "status_msg": "用户未登录"}', AccessState.NEEDS_LOGIN),
        (200, '{"status_code": 0, "comments": null}', AccessState.OK),
        (200, '<html><div id="captcha_container"></div></html>', AccessState.CAPTCHA),
        (200, "<!doctype html><p>出错了</p>", AccessState.BAD_SHAPE),
        (200, '{"status_code": 4, "status_msg": "操作太频繁"}', AccessState.THROTTLED),
        (200, '{"status_code": 2053, "status_msg": "作品不存在"}', AccessState.DELETED),
        (200, '{"status_code": 5}', AccessState.BAD_SHAPE),
        (200, "{}", AccessState.BAD_SHAPE),
        (200, "[]", AccessState.BAD_SHAPE),
        (302, "", AccessState.NEEDS_LOGIN),
        (403, "no", AccessState.THROTTLED),
        (404, "", AccessState.API_GONE),
        (502, "", AccessState.THROTTLED),
    ],
)
def test_every_wall_of_the_pages_has_its_name(status: int, body: str, state: AccessState) -> None:
    verdict = douyin_web.judge(status, body)
    assert verdict.state is state
    assert state is AccessState.OK or verdict.detail


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (0, AccessState.OK),
        ("0", AccessState.OK),
        (28001056, AccessState.API_GONE),
        ("28001056", AccessState.API_GONE),
        (10008, AccessState.NEEDS_LOGIN),
        (28003017, AccessState.THROTTLED),
        (2100005, AccessState.BAD_SHAPE),
        (99, AccessState.BAD_SHAPE),
    ],
)
def test_the_open_platforms_codes_have_names(code: int | str, state: AccessState) -> None:
    body = json.dumps({"data": {"error_code": code, "description": "…"}, "extra": {}})
    assert douyin_api.judge(200, body).state is state


def test_the_mini_app_envelope_hides_its_code_outside() -> None:
    body = json.dumps({"data": None, "err_no": 28001008, "err_msg": "token 过期"})
    assert douyin_api.judge(200, body).state is AccessState.NEEDS_LOGIN


def test_a_page_ends_where_it_says_so() -> None:
    assert douyin_creator.next_page({"has_more": 1, "cursor": 20}) == 20
    assert douyin_creator.next_page({"has_more": True, "max_cursor": 17}, "max_cursor") == 17
    assert douyin_creator.next_page({"has_more": False, "cursor": "1758867587000"}) is None
    assert douyin_creator.next_page({"has_more": 0, "cursor": 20}) is None
    assert douyin_creator.next_page({"has_more": 1, "cursor": None}) is None
    assert douyin_api.next_page({"data": {"has_more": True, "cursor": 3}}) == 3


def test_replies_of_the_older_form_stand_under_the_comment_asked_for() -> None:
    payload = json.loads(_fixture("douyin_creator/older_comments").read_text("utf-8"))
    parsed = douyin_creator.parse_comments(payload, work=WORK, root="@enc/one==", **OWN)
    assert {post.parent_id for post in parsed.posts} == {"douyin:@enc/one=="}


def test_nobody_is_logged_in_where_the_console_names_no_account() -> None:
    assert not douyin_creator.logged_in({"status_code": 0, "user": {}})
    assert douyin_creator.logged_in({"status_code": 0, "user": {"uid": "1"}})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["aweme_list", "comments", "aweme_id", "cid", "user", "data", "list"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_no_payload_breaks_a_parser(payload: object) -> None:
    for parse in (douyin_creator.parse_works, douyin_web.parse_works, douyin_api.parse_videos):
        assert isinstance(parse(payload, **OWN), Parsed)
    for parse in (douyin_creator.parse_comments, douyin_api.parse_comments):
        assert isinstance(parse(payload, work=WORK, **OWN), Parsed)
    douyin_web.parse_profile(payload, **OWN)


@given(st.integers(100, 599), st.text(max_size=60))
def test_every_answer_gets_a_verdict(status: int, body: str) -> None:
    assert douyin_web.judge(status, body).state in AccessState
    assert douyin_api.judge(status, body).state in AccessState


def _fixture(case: str) -> Path:
    return Path(__file__).parent / "fixtures" / case / "payload.json"
