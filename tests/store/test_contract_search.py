from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posts.errors import QueryError
from posts.query import PostQuery
from posts.search_tree import And, Not, Or, Phrase, Prefix, Term
from tests.sample_posts import SAMPLES, china, tagged
from tests.store import reference
from tests.store.reference import found, ids, ordered

TEXTS = [
    "加班",
    "加班 NOT 打车",
    "NOT 打卡",
    "工资 OR 津贴 OR 薪水",
    "(工资 OR 津贴) -食堂 -国庆",
    '"高温津贴"',
    '"工资条 算证据"',
    "“名单打不开，能发”",
    "ap*",
    "app*",
    "the*",
    "加*",
    "名单打不开能发e*",
    "球拍",
    "拍卖",
    "卖完了",
    "连续加班三个月",
    "連續加班",
    "app",
    "ＡＰＰ",
    "Thanks",
    "ok",
    "[泪]",
    "[鼓掌]",
    "😡",
    "🔥",
    "666666",
    "职工代表大会",
    "运动会 呵呵",
    "体检报告",
    "加班 ？",
    "！？。",
    "不存在的词",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_finds_what_the_reference_finds(samples, text):
    query = PostQuery(text=text)
    page = samples.search(query, size=100)
    assert {hit.found.post.id for hit in page.hits} == set(ids(found(SAMPLES, query)))
    assert page.total == len(page.hits)


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ("加班", "weibo:5006"),  # written in traditional characters
        ("ａｐｐ", "weibo:5005"),
        ("EXCEL", "weibo:5005"),
        ("球拍", "douyin:7008"),  # jieba cuts 乒乓球 拍卖
        ("[泪]", "weibo:5006"),
        ("😡", "weibo:5007"),
        ("职工代表大会", "site:notice-31"),  # in the title only
        ("体检报告", "weibo:5021"),  # a zero-width blank between
        ("公积金 外包", "site:letter-8"),
    ],
)
def test_a_post_is_found_however_it_is_written(samples, text, native):
    assert native in {hit.found.post.id for hit in samples.search(PostQuery(text=text)).hits}


def test_punctuation_alone_finds_nothing_and_no_text_finds_everything(samples):
    assert samples.search(PostQuery(text="！？")).total == 0
    assert samples.search(PostQuery(text=" \u3000")).total == len(SAMPLES)


def test_a_phrase_does_not_run_from_the_title_into_the_text(store):
    store.write([tagged("1", "金额不对", title="公积")], checkpoint=1)
    assert store.search(PostQuery(text="公积金")).total == 0


def test_a_text_that_cannot_be_read_is_refused(samples):
    with pytest.raises(QueryError):
        samples.search(PostQuery(text='"工资'))
    with pytest.raises(QueryError):
        samples.per_day(PostQuery(text="工资 AND"))


def test_better_hits_come_first(store):
    texts = ["食堂，" + "今天天气不错" * 20, "食堂食堂食堂", "天气不错"]
    store.write([tagged(str(i), text) for i, text in enumerate(texts)], checkpoint=1)
    hits = store.search(PostQuery(text="食堂")).hits
    assert [hit.found.post.id for hit in hits] == ["weibo:1", "weibo:0"]


FILTERS = [
    {"sentiments": ("negative",)},
    {"sentiments": ("negative", "positive")},
    {"intents": ("complaint", "help")},
    {"topics": ("wages", "gig")},
    {"platforms": ("douyin",)},
    {"channels": ("site-letters",)},
    {"kinds": ("post",)},
    {"regions": ("江苏", "台湾")},
    {"genders": ("f",)},
    {"units": ("云岭厂区", "东港总装")},
    {"shifts": ("夜班",)},
    {"units": ("云岭厂区",), "shifts": ("夜班", "白班")},
    {"urgent": True},
    {"urgent": False},
    {"by_channel": True},
    {"by_channel": False},
    {"thread_id": "weibo:5001"},
    {"thread_id": "site:letter-8"},
    {"since": date(2026, 11, 3)},
    {"until": date(2026, 11, 2)},
    {"since": date(2026, 11, 3), "until": date(2026, 11, 3)},
    {"since": date(2026, 11, 4), "until": date(2026, 11, 3)},
    {"sentiments": ("negative",), "topics": ("hours",), "genders": ("f",), "kinds": ("comment",)},
    {"text": "工资 OR 津贴", "sentiments": ("negative",), "regions": ("江苏",)},
    {"text": "NOT 工资", "platforms": ("site",), "by_channel": False},
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_filter_keeps_what_the_reference_keeps(samples, filters):
    query = PostQuery(**filters)
    expected = ordered(found(SAMPLES, query), "newest")
    assert [hit.found for hit in samples.search(query, sort="newest", size=100).hits] == expected


def test_a_day_begins_and_ends_at_midnight_in_china(samples):
    def on(day: int) -> set[str]:
        query = PostQuery(since=date(2026, 11, day), until=date(2026, 11, day))
        return {hit.found.post.id for hit in samples.search(query, size=100).hits}

    assert "weibo:5005" in on(2)  # 23:59
    assert "weibo:5006" in on(3)  # 00:00
    assert "site:notice-31" in on(9)


PIECES = "加班 加 班车 工资 资 工会 會 会员 ＡＰＰ app apple a 2024 [泪] 泪 😡 ！ ， 高温津贴 津"
WORDS = st.sampled_from([" ", *PIECES.split(" ")])
WRITTEN = st.lists(WORDS, max_size=8).map("".join)
TOPICS = st.lists(st.sampled_from(["wages", "hours", "living"]), max_size=2, unique=True)
LEAVES = st.one_of(
    WORDS.filter(lambda text: text.strip()).map(Term),
    WRITTEN.map(Phrase),
    WORDS.filter(lambda text: text.strip()).map(Prefix),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: And(tuple(found))),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: Or(tuple(found))),
    ),
    max_leaves=5,
)


@st.composite
def invented(draw):
    written = draw(st.lists(st.tuples(WRITTEN, TOPICS, st.integers(0, 3)), max_size=8))
    return [
        tagged(
            str(i),
            text,
            topics=tuple(topics),
            likes=heat or None,
            negative=heat / 4,
            published_at=china(f"2026-11-0{heat} 10:00") if heat else None,
        )
        for i, (text, topics, heat) in enumerate(written)
    ]


@settings(max_examples=60, deadline=None)
@given(posts=invented(), trees=st.lists(TREES, min_size=1, max_size=6), topics=TOPICS)
def test_the_store_agrees_with_the_reference(new_store, posts, trees, topics):
    store = new_store()
    store.write(posts, checkpoint=1)
    for tree in trees:
        query = PostQuery(text=str(tree), topics=tuple(topics))
        expected = found(posts, query)
        assert {hit.found.post.id for hit in store.search(query).hits} == set(ids(expected))
        for sort in ("newest", "oldest", "heat", "negative"):
            hits = store.search(query, sort=sort, size=3, offset=1).hits
            assert ids(hit.found for hit in hits) == ids(ordered(expected, sort)[1:4])


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(WRITTEN | st.text(max_size=20), max_size=6), trees=st.lists(TREES, max_size=6)
)
def test_highlights_lie_in_order_within_the_text(new_store, texts, trees):
    store = new_store()
    store.write([tagged(str(i), text) for i, text in enumerate(texts)], checkpoint=1)
    for tree in trees:
        for hit in store.search(PostQuery(text=str(tree))).hits:
            borders = [border for span in hit.highlights for border in span]
            assert borders == sorted(set(borders))
            assert not borders or (borders[0] >= 0 and borders[-1] <= len(hit.found.post.text))


@pytest.mark.parametrize(
    ("written", "asked", "marked"),
    [
        ("連續加班，又加班", "加班", ["加班", "加班"]),
        ("連續加班", "连续加班 OR 加班", ["連續加班"]),
        ("ＡＰＰ打不开", "app", ["ＡＰＰ"]),
        ("哭了[泪]加班[泪]", "[泪] 加班", ["[泪]加班[泪]"]),
        ("哈哈哈哈哈哈哈加班", "加班", ["加班"]),
        ("加\u200b班", "加班", ["加\u200b班"]),
        ("㍿加班①", "加班", ["加班"]),
        ("一家👨‍👩‍👧都好加班", "加班", ["加班"]),
        ("工资，条", '"工资条"', ["工资，条"]),
        ("Apple与APPS", "app*", ["Apple", "APPS"]),
        ("加班", "NOT 打车", []),
        ("加班 打车", "加班 NOT 食堂", ["加班"]),
    ],
)
def test_what_was_found_is_marked_in_the_original_text(store, written, asked, marked):
    store.write([tagged("1", written)], checkpoint=1)
    (hit,) = store.search(PostQuery(text=asked)).hits
    assert [hit.found.post.text[start:end] for start, end in hit.highlights] == marked


def test_the_reference_is_not_blind():
    assert ids(found(SAMPLES, PostQuery(text="拍卖"))) == ["douyin:7008"]
    assert len(reference.ordered(SAMPLES, "heat")) == len(SAMPLES)
