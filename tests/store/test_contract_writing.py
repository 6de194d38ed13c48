import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posts.query import PostQuery
from posts.store import PostStore
from tests.sample_posts import SAMPLES, china, tagged


def total(store: PostStore, text: str = "") -> int:
    return store.search(PostQuery(text=text), size=0).total


def test_a_new_store_is_empty(store):
    assert store.checkpoint() == 0
    assert store.get("weibo:1") is None
    assert store.thread("weibo:1") == []
    assert store.days() is None
    assert store.per_day(PostQuery()) == []
    assert store.search(PostQuery()).hits == ()
    assert store.health().available
    assert store.health().posts == 0


def test_what_was_written_is_read_back_whole(samples):
    for sample in SAMPLES:
        assert samples.get(sample.post.id) == sample
    assert samples.checkpoint() == len(SAMPLES)
    assert samples.health().posts == len(SAMPLES)
    assert samples.health().bytes_on_disk > 0


def test_a_newer_version_replaces_the_post(store):
    store.write([tagged("1", "旧文字", version=1)], checkpoint=1)
    store.write([tagged("1", "新文字", version=5)], checkpoint=5)
    assert store.get("weibo:1").post.text == "新文字"
    assert (total(store), total(store, "旧文字"), total(store, "新文字")) == (1, 0, 1)


def test_an_older_version_is_left_out(store):
    store.write([tagged("1", "新文字", version=5)], checkpoint=5)
    store.write([tagged("1", "旧文字", version=4), tagged("2", version=6)], checkpoint=6)
    assert store.get("weibo:1").post.text == "新文字"
    assert total(store) == 2


def test_the_same_version_again_takes_the_new_tags(store):
    store.write([tagged("1", sentiment="neutral", version=3)], checkpoint=3)
    store.write([tagged("1", sentiment="negative", version=3)], checkpoint=3)
    assert store.get("weibo:1").analysis.sentiment == "negative"
    assert total(store) == 1


def test_of_two_versions_in_one_write_the_newer_stays(store):
    posts = [
        tagged("1", "中", version=2),
        tagged("1", "新", version=3),
        tagged("1", "旧", version=1),
    ]
    store.write(iter(posts), checkpoint=3)
    assert store.get("weibo:1").post.text == "新"
    assert total(store) == 1


def test_the_checkpoint_moves_without_posts_and_never_back(store):
    store.write([], checkpoint=7)
    assert store.checkpoint() == 7
    store.write([tagged("1")], checkpoint=3)
    assert store.checkpoint() == 7


def test_a_write_that_fails_keeps_the_checkpoint_and_the_next_one_works(store):
    def broken():
        yield tagged("1")
        raise RuntimeError("the source ended early")

    with pytest.raises(RuntimeError, match=r"^the source ended early$"):
        store.write(broken(), checkpoint=9)
    assert store.checkpoint() == 0
    store.write([tagged("2")], checkpoint=2)
    assert store.get("weibo:2") is not None


def test_a_text_of_ten_thousand_characters_is_found_by_its_end(store):
    long = tagged("1", "工会会员代表" * 1700 + "结尾处写着欠薪")
    store.write([long], checkpoint=1)
    assert store.get("weibo:1") == long
    hit = store.search(PostQuery(text="欠薪")).hits[0]
    assert [hit.found.post.text[start:end] for start, end in hit.highlights] == ["欠薪"]


def test_odd_texts_are_kept_as_they_are(store):
    texts = [
        "",
        "\x00\x07控制\x1b字符",
        "a" * 40_000,
        "👨‍👩‍👧‍👦",
        "\ufeff\u200b",
        "！" * 3000,
        "\U0010ffff",
    ]
    store.write([tagged(str(i), text) for i, text in enumerate(texts)], checkpoint=1)
    assert [store.get(f"weibo:{i}").post.text for i in range(len(texts))] == texts
    assert total(store, "控制字符") == 1


def test_times_at_the_ends_of_the_calendar_are_held(store):
    far = [china("0001-01-01 00:00"), china("9999-12-31 23:59")]
    store.write([tagged(str(i), published_at=time) for i, time in enumerate(far)], checkpoint=1)
    assert store.days() == (far[0].date(), far[1].date())
    assert [count.count for count in store.per_day(PostQuery())] == [1, 1]


@settings(max_examples=30, deadline=None)
@given(
    writes=st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=6),
        max_size=4,
    )
)
def test_however_versions_arrive_the_newest_stays(new_store, writes):
    store, newest = new_store(), {}
    for write in writes:
        store.write([tagged(str(i), f"第{v}版", version=v) for i, v in write], checkpoint=1)
        for i, version in write:
            newest[i] = max(version, newest.get(i, 0))
    assert {i: store.get(f"weibo:{i}").version for i in newest} == newest
    assert total(store) == len(newest)
