from collections import Counter
from datetime import date

import pytest

from posts.model import CHINA
from posts.query import CrossCount, DayCount, FacetField, PostQuery
from tests.sample_posts import SAMPLES, china, tagged
from tests.store.reference import found, ids, ordered, values

QUERIES = [
    PostQuery(),
    PostQuery(text="工资 OR 加班"),
    PostQuery(sentiments=("negative",), since=date(2026, 11, 3)),
    PostQuery(text="不存在的词"),
]
SORTS = ("newest", "oldest", "heat", "negative")


@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.parametrize("field", FacetField)
def test_facets_count_every_value(samples, query, field):
    expected = Counter(v for post in found(SAMPLES, query) for v in values(post, field))
    assert samples.count_by(field, query) == expected
    page = samples.search(query, size=0, facets=[field])
    assert page.hits == ()
    assert [(count.value, count.count) for count in page.facets[field]] == sorted(
        expected.items(), key=lambda item: (-item[1], item[0])
    )


def test_a_hundred_regions_are_all_counted(store):
    posts = [tagged(str(i), region=f"地区{i % 100}") for i in range(250)]
    store.write(posts, checkpoint=1)
    counted = store.count_by(FacetField.REGION, PostQuery())
    assert len(counted) == 100
    assert sum(counted.values()) == 250


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_two_fields_are_counted_at_once(samples, query):
    expected = Counter(
        (topic, post.analysis.sentiment)
        for post in found(SAMPLES, query)
        for topic in post.analysis.topics
    )
    counted = samples.cross(FacetField.TOPIC, FacetField.SENTIMENT, query)
    assert sorted(counted, key=str) == sorted(
        (CrossCount(row=row, column=column, count=n) for (row, column), n in expected.items()),
        key=str,
    )


@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.parametrize("split", [None, FacetField.SENTIMENT, FacetField.TOPIC])
def test_days_are_counted_in_china(samples, query, split):
    expected: Counter[tuple[date, str]] = Counter()
    for post in found(SAMPLES, query):
        if post.post.published_at is not None:
            day = post.post.published_at.astimezone(CHINA).date()
            expected.update((day, v) for v in (values(post, split) if split else ("",)))
    assert samples.per_day(query, split) == [
        DayCount(day=day, count=n, value=value or None)
        for (day, value), n in sorted(expected.items())
    ]


def test_many_days_split_by_many_values_are_all_counted(store):
    posts = [
        tagged(f"{year}-{n}", region=f"地区{n:02d}", published_at=china(f"{year}-05-01 10:00"))
        for year in range(1990, 2030)
        for n in range(40)
    ]
    store.write(posts, checkpoint=1)
    counts = store.per_day(PostQuery(text="汤"), FacetField.REGION)
    assert len(counts) == 1600
    assert counts == sorted(counts, key=lambda count: (count.day, count.value))


def test_days_gives_the_first_and_the_last_day(samples):
    assert samples.days() == (date(2026, 11, 2), date(2026, 11, 12))


@pytest.mark.parametrize("sort", SORTS)
def test_a_sort_breaks_ties_by_newest_then_id_and_puts_undated_last(samples, sort):
    hits = samples.search(PostQuery(), sort=sort, size=100).hits
    assert [hit.found.post.id for hit in hits] == ids(ordered(SAMPLES, sort))


@pytest.mark.parametrize("sort", [*SORTS, "relevance"])
@pytest.mark.parametrize("size", [1, 4, 7])
def test_pages_have_no_gaps_and_no_doubles(samples, sort, size):
    query = PostQuery(text="打卡 OR 工资 OR NOT 工资")
    whole = samples.search(query, sort=sort, size=100)
    paged = [
        hit.found.post.id
        for offset in range(0, len(SAMPLES) + size, size)
        for hit in samples.search(query, sort=sort, size=size, offset=offset).hits
    ]
    assert paged == [hit.found.post.id for hit in whole.hits]
    assert len(set(paged)) == whole.total == len(SAMPLES)


@pytest.mark.parametrize("sort", [*SORTS, "relevance"])
def test_posts_that_tie_in_everything_are_paged_by_id(store, sort):
    store.write([tagged(f"{i:03d}", "打卡", likes=3) for i in range(57)], checkpoint=1)
    query = PostQuery(text="打卡")
    paged = [
        hit.found.post.id
        for offset in range(0, 60, 5)
        for hit in store.search(query, sort=sort, size=5, offset=offset).hits
    ]
    assert paged == [f"weibo:{i:03d}" for i in range(57)]


def test_a_page_beyond_the_end_is_empty_and_still_counts(samples):
    page = samples.search(PostQuery(), size=10, offset=10_000)
    assert (page.total, page.hits) == (len(SAMPLES), ())


def test_relevance_without_words_is_newest(samples):
    for text in ("", "NOT 打卡"):
        query = PostQuery(text=text)
        hits = samples.search(query, size=100).hits
        assert ids(hit.found for hit in hits) == ids(ordered(found(SAMPLES, query), "newest"))


def test_a_thread_is_the_post_and_all_under_it_oldest_first(samples):
    under = found(SAMPLES, PostQuery(thread_id="weibo:5001"))
    assert len(under) == 5
    assert samples.thread("weibo:5001") == ordered(under, "oldest")
    assert ids(samples.thread("site:letter-10")) == ["site:letter-10"]


def test_undated_answers_stand_last_in_a_thread(store):
    posts = [
        tagged("2", thread_id="weibo:1", published_at=None),
        tagged("3", thread_id="weibo:1", published_at=china("2026-11-02 10:00")),
        tagged("1", thread_id="weibo:1", published_at=china("2026-11-01 10:00"), kind="post"),
    ]
    store.write(posts, checkpoint=1)
    assert ids(store.thread("weibo:1")) == ["weibo:1", "weibo:3", "weibo:2"]
