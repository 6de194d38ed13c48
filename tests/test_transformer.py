"""The transformer at run time and its joining with the linear model, on a tiny model made here."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import baseline, features
from nlp.joined import JoinedTagger, Linear
from nlp.joining import EVIDENCE, LINEAR, Head, Settings, class_scores, intents_of, read_settings
from nlp.transformer import HEADS, LABELS, WIDTH, Transformer, batches
from posts.errors import ModelError
from tests.tiny_onnx import write_lookup_model

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "好", "坏", "工", "资", "[泪]"]
HIDDEN = 4
GOOD, BAD = PIECES.index("好"), PIECES.index("坏")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    tokenizer = {
        "version": "1.0",
        "added_tokens": [
            {"id": i, "content": piece, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True}
            for i, piece in enumerate(PIECES[:4])
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}},
                       {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                               "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}},
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [[piece, -1.0] for piece in PIECES]},
    }  # fmt: skip
    (made / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    config = {"model_type": "bert", "id2label": dict(enumerate(LABELS))}
    (made / "config.json").write_text(json.dumps(config), "utf-8")
    logits = np.zeros((len(PIECES), WIDTH), np.float32)
    logits[BAD, HEADS["sentiment"].start] = 3
    logits[GOOD, HEADS["sentiment"].stop - 1] = 3
    vectors = np.arange(len(PIECES) * HIDDEN, dtype=np.float32).reshape(-1, HIDDEN)
    vectors[1] = 0
    write_lookup_model(made / "model.onnx", {"logits": logits, "vector": vectors})
    return made


def plain(labels: int, thresholds: int = 0) -> Head:
    return Head(1.0, 0.0, (0.0,) * labels, (0.6,) * thresholds)


def tagger_of(folder: Path) -> JoinedTagger:
    heads = {
        "sentiment": plain(3),
        "intent": plain(8),
        "topics": plain(17, 17),
        "urgent": plain(1, 1),
        "emotion": plain(6),
    }
    buckets = 1 << features.BITS
    emotions = baseline.Weights(
        np.zeros((buckets, 6), np.int8),
        np.ones(6, np.float32),
        np.zeros(6, np.float32),
        np.ones(buckets, np.float32),
        baseline.Tuning(),
        "none",
    )
    linear = Linear(baseline.load().weights, emotions)
    chosen = Settings("2026-11-24", heads, 0.5, ((9, 1, 0), (1, 8, 1), (0, 1, 9)))
    return JoinedTagger(Transformer(folder), linear, chosen)


def test_texts_keep_their_rows_whatever_their_lengths(folder: Path) -> None:
    transformer = Transformer(folder)
    texts = ["好", "坏坏坏坏", "", "好坏" * 20, "坏"]
    together, _ = transformer.run(texts)
    alone = np.concatenate([transformer.run([text])[0] for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert together[0, HEADS["sentiment"]].argmax() == 2
    assert together[1, HEADS["sentiment"]].argmax() == 0


def test_no_texts_give_no_rows(folder: Path) -> None:
    logits, vectors = Transformer(folder).run([])
    assert logits.shape == (0, WIDTH)
    assert vectors.shape == (0, HIDDEN)


def test_long_texts_are_read_from_the_start_and_cut(folder: Path) -> None:
    transformer = Transformer(folder)
    long, _ = transformer.run(["坏" * 10_000])
    longer, _ = transformer.run(["坏" * 20_000])
    np.testing.assert_allclose(long, longer)


@given(st.lists(st.integers(2, 128), max_size=300))
def test_batches_hold_every_row_once_and_stay_small(lengths: list[int]) -> None:
    groups = list(batches(lengths))
    assert sorted(row for group in groups for row in group) == list(range(len(lengths)))
    for group in groups:
        assert len(group) * max(lengths[row] for row in group) <= 512
        assert lengths[group[0]] == max(lengths[row] for row in group)


def test_verdicts_of_the_tiny_model_come_out_as_tags(folder: Path) -> None:
    good, bad = tagger_of(folder).tag(["好好", "坏坏"])
    assert (good.sentiment, bad.sentiment) == ("positive", "negative")
    assert good.probabilities["positive"] > 0.9
    assert good.emotion is not None
    assert good.model == bad.model
    assert good.model.startswith("joined-2026-11-24")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(max_size=50), max_size=20))
def test_any_texts_keep_their_number_and_order(folder: Path, texts: list[str]) -> None:
    tagger = tagger_of(folder)
    tags = tagger.tag([*texts, "好", "坏"])
    assert len(tags) == len(texts) + 2
    assert [tag.sentiment for tag in tags[-2:]] == ["positive", "negative"]
    for tag in tags:
        assert sum(tag.probabilities.values()) == pytest.approx(1)
        assert 0 <= tag.urgency <= 1


def test_the_linear_model_decides_where_the_transformer_does_not_know() -> None:
    unsure, linear = np.zeros((1, WIDTH), np.float32), np.zeros((1, WIDTH), np.float32)
    linear[0, LINEAR["sentiment"].start] = 3
    joined = class_scores(unsure, linear, "sentiment", Head(1.0, 0.5, (0.0, 0.0, 0.0)))
    assert joined.argmax() == 0
    assert np.exp(joined).sum() == pytest.approx(1)


def test_what_another_head_says_can_decide() -> None:
    logits, linear = np.zeros((2, WIDTH), np.float32), np.zeros((2, WIDTH), np.float32)
    logits[1, HEADS["urgent"]] = 5
    across = np.zeros((EVIDENCE, 3))
    across[HEADS["urgent"].start, 0] = 1  # urgent things are not said happily
    head = Head(1.0, 1.0, (0.0, 0.0, 0.1), (), tuple(map(tuple, across.tolist())))
    assert class_scores(logits, linear, "sentiment", head).argmax(1).tolist() == [2, 0]


def test_an_intent_is_an_appeal_where_appeals_together_are_likely_enough() -> None:
    # complaint .25, help .2, suggestion .15, inquiry 0, praise 0, announcement 0, chat .4, spam 0
    chances = np.array([[0.25, 0.2, 0.15, 1e-9, 1e-9, 1e-9, 0.4, 1e-9]], np.float32)
    assert intents_of(np.log(chances), 0.5).tolist() == [0]
    assert intents_of(np.log(chances), 0.7).tolist() == [6]


def test_vectors_have_length_one(folder: Path) -> None:
    vectors = tagger_of(folder).vectors(["好", "坏", "工资"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.onnx"])
def test_a_damaged_folder_is_told_in_one_line(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(ModelError, match="GONGSHENG_MODEL=baseline") as told:
        Transformer(tmp_path)
    assert "\n" not in str(told.value)


def test_settings_for_other_labels_are_refused(tmp_path: Path) -> None:
    head = {"transformer": 1, "linear": 0, "bias": [0, 0], "thresholds": []}
    heads = dict.fromkeys(HEADS, head)
    broken = {"day": "2026-11-24", "heads": heads, "appeal_from": 0.5, "confusion": []}
    (tmp_path / "joined.json").write_text(json.dumps(broken))
    with pytest.raises(ModelError, match="the head sentiment has 2 labels"):
        read_settings(tmp_path / "joined.json")
