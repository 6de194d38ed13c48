"""Similar posts and labelled examples are found by vectors kept beside the index."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ingest import ingest
from monitor.vector_file import VectorFile, posts_like
from monitor.vector_upkeep import Beside, labelled_examples
from nlp import similar
from nlp.baseline import load
from nlp.reading import RememberingTagger
from nlp.segment import JiebaText
from nlp.vectors import quantise, unit
from posts.archive import Archive
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import comment

TEXTS = [
    "三个月没发工资了,工会管不管",
    "已经三个月没有发工资,找谁管",
    "食堂的红烧肉真不错",
    "周末的篮球赛在哪里报名",
    "",
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "archive")
    opened.append([comment(n, text or "[图片]") for n, text in enumerate(TEXTS)])
    yield opened
    opened.close()


class Counting:
    """The linear tagger's vectors; counts what it was asked."""

    def __init__(self, version: str = "one") -> None:
        self.version, self.asked = version, 0

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += len(texts)
        return load().vectors(texts)


def test_who_says_the_same_is_nearest(archive: Archive, tmp_path: Path) -> None:
    vectors = VectorFile(tmp_path / "vectors", load())
    assert vectors.near("工资") == []
    assert vectors.catch_up(archive) == 5
    found = vectors.near(TEXTS[0], most=2)
    assert [post_id for post_id, _ in found] == ["weibo:0", "weibo:1"]
    assert found[0][1] == pytest.approx(1, abs=0.01)
    assert [post_id for post_id, _ in vectors.near(TEXTS[0], 1, but="weibo:0")] == ["weibo:1"]


def test_posts_like_a_post_need_no_tagger(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    assert posts_like(folder, "weibo:0") == []
    VectorFile(folder, load()).catch_up(archive)
    assert [post_id for post_id, _ in posts_like(folder, "weibo:0", 1)] == ["weibo:1"]
    assert posts_like(folder, "weibo:77") == []


def test_what_was_read_in_the_examples_is_kept(tmp_path: Path) -> None:
    first = labelled_examples(tmp_path / "examples", load())
    assert len(list((tmp_path / "examples").iterdir())) == 1
    again = labelled_examples(tmp_path / "examples", load())
    assert again.near("食堂的菜难吃") == first.near("食堂的菜难吃")


def test_only_what_is_new_is_read_again(archive: Archive, tmp_path: Path) -> None:
    tagger = Counting()
    VectorFile(tmp_path / "vectors", tagger).catch_up(archive)
    archive.append([comment(9, "高温津贴什么时候发")])
    assert VectorFile(tmp_path / "vectors", tagger).catch_up(archive) == 1
    assert tagger.asked == len(TEXTS) + 1


def test_a_changed_post_is_found_by_its_new_words_alone(archive: Archive, tmp_path: Path) -> None:
    vectors = VectorFile(tmp_path / "vectors", load())
    vectors.catch_up(archive)
    archive.append([comment(2, "高温津贴什么时候发")])
    vectors.catch_up(archive)
    found = vectors.near("高温津贴什么时候发", most=5)
    assert found[0][0] == "weibo:2"
    assert len({post_id for post_id, _ in found}) == len(found) == 5


def test_another_model_makes_its_own_and_drops_the_old_ones(
    archive: Archive, tmp_path: Path
) -> None:
    VectorFile(tmp_path / "vectors", Counting("one")).catch_up(archive)
    other = VectorFile(tmp_path / "vectors", Counting("two"))
    assert other.near("工资") == []
    assert other.catch_up(archive) == 5
    assert len(list((tmp_path / "vectors").iterdir())) == 1


@pytest.mark.parametrize("damage", ["rows.i8", "ids.txt", "about.json"])
def test_what_was_lost_is_made_anew(archive: Archive, tmp_path: Path, damage: str) -> None:
    vectors = VectorFile(tmp_path / "vectors", load())
    vectors.catch_up(archive)
    [folder] = (tmp_path / "vectors").iterdir()
    (folder / damage).write_bytes(b"")
    assert vectors.near("工资") == []
    assert vectors.catch_up(archive) == 5
    assert vectors.near(TEXTS[0], 1)[0][0] == "weibo:0"


def test_rows_of_a_run_that_was_killed_are_cut_off(archive: Archive, tmp_path: Path) -> None:
    vectors = VectorFile(tmp_path / "vectors", load())
    vectors.catch_up(archive)
    [folder] = (tmp_path / "vectors").iterdir()
    with (folder / "rows.i8").open("ab") as file:
        file.write(b"half a row")
    archive.append([comment(9, "高温津贴什么时候发")])
    assert vectors.catch_up(archive) == 1
    assert vectors.near("高温津贴什么时候发", 1)[0][0] == "weibo:9"


def test_an_ingest_reads_each_text_once_for_tags_and_vectors(
    archive: Archive, tmp_path: Path
) -> None:
    store = EmbeddedStore(tmp_path / "index", JiebaText())
    done: list[int] = []
    beside = Beside(tmp_path / "vectors", archive, load(), 0)
    assert isinstance(beside.tagger, RememberingTagger)
    ingest(archive, store, beside.tagger, advance=beside.after(done.append))
    store.close()
    assert sum(done) == len(TEXTS)
    vectors = VectorFile(tmp_path / "vectors", load())
    assert vectors.checkpoint() == archive.head()
    assert vectors.near(TEXTS[0], 1)[0][0] == "weibo:0"


def test_an_index_older_than_the_vectors_gets_them(archive: Archive, tmp_path: Path) -> None:
    Beside(tmp_path / "vectors", archive, load(), archive.head())
    assert VectorFile(tmp_path / "vectors", load()).checkpoint() == archive.head()


def test_a_folder_that_cannot_be_written_does_not_stop_the_ingest(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "vectors").write_text("a file", "utf-8")
    Beside(tmp_path / "vectors", archive, load(), 0).after(lambda _: None)(5)
    assert "similar posts cannot be kept" in caplog.text


def test_remembered_vectors_are_those_of_the_tagger() -> None:
    tagger = RememberingTagger(load())
    assert tagger.tag(TEXTS) == load().tag(TEXTS)
    assert np.allclose(tagger.vectors([*TEXTS, "又一句"]), load().vectors([*TEXTS, "又一句"]))


def test_labelled_examples_on_the_same_matter_come_first() -> None:
    near = similar.LabelledExamples(load()).near("食堂的菜又贵又难吃,谁来管管", 3)
    assert all("食堂" in example.text or "living" in example.topics for example, _ in near)
    assert near[0][1] >= near[-1][1]


def test_there_are_examples_of_every_kind_and_for_both_uses() -> None:
    for use in ("anchor", "exam"):
        some = [example for example in similar.examples() if example.use == use]
        assert len(some) > 800
        assert {example.sentiment for example in some} == {"negative", "neutral", "positive"}
        assert len({example.intent for example in some}) == 8
        assert sum(example.urgent for example in some) >= 20


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_rounding_keeps_cosines(rows: int, most: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = unit(random.normal(size=(rows, 384)).astype(np.float32))
    found = similar.nearest(vectors[0], quantise(vectors), most)
    assert found[0].row == 0
    assert len(found) == min(rows, most)
    for near in found:
        assert near.cosine == pytest.approx(float(vectors[0] @ vectors[near.row]), abs=0.01)
