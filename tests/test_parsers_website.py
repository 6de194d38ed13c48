import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsers import website
from posts.model import AccessState, Post
from tests.golden import NOW, Case, cases

OWN = {"channel": "site-main", "collected_at": NOW}
POST = Post(
    id="site:abc",
    platform="site",
    channel="site-main",
    kind="post",
    thread_id="site:abc",
    title="通知",
    text="短",
    collected_at=NOW,
    source="website",
)


@pytest.mark.parametrize("case", cases("website"), ids=str)
def test_golden(case: Case) -> None:
    if "comments" in str(case):
        case.check(website.parse_comments(case.payload(), POST, collected_at=NOW))
    else:
        case.check(website.parse_feed(case.payload(), **OWN))


def test_an_id_outlives_a_move_to_https_and_names_the_site_where_the_guid_does_not() -> None:
    old = website.site_id("http://gh.example/?p=1", "http://gh.example/a")
    assert old == website.site_id("https://gh.example/?p=1", "https://gh.example/a")
    assert website.site_id("17", "http://a.example/") != website.site_id("17", "http://b.example/")


def test_a_page_announces_its_feed() -> None:
    page = '<link rel="alternate" type="application/rss+xml" href="/feed/"><p>首页</p>'
    assert website.find_feed(page, "https://gh.example/a/") == "https://gh.example/feed/"
    assert website.find_feed("<p>没有</p>", "https://gh.example/") is None


def test_an_article_replaces_its_summary_and_leaves_the_menu_out() -> None:
    body = (
        "各车间：本周五起食堂夜宵窗口延长到凌晨两点，夜班职工凭工牌用餐，班组长不得以任何理由拦人。"
        * 5
    )
    article = f"<main><article><h1>通知</h1><div><p>{body}</p></div></article></main>"
    menu = "<header><nav><a href='/'>首页</a> <a href='/hall/'>办事</a></nav></header>"
    page = f"<html><head><title>通知</title></head><body>{menu}{article}</body></html>"
    post = website.with_article(website.Entry(POST, False, None), page)
    assert post.text == body
    assert website.with_article(website.Entry(POST, False, None), "<html></html>") == POST


def test_only_the_sites_own_host_is_read() -> None:
    assert website.same_site("https://news.gh.example/1", "https://www.gh.example/feed")
    assert website.same_site("http://gh.example/1", "gh.example/feed")
    assert not website.same_site("https://evilgh.example/1", "https://gh.example/feed")
    assert not website.same_site("http://127.0.0.1/", "https://gh.example/feed")


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, "<p>x</p>", AccessState.OK),
        (200, " ", AccessState.BAD_SHAPE),
        (404, "", AccessState.DELETED),
        (401, "", AccessState.NEEDS_LOGIN),
        (403, "", AccessState.THROTTLED),
        (301, "", AccessState.BAD_SHAPE),
        (503, "", AccessState.THROTTLED),
    ],
)
def test_every_answer_of_a_site_has_its_name(status: int, body: str, state: AccessState) -> None:
    assert website.judge(status, body).state is state


@given(st.text(max_size=200))
def test_no_text_breaks_the_feed_reader(text: str) -> None:
    articles = website.parse_feed(text, **OWN)
    assert all(entry.post.platform == "site" for entry in articles.entries)
    comments = website.parse_comments(text, POST, collected_at=NOW)
    assert all(post.thread_id == POST.id for post in comments.posts)


@given(
    st.text(
        st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="<>&\xa0"),
        max_size=80,
    )
)
def test_plain_text_survives_being_a_paragraph(text: str) -> None:
    assert website.plain(f"<p>{text}</p>") == text.strip()
