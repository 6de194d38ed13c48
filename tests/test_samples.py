"""Answers and exports in every shape that the platforms and tools are known to have.

Shapes as recorded or documented, contents invented; a table says what becomes of each.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from posts.errors import UnknownFormat
from posts.model import Count, Post
from tests.golden import FIXTURES
from tests.importing import House, open_house

SAMPLES = FIXTURES / "samples"


@dataclass(frozen=True)
class Expected:
    """What an import makes of a sample."""

    posts: tuple[str, ...] = ()
    """Native ids."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Fields of the first post."""
    snapshots: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


WORK, COMMENT = "7571732586456812800", "7572383596784419593"
POST = "5238800000000001"
COUNTS = {"likes": Count(value=310), "comments": Count(value=22), "shares": Count(value=8)}

EXPECTED = {
    "douyin-api-comments.json": Expected(
        ("@commentA",), {"thread_id": None, "likes": Count(value=647)}, reasons={"missing_id": 1}
    ),
    "douyin-api-daily.json": Expected(reasons={"no_posts": 1}),
    "douyin-api-videos.json": Expected(
        (
            "@8hxdhauTCMppanGnM4ltGM780mDqPP+KPpR0qQOmLVAXb/T060zdRmYqig357zEBq6CZRp4NVe6qLIJW/V/x1w==",
        ),
        {"views": Count(value=300), "text": "测试视频 #测试话题"},
    ),
    "douyin-creator-comments-old.json": Expected(
        ("@abcDEF12",), {"kind": "comment", "thread_id": None, "by_channel": False}
    ),
    "douyin-creator-comments.json": Expected(
        (COMMENT,),
        {
            "kind": "comment",
            "thread_id": f"douyin:{WORK}",
            "region": "北京",
            "text": "加班费什么时候补发[流泪]",
        },
    ),
    "douyin-creator-works-old.json": Expected(
        ("7565726274291895578",), {"text": "技能比武开幕", "url": "https://www.douyin.com/video/7565726274291895578"}
    ),
    "douyin-creator-works.json": Expected((WORK,), {"views": Count(value=15230), **COUNTS}),
    "douyin-web-comments-closed.json": Expected(),
    "douyin-web-comments.json": Expected((COMMENT, "7572383596784419594"), {"region": "北京"}),
    "douyin-web-profile.json": Expected(snapshots=1),
    "douyin-web-works.json": Expected(
        ("7565726274291895578", WORK, "7571000000000000001"), {"views": None, **COUNTS}
    ),
    "mediacrawler-douyin-contents.jsonl": Expected((WORK,), {"region": "北京", **COUNTS}),
    "mediacrawler-weibo-comments.jsonl": Expected(
        ("5337290303868548",),
        {"parent_id": f"weibo:{POST}", "thread_id": f"weibo:{POST}", "gender": "m"},
    ),
    "mediacrawler-weibo-contents.jsonl": Expected(
        (POST,), {"comments": Count(value=12), "region": "北京", "author_name": "某**"}
    ),
    "weibo-api-comments.json": Expected(("11488058299",), {"thread_id": "weibo:11488058246"}),
    "weibo-api-timeline.json": Expected(
        ("11488058246",), {"text": "请大家关注 <工会> 公告。", "comments": Count(value=9)}
    ),
    "weibo-crawler.csv": Expected(
        (POST,), {"text": "【通知】关于开展2026年困难职工帮扶", "likes": Count(value=45)}
    ),
    "weibo-mobile-comments-last.json": Expected(("5337290303868999",), {"region": "北京"}),
    "weibo-mobile-comments.json": Expected(
        ("5300000000000101", "5300000000000102", "5300000000000103"),
        {"thread_id": None, "region": "河北", "likes": Count(value=2007)},
    ),
    "weibo-mobile-longtext.json": Expected(reasons={"no_post_id": 1}),
    "weibo-mobile-profile.json": Expected(snapshots=1),
    "weibo-mobile-replies.json": Expected(
        ("5337290936160046",),
        {"parent_id": "weibo:5337290303868548", "text": "你居然看过[允悲]", "region": "陕西"},
    ),
    "weibo-mobile-status.json": Expected(
        ("4383000000000171",),
        {
            "shares": Count(value=1_000_000, lower_bound=True),
            "text": "转发微博 //@示**:高温津贴发放通知（全文）",
        },
    ),
    "weibo-mobile-timeline-end.json": Expected(),
    "weibo-mobile-timeline.json": Expected(
        ("5200000000000001", POST, "5238800000000002", "5238800000000003"),
        {"likes": Count(value=350_000_000), "region": "北京"},
    ),
    "weibo-spider.jsonl": Expected(
        ("4762000000000120", "4826000000000038"),
        {"url": "https://m.weibo.cn/detail/4762000000000120", "likes": Count(value=12169)},
    ),
    "weibo-web-comments.json": Expected(
        ("5300000000000201", "5300000000000202"), {"kind": "comment", "region": "河南"}
    ),
    "weibo-web-longtext.json": Expected(reasons={"no_post_id": 1}),
    "weibo-web-profile.json": Expected(snapshots=1),
    "weibo-web-timeline-end.json": Expected(),
    "zeeschuimer.ndjson": Expected((WORK, "7571000000000000002"), {"views": None, **COUNTS}),
}  # fmt: skip

WALLS = [
    ({"ok": -100, "msg": "请先登录", "url": "https://passport.weibo.cn/signin"}, "needs_login"),
    ({"ok": -100, "url": "https://weibo.com/login.php"}, "needs_login"),
    ({"ok": 0, "message": "前方有点拥堵，请登录后使用"}, "needs_login"),
    ({"ok": 0, "errno": "20101", "msg": "该微博不存在"}, "deleted"),
    ({"ok": 0, "url": "https://m.weibo.cn/feature/captcha?x"}, "captcha"),
    ({"request": "/2/a.json", "error_code": "10023", "error": "out of rate limit"}, "throttled"),
    ({"request": "/2/a.json", "error_code": 21327, "error": "expired_token"}, "needs_login"),
    ({"status_code": 8, "status_msg": "用户未登录"}, "needs_login"),
    ({"data": {"error_code": 28001056, "description": "该能力API已下线"}}, "api_gone"),
    ({"data": {"error_code": "10008", "description": "过期"}, "extra": {}}, "needs_login"),
    ({"data": {"error_code": 2100005, "description": "Parameter error"}}, "bad_shape"),
]

EMPTY = [
    {"ok": 0, "errno": "100011", "msg": "暂无数据"},
    {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}},
    {"status_code": 0, "comments": None},
]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return open_house(tmp_path / "data")


def test_every_sample_has_an_expectation() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_gives_its_posts_or_the_reason(name: str, house: House) -> None:
    expected = EXPECTED[name]
    result = house.take(SAMPLES / name)
    posts = house.posts()
    assert {post.id.partition(":")[2] for post in posts} == set(expected.posts)
    assert (result.reasons, result.snapshots) == (expected.reasons, expected.snapshots)
    if posts:
        found = {key: getattr(posts[0], key) for key in expected.fields}
        assert found == expected.fields


@pytest.mark.parametrize("name", [name for name, one in EXPECTED.items() if one.posts])
def test_no_sample_leaves_a_name_or_an_account_readable(name: str, house: House) -> None:
    house.take(SAMPLES / name)
    for post in house.posts():
        assert_masked(post)


def assert_masked(post: Post) -> None:
    assert post.masked
    assert post.author is None or post.author.startswith("anon-")
    assert post.author_name is None or post.author_name.endswith("**")
    assert "900000" not in (post.url or "")


@pytest.mark.parametrize(("answer", "reason"), WALLS, ids=[reason for _, reason in WALLS])
def test_a_saved_error_is_rejected_by_its_meaning(
    answer: dict[str, Any], reason: str, house: House, tmp_path: Path
) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
    assert house.take(path).reasons == {reason: 1}


@pytest.mark.parametrize("answer", EMPTY)
def test_a_saved_empty_answer_holds_no_posts_and_no_error(
    answer: dict[str, Any], house: House, tmp_path: Path
) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
    assert (house.take(path).read, house.posts()) == (0, [])


@pytest.mark.parametrize("page", ["blocked", "<!DOCTYPE html><p>出错了，未知错误</p>"])
def test_a_saved_page_is_refused_in_words(page: str, house: House, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(page, "utf-8")
    with pytest.raises(UnknownFormat, match="no known format"):
        house.take(path)
