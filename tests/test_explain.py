"""Which words moved a verdict, for any tagger."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.baseline import load
from nlp.explain import explain, spans_of_words
from posts.model import Analysis


class Angry:
    """Finds a text the more negative the more often it says 欠薪, the more positive 感谢."""

    version = "angry"

    def __init__(self) -> None:
        self.batches: list[int] = []

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        self.batches.append(len(texts))
        return [self._tag(text) for text in texts]

    def _tag(self, text: str) -> Analysis:
        bad, good = text.count("欠薪") + 1, text.count("感谢") + 1
        negative = bad / (bad + good)
        return Analysis(
            sentiment="negative" if negative >= 0.5 else "positive",
            probabilities={"negative": negative, "neutral": 0.0, "positive": 1 - negative},
            intent="complaint",
            urgency=0.9 if "救命" in text else 0.1,
            model=self.version,
        )


def test_the_word_that_decided_comes_first_with_its_place() -> None:
    text = "厂里又欠薪了,救命啊"
    found = explain(Angry(), text)
    [best] = found.strongest(1)
    assert text[best.start : best.end] == "欠薪"
    assert best.by == pytest.approx(2 / 3 - 1 / 2)
    assert found.sentiment == "negative"
    assert found.probability == pytest.approx(2 / 3)


def test_a_word_that_spoke_against_the_verdict_is_negative() -> None:
    text = "欠薪 欠薪 感谢"
    effects = {text[m.start : m.end]: m.by for m in explain(Angry(), text).moved}
    assert effects["感谢"] < 0 < effects["欠薪"]


def test_what_made_it_urgent_is_told_beside() -> None:
    text = "厂里又欠薪了,救命啊"
    effects = {text[m.start : m.end]: m.urgency for m in explain(Angry(), text).moved}
    assert effects["救命"] == pytest.approx(0.8)
    assert effects["欠薪"] == pytest.approx(0)


def test_one_batch_is_enough_for_a_short_text() -> None:
    tagger = Angry()
    explain(tagger, "厂里又欠薪了")
    assert len(tagger.batches) == 1


def test_a_long_text_takes_two_batches_of_bounded_size_and_still_finds_the_word() -> None:
    tagger = Angry()
    text = "今天食堂的菜不错," * 60 + "欠薪" + ",大家都去看比赛" * 60
    found = explain(tagger, text, most=60)
    assert [size <= 61 for size in tagger.batches] == [True, True]
    [best] = found.strongest(1)
    assert text[best.start : best.end] == "欠薪"
    assert "".join(text[m.start : m.end] for m in found.moved).count("食堂") == 60


def test_however_few_pieces_are_allowed_it_is_all_covered() -> None:
    text = "今天 食堂 欠薪 比赛 " * 9
    found = explain(Angry(), text, most=3)
    assert "".join(text[m.start : m.end] for m in found.moved).count("欠薪") == 9


def test_of_an_endless_text_the_beginning_is_read() -> None:
    found = explain(Angry(), "欠薪" * 5000)
    assert found.read == 2000
    assert found.moved[-1].end <= 2000


def test_places_are_those_of_the_text_as_written() -> None:
    text = "老闆 欠薪[怒][怒]!!! ＯＫ吗👨‍👩‍👧"
    words = [text[start:end] for start, end in spans_of_words(text)]
    assert words == ["老闆", "欠薪", "[怒]", "[怒]", "!!!", "ＯＫ", "吗", "👨‍👩‍👧"]


def test_a_text_without_words_has_nothing_that_moved_it() -> None:
    assert explain(Angry(), "").moved == ()
    assert explain(Angry(), " ,。\n").moved == ()


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80) | st.text(alphabet="欠薪工资[怒]!?\ud800 A😀闆", max_size=80))
def test_words_follow_each_other_inside_any_text(text: str) -> None:
    found = explain(load(), text, most=10)
    at = 0
    for one in found.moved:
        assert at <= one.start < one.end <= len(text)
        assert -1 <= one.by <= 1
        assert -1 <= one.urgency <= 1
        at = one.end
