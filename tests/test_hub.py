"""Other people's classifiers, by folder."""

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.hub import HubTagger, fetch, sentiment_of_labels
from nlp.tagger import open_tagger
from posts.errors import ModelError
from tests.tiny_onnx import write_lookup_model

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "好", "坏", "工"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES), "utf-8")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizerFast"}')
    config = {"model_type": "bert", "id2label": {"0": "负面", "1": "正面"}}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    table = np.zeros((len(PIECES), 2), np.float32)
    table[PIECES.index("坏"), 0] = table[PIECES.index("好"), 1] = 2
    write_lookup_model(tmp_path / "model.onnx", {"logits": table})
    return tmp_path


def test_a_folder_with_an_onnx_file_decides_the_sentiment(folder: Path) -> None:
    tagger = open_tagger(str(folder))
    good, bad = tagger.tag(["好好", "坏坏坏工"])
    assert (good.sentiment, bad.sentiment) == ("positive", "negative")
    assert good.probabilities["neutral"] == 0
    assert sum(bad.probabilities.values()) == pytest.approx(1)
    assert str(folder.name) in tagger.version
    assert good.model == tagger.version


def test_order_and_number_stay_whatever_the_texts(folder: Path) -> None:
    texts = ["", "坏" * 3000, "\ud800", "好", "[泪]", "坏"]
    tags = HubTagger(folder, "tiny").tag(texts)
    assert (tags[3].sentiment, tags[5].sentiment) == ("positive", "negative")
    assert len(tags) == len(texts)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["LABEL_0", "LABEL_1"], ["negative", "positive"]),
        (["LABEL_0", "LABEL_1", "LABEL_2"], ["negative", "neutral", "positive"]),
        (["POSITIVE", "NEGATIVE"], ["positive", "negative"]),
        (["消极", "中性", "积极"], ["negative", "neutral", "positive"]),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"],
         ["negative", "negative", "neutral", "positive", "positive"]),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"],
         ["negative", "negative", "neutral", "positive", "positive"]),
    ],
)  # fmt: skip
def test_labels_are_understood(labels: list[str], expected: list[str]) -> None:
    assert sentiment_of_labels(labels) == expected


def test_unknown_labels_are_refused() -> None:
    with pytest.raises(ModelError, match="'sports'"):
        sentiment_of_labels(["sports", "politics"])


@pytest.mark.parametrize("name", ["/no/such/folder", "no such id", "a/b/c"])
def test_a_name_that_is_neither_folder_nor_id_is_told_in_one_line(name: str) -> None:
    with pytest.raises(ModelError, match="GONGSHENG_MODEL") as told:
        fetch(name)
    assert "\n" not in str(told.value)


def test_a_folder_without_a_model_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json") as told:
        open_tagger(str(tmp_path))
    assert "\n" not in str(told.value)


def test_torch_weights_without_torch_are_told_in_one_line(folder: Path) -> None:
    pytest.importorskip("transformers")
    try:
        import torch  # noqa: F401
    except ImportError:
        (folder / "model.onnx").unlink()
        with pytest.raises(ModelError, match="pip install torch"):
            HubTagger(folder, "tiny")
