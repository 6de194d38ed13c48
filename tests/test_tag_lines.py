"""Lines in, the same number of lines out in the same order, whatever comes in."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.tag_lines import BATCH, tag_lines
from nlp.baseline import load

FIELDS = {
    "id", "sentiment", "probabilities", "emotion", "intent", "appeal", "topics", "urgent",
    "keywords",
}  # fmt: skip
STRANGE = [
    "",
    "   \n\t",
    "工" * 10_000,
    "公司三个月不发工资,工会到底管不管。" * 600,
    "😀👨‍👩‍👧🇨🇳❤️",
    "[泪][泪][泪]",
    "مرحبا שלום नमस्ते สวัสดี 안녕 こんにちは Привет",
    "\x00\x01\x1b[31m\x7f\u200b\ufeff\u202e",
    "\ud800",
    "\udfff工资\ud83d",
    "𠮷𠀀",
    "e\u0301" * 50,
    "http://example.com/" + "a" * 3000,
    "@" * 500,
    "#" * 500,
    "1" * 5000,
    "\u2028\u2029\u0085",
]
BROKEN = [
    b"",
    b"\n",
    b"{",
    b'{"id": 1, "text": "x"',
    b"null",
    b"[]",
    b'"text"',
    b"5",
    b'{"id": NaN, "text": "x"}',
    b'{"id": Infinity, "text": "x"}',
    b'{"id": 1e999, "text": "x"}',
    b'{"id": ' + b"9" * 5000 + b', "text": "x"}',
    b'{"id": 7}',
    b'{"id": 7, "text": null}',
    b'{"id": 7, "text": 5}',
    b"\xff\xfe",
    b'{"id": 1, "text": "\xe5\xb7"}',
    b"[" * 100_000,
]


def line(id_: Any, text: str) -> bytes:
    return json.dumps({"id": id_, "text": text}).encode()


def tagged(lines: Iterable[bytes]) -> list[Any]:
    return [json.loads(answer.encode()) for answer in tag_lines(lines, load())]


def test_every_strange_text_gets_a_whole_answer_in_its_place() -> None:
    answers = tagged(line(n, text) for n, text in enumerate(STRANGE))
    assert [answer["id"] for answer in answers] == list(range(len(STRANGE)))
    for answer in answers:
        assert set(answer) == FIELDS
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert answer["appeal"] == (answer["intent"] in ("complaint", "help", "suggestion"))


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_gives_one_error_and_spoils_no_other(broken: bytes) -> None:
    before, error, after = tagged([line("a", "食堂不错"), broken, line("b", "欠薪")])
    assert (before["id"], after["id"]) == ("a", "b")
    assert set(error) == {"id", "error"}
    assert error["error"]


def test_an_error_keeps_the_id_where_there_is_one() -> None:
    [error] = tagged([b'{"id": "\xe5\xb7\xa5-7", "words": "x"}'])
    assert error["id"] == "工-7"


def test_ids_come_back_as_they_were() -> None:
    ids: list[Any] = ["a", 7, 1.5, None, True, [1, {"b": 2}], {"c": []}, "\ud800", 10**30, ""]
    answers = [json.loads(a) for a in tag_lines([line(id_, "好") for id_ in ids], load())]
    assert [answer["id"] for answer in answers] == ids


def test_every_answer_is_one_line_of_utf_8() -> None:
    for answer in tag_lines([line("\u2028\n\ud800", text) for text in STRANGE], load()):
        assert answer.encode()
        assert "\n" not in answer


def test_a_byte_order_mark_and_carriage_returns_are_no_error() -> None:
    answers = tagged([b"\xef\xbb\xbf" + line(1, "好"), line(2, "好") + b"\r\n"])
    assert [set(answer) for answer in answers] == [FIELDS, FIELDS]


def test_nothing_in_gives_nothing_out() -> None:
    assert tagged([]) == []


def test_answers_come_while_lines_still_arrive() -> None:
    read = 0

    def endless() -> Iterable[bytes]:
        nonlocal read
        while True:
            read += 1
            yield line(read, "好")

    answers = tag_lines(endless(), load())
    assert [json.loads(next(answers))["id"] for _ in range(3)] == [1, 2, 3]
    assert read <= BATCH


def test_many_lines_keep_their_order_over_batches() -> None:
    lines = [line(n, "欠薪" if n % 3 else "") if n % 7 else b"{" for n in range(2 * BATCH + 5)]
    answers = tagged(lines)
    assert len(answers) == len(lines)
    for n, answer in enumerate(answers):
        assert ("error" in answer) == (n % 7 == 0)
        assert answer["id"] == (n if n % 7 else None)


_TEXTS = st.text(max_size=200) | st.text(st.characters(), max_size=50) | st.sampled_from(STRANGE)
_LINES = st.builds(line, st.integers() | st.text(max_size=5), _TEXTS)


@settings(deadline=None, max_examples=60)
@given(st.lists(_LINES | st.binary(max_size=60) | st.sampled_from(BROKEN), max_size=12))
def test_any_lines_keep_their_number_and_order(lines: list[bytes]) -> None:
    answers = tagged(lines)
    assert len(answers) == len(lines)
    for raw, answer in zip(lines, answers, strict=True):
        assert set(answer) in ({"id", "error"}, FIELDS)
        if set(answer) == FIELDS:
            assert json.loads(raw.decode("utf-8-sig"))["id"] == answer["id"]
