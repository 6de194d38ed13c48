"""The tagger that ships: transformer and linear model with their real weights."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import joined, quality
from nlp.quantify import shares
from nlp.tagger import open_tagger
from nlp.text import normalise
from nlp.transformer import FOLDER, LABELS
from posts.model import Analysis, Emotion, Sentiment
from tests.test_baseline import PLAIN, STRANGE


def tag(*texts: str) -> list[Analysis]:
    return open_tagger(None).tag(texts)


@pytest.mark.parametrize(("text", "sentiment", "intent", "topic"), PLAIN)
def test_plain_cases_are_understood(
    text: str, sentiment: str, intent: str, topic: str | None
) -> None:
    [found] = tag(text)
    assert (found.sentiment, found.intent) == (sentiment, intent)
    assert topic in found.topics if topic else found.topics == ()
    assert found.emotion in get_args(Emotion)


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("终于不用加班了,开心", "positive"),
        ("公司真好,好到三个月发不出工资", "negative"),
        ("关于妥善处理突发事故善后工作的通知", "neutral"),
    ],
)
def test_words_against_the_grain_do_not_mislead(text: str, sentiment: str) -> None:
    assert tag(text)[0].sentiment == sentiment


def test_a_cry_for_help_is_urgent_and_a_chat_is_not() -> None:
    cry, chat = tag("我真的不想活了,今晚就从宿舍楼上跳下去,再见了", "今天食堂的红烧肉不错")
    assert cry.urgent
    assert cry.urgency > 0.5 > chat.urgency
    assert not chat.urgent


def test_strange_texts_keep_their_number_and_order() -> None:
    texts = [*STRANGE, PLAIN[0][0], *reversed(STRANGE), PLAIN[1][0]]
    tags = tag(*texts)
    assert len(tags) == len(texts)
    assert tags[len(STRANGE)].sentiment == PLAIN[0][1]
    assert tags[-1].sentiment == PLAIN[1][1]


@settings(deadline=None, max_examples=15)
@given(st.lists(st.text(max_size=300), max_size=8))
def test_any_texts_are_tagged(texts: list[str]) -> None:
    tags = tag(*texts)
    assert len(tags) == len(texts)
    for found in tags:
        assert sum(found.probabilities.values()) == pytest.approx(1)
        assert found.sentiment == max(found.probabilities, key=found.probabilities.__getitem__)
        assert 0 <= found.urgency <= 1
        assert len(found.topics) <= 3


def test_no_texts_give_no_tags() -> None:
    assert tag() == []


def test_it_needs_no_training_library_and_no_network() -> None:
    command = (
        "import sys, socket\n"
        "for name in ('sklearn', 'scipy', 'torch', 'transformers', 'onnx'):\n"
        "    sys.modules[name] = None\n"
        "def closed(*_, **__): raise OSError('no network')\n"
        "socket.create_connection = socket.socket.connect = closed\n"
        "from nlp.tagger import open_tagger\n"
        "print(open_tagger(None).tag(['三个月没发工资了,太气人了'])[0].sentiment)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "negative", "")


def test_its_folder_opens_with_transformers_and_cuts_the_same() -> None:
    from tokenizers import Tokenizer
    from transformers import AutoConfig, AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(FOLDER)  # type: ignore[no-untyped-call]
    ours = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    texts = [normalise(text) for text, *_ in PLAIN] + ["[泪]好难过[泪]", "", "abc 123"]
    assert [theirs(text)["input_ids"] for text in texts] == [ours.encode(t).ids for t in texts]
    config = AutoConfig.from_pretrained(FOLDER)
    assert [config.id2label[i] for i in range(len(LABELS))] == LABELS


def test_emoticons_are_whole_pieces() -> None:
    from tokenizers import Tokenizer

    ours = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    assert {"[泪]", "[doge]", "[怒]"} <= set(ours.encode("真好[泪][doge]呵[怒]").tokens)


def test_all_weights_together_stay_small() -> None:
    folder = Path(joined.__file__).parent / "weights"
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert size <= 40_000_000


def test_the_shipped_confusion_corrects_a_share() -> None:
    tagger = open_tagger(None)
    assert isinstance(tagger, joined.JoinedTagger)
    found = shares([300, 500, 200], tagger.confusion)
    assert found is not None
    assert len(found) == len(get_args(Sentiment))
    assert found[0].low < found[0].estimate < found[0].high


def test_the_version_names_both_models() -> None:
    name, second = open_tagger(None).version.split("+")
    assert name.startswith("joined-2")
    assert second.startswith("baseline-2")


def test_what_ships_was_measured_and_the_card_names_its_version() -> None:
    found = quality.of(open_tagger(None).version)
    assert found is not None
    assert {"test_union", "test_real"} <= found.keys()
    for figures in found.values():
        assert figures["lines"] > 100
        assert 0.3 < figures["sentiment_macro_f1"] < 1
        assert set(quality._NAMES.values()) <= figures.keys()


def test_what_learned_from_corrections_is_known_by_what_it_began_with() -> None:
    version = open_tagger(None).version
    assert quality.of(f"{version}+corrections-1") == quality.of(version)
    assert quality.of(f"{version}2") is None
    assert quality.read_card("### union lines, test (2 texts)\n") == {}
