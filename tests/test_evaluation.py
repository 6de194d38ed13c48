"""Taggers are measured on labelled texts as they should be."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.evaluation import as_json, evaluate, read_labelled, table, without_emoticons
from nlp.baseline import load
from nlp.rivals import ScoreTagger, installed, lexicon
from nlp.similar import examples
from posts.errors import ModelError

WORDS = "class\tword\npos\t不错\npos\t开心\nneg\t欠薪\nneg\t难吃\ndeny\t不\nvery\t非常\n"


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def labelled(count: int) -> list[dict[str, Any]]:
    return [
        {"id": e.id, "text": e.text, "sentiment": e.sentiment, "intent": e.intent,
         "topics": e.topics, "urgent": e.urgent}
        for e in examples()[:count]
    ]  # fmt: skip


@pytest.fixture
def words(tmp_path: Path) -> ScoreTagger:
    path = tmp_path / "small.tsv"
    path.write_text(WORDS, "utf-8")
    return lexicon(path)


def test_word_lists_count_turn_and_strengthen(words: ScoreTagger) -> None:
    texts = ["食堂不错", "又欠薪", "今天上班", "", "不开心", "不错,非常难吃"]
    said = [tags.sentiment for tags in words.tag(texts)]
    assert said == ["positive", "negative", "neutral", "neutral", "negative", "negative"]
    for tags in words.tag(texts):
        assert sum(tags.probabilities.values()) == pytest.approx(1)
        assert max(tags.probabilities, key=tags.probabilities.__getitem__) in (
            tags.sentiment,
            "neutral",
        )


@pytest.mark.parametrize("content", ["", "a,b\n", "class\tword\ndeny\t不\n"])
def test_a_file_that_is_no_word_list_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd.tsv"
    path.write_text(content, "utf-8")
    with pytest.raises(ModelError, match=r"odd\.tsv"):
        lexicon(path)


def test_all_figures_have_intervals_and_the_yardstick_has_no_rival(
    tmp_path: Path, words: ScoreTagger
) -> None:
    lines = read_labelled(written(tmp_path / "dev.jsonl", labelled(150)))
    taggers = {"linear": load(), "words": words}
    found = evaluate({"dev": lines}, taggers, yardstick="linear")
    by_name = {(one.tagger, one.name): one for one in found.figures}
    linear = by_name["linear", "sentiment, macro-F1"]
    assert linear.low < linear.value < linear.high
    assert linear.chance_of_no_gain is None
    rival = by_name["words", "sentiment, macro-F1"]
    assert rival.value < linear.value
    assert rival.chance_of_no_gain == 1
    assert ("words", "intent, macro-F1") not in by_name
    [top] = [one for (who, name), one in by_name.items() if who == "linear" and "top 20" in name]
    assert 0 < top.low < top.value <= top.high <= 1
    assert json.loads(json.dumps(as_json(found)))["figures"]
    assert sum(line.startswith("| dev | linear | complaint |") for line in table(found)) == 1


def test_classes_are_counted_one_by_one(tmp_path: Path) -> None:
    rows = [{"text": "好", "sentiment": label} for label in ("negative", "negative", "positive")]
    lines = read_labelled(written(tmp_path / "three.jsonl", rows))
    always = ScoreTagger("always", lambda _: -1.0)
    classes = {one.label: one for one in evaluate({"t": lines}, {"a": always}, "a").classes}
    assert (classes["negative"].precision, classes["negative"].recall) == (2 / 3, 1)
    assert (classes["positive"].precision, classes["positive"].recall) == (None, 0)


def test_emotions_alone_can_be_measured(tmp_path: Path) -> None:
    rows = [{"text": "气死我了", "emotion": "angry"}, {"text": "开心", "emotion": "happy"}] * 5
    lines = read_labelled(written(tmp_path / "smp.jsonl", rows))
    found = evaluate({"smp": lines}, {"linear": load()}, "linear")
    assert {one.name for one in found.figures} == {"3 classes, macro-F1", "3 classes, accuracy"}


def test_emoticons_and_emoji_can_be_taken_out(tmp_path: Path) -> None:
    rows = [{"text": "好吃[赞][赞]😀", "sentiment": "positive"}]
    [line] = without_emoticons(read_labelled(written(tmp_path / "e.jsonl", rows)))
    assert (line.text, line.sentiment) == ("好吃", "positive")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no lines"),
        ("{", ":1: not a JSON object"),
        ('{"text": "x"}', "neither sentiment nor emotion"),
        ('{"text": "x", "sentiment": "good"}', ":1: sentiment"),
        ('{"text": "x", "sentiment": "neutral"}\n{"text": "y"}', "line 2 has no sentiment"),
    ],
)
def test_a_file_that_cannot_be_measured_on_says_why(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(ModelError, match=message):
        read_labelled(path)
    with pytest.raises(ModelError, match="cannot be read"):
        read_labelled(tmp_path / "none.jsonl")


def test_what_is_not_installed_is_left_out() -> None:
    assert {tagger.version for tagger in installed()} <= {"snownlp", "cnsenti"}
