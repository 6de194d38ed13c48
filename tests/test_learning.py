"""Corrections teach the heads, and only what is better is put to use."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import wiring
from monitor.corrections import Corrections
from monitor.ingest import ingest
from monitor.learning import Judged, Lesson, learn
from monitor.promoted import Promoted, with_heads
from monitor.settings import Settings
from monitor.train import train_from_corrections
from nlp.baseline import load
from nlp.heads import Head, HeadName, Heads, RefittedTagger
from nlp.paired import at_least, compare
from nlp.refit import Rows, fit, surprise
from nlp.similar import examples
from posts.errors import ModelError
from tests.archive_posts import NOON, comment

PLACES = [
    "食堂",
    "车间",
    "宿舍",
    "仓库",
    "班车",
    "办公室",
    "操场",
    "工地",
    "门岗",
    "机房",
    "礼堂",
    "澡堂",
]
ENDS = ["今天的", "昨晚的", "新来的", "楼下的"]
SLANG = [f"{end}{place}堪比开盲盒" for place in PLACES for end in ENDS]
"""Texts with a turn of speech that the tagger takes for neutral; here it means scorn."""
SOME = examples()[::2]


@pytest.fixture(scope="module")
def taught() -> tuple[Heads, dict[HeadName, Judged]]:
    lessons = [Lesson(text, {"sentiment": "negative"}) for text in SLANG[:30]]
    heads, judged = learn(load(), lessons, SOME, "heads-1")
    return heads, {one.head: one for one in judged}


def test_a_turn_of_speech_the_tagger_did_not_know_is_learned(
    taught: tuple[Heads, dict[HeadName, Judged]],
) -> None:
    heads, judged = taught
    assert judged["sentiment"].promoted
    before = [tags.sentiment for tags in load().tag(SLANG[30:])]
    after = [tags.sentiment for tags in RefittedTagger(load(), heads).tag(SLANG[30:])]
    assert before.count("negative") < after.count("negative")
    assert after.count("negative") >= 0.8 * len(after)


def test_what_nobody_corrected_stays(taught: tuple[Heads, dict[HeadName, Judged]]) -> None:
    heads, judged = taught
    exam = judged["sentiment"].on_exam
    assert exam is not None
    assert exam.after >= 0.99 * exam.before
    assert set(heads.heads) == {"sentiment"}
    assert judged["intent"].why == "5 are needed"
    assert judged["intent"].on_exam is None


def test_the_version_names_what_was_learned(
    taught: tuple[Heads, dict[HeadName, Judged]],
) -> None:
    tagger = RefittedTagger(load(), taught[0])
    assert tagger.version == f"{load().version}+heads-1"
    assert {tags.model for tags in tagger.tag(["顶", ""])} == {tagger.version}


def test_corrections_without_rhyme_or_reason_teach_nothing() -> None:
    random = np.random.default_rng(1)
    exam = [example for example in examples() if example.use == "exam"][-60:]
    wrong = {"negative": "positive", "neutral": "negative", "positive": "neutral"}
    lessons = [
        Lesson(
            one.text,
            {"sentiment": wrong[one.sentiment] if random.random() < 0.5 else one.sentiment},
        )
        for one in exam
    ]
    heads, _ = learn(load(), lessons, SOME, "heads-1")
    assert heads.heads == {}


def test_every_tag_can_be_learned_except_those_the_tagger_lacks() -> None:
    lessons = [
        Lesson(
            text,
            {
                "intent": "complaint",
                "topics": ["living"],
                "urgent": True,
                "emotion": "angry",
            },
        )
        for text in SLANG[:24]
    ]
    heads, judged = learn(load(), lessons, SOME, "heads-1")
    why = {one.head: one.why for one in judged}
    assert why["emotion"] == "this tagger has no such head"
    [tags] = RefittedTagger(load(), heads).tag([SLANG[40]])
    for one in judged:
        if one.promoted and one.head != "topics":
            assert getattr(tags, one.head) == lessons[0].right[one.head]  # type: ignore[index]
    assert "intent" in heads.heads


def test_a_strong_prior_changes_nothing_and_a_weak_one_fits() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(40, 8))
    wanted = np.eye(3)[random.integers(0, 3, 40)]
    rows = Rows(vectors, np.log(np.full((40, 3), 1 / 3)), wanted, np.arange(40))
    strong, weak = fit(rows, "sentiment", 1e9), fit(rows, "sentiment", 1e-3)
    assert np.abs(strong.weights).max() < 1e-6
    own = surprise(rows.scores, wanted, "sentiment")[0]
    new = surprise(rows.scores + vectors @ weak.weights + weak.bias, wanted, "sentiment")[0]
    assert new < 0.9 * own


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_the_paired_test_is_fair(pairs: list[tuple[bool, bool]]) -> None:
    found = compare([one for one, _ in pairs], [other for _, other in pairs])
    assert found.after - found.before == found.gained - found.lost
    turned = compare([other for _, other in pairs], [one for one, _ in pairs])
    assert found.chance_of_gain == turned.chance_of_loss
    assert found.chance_of_gain + found.chance_of_loss >= 1


def test_five_heads_of_five_tosses_are_rare() -> None:
    assert at_least(5, 5) == 1 / 32
    assert at_least(0, 0) == 1


class TestPromoted:
    def heads(self, name: str) -> Heads:
        weights = np.zeros((384, 3), np.float32)
        return Heads(name, load().version, {"sentiment": Head(weights, np.array([9, 0, 0], "f4"))})

    def test_the_last_promoted_heads_are_used_and_rolled_back_one_by_one(
        self, tmp_path: Path
    ) -> None:
        kept = Promoted(tmp_path / "models")
        assert with_heads(load(), kept) is load()
        for _ in range(2):
            name = kept.next_name()
            kept.report(name, {})
            kept.promote(self.heads(name))
        assert kept.in_use == "heads-2"
        tagger = with_heads(load(), kept)
        assert tagger.version.endswith("+heads-2")
        assert tagger.tag(["食堂真不错,感谢师傅"])[0].sentiment == "negative"
        assert kept.roll_back() == "heads-1"
        assert kept.roll_back() is None
        assert with_heads(load(), kept) is load()
        assert kept.next_name() == "heads-3"
        with pytest.raises(ModelError, match="as it ships"):
            kept.roll_back()

    def test_heads_of_another_tagger_are_left_out_and_that_is_said(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        kept = Promoted(tmp_path)
        kept.promote(Heads("heads-1", "older", self.heads("heads-1").heads))
        assert with_heads(load(), kept) is load()
        assert "train --from-corrections" in caplog.text

    @pytest.mark.parametrize("name", ["heads-1.npz", "in_use.json"])
    def test_a_damaged_file_says_what_to_do(self, tmp_path: Path, name: str) -> None:
        kept = Promoted(tmp_path)
        kept.promote(self.heads("heads-1"))
        (tmp_path / name).write_bytes(b"{")
        with pytest.raises(ModelError, match=name.replace(".", r"\.")):
            with_heads(load(), kept)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A house whose index holds the slang, each post of it put right."""
    made = Settings(data=tmp_path / "data", model="baseline", key="0" * 64)
    archive, store = wiring.archive(made), wiring.store(made)
    archive.append([comment(n, text) for n, text in enumerate(SLANG[:16])])
    ingest(archive, store, wiring.tagger(made))
    store.close()
    archive.close()
    return made


def test_from_the_dashboards_corrections_to_heads_in_use(house: Settings) -> None:
    with pytest.raises(ModelError, match="nobody corrected"):
        train_from_corrections(house)
    corrections = Corrections(wiring.office(house))
    said = load().tag(SLANG[:16])
    for n, tags in enumerate(said):
        corrections.add(f"weibo:{n}", "lin", tags, "sentiment", "negative", NOON)
    outcome = train_from_corrections(house)
    assert outcome.lessons == 16
    assert outcome.in_use == outcome.name == "heads-1"
    assert wiring.tagger(house).version.endswith("+heads-1")
    report = json.loads((house.data / "models" / "heads-1.json").read_text("utf-8"))
    assert datetime.fromisoformat(report["at"]) <= datetime.now(UTC)
    assert report["heads"][0]["on_exam"]["texts"] > 1000
    assert "rollback" in outcome.last_line


def test_a_model_of_others_cannot_learn(house: Settings) -> None:
    class Foreign:
        version = "foreign"

        def tag(self, texts: list[str]) -> list[object]:
            return []

    assert with_heads(Foreign(), Promoted(house.data / "models")).version == "foreign"  # type: ignore[arg-type]
