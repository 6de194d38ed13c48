"""Slang is found, and phrases, parts of words and pasted texts are not taken for it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.new_words import new_words

AROUND = ["今天", "厂里", "真的", "听说", "我们", "昨晚", "班长", "食堂", "宿舍", "车间", "老板"]
AFTER = ["来了", "不错", "太难", "可以", "没有", "很多", "完蛋", "好笑", "上班", "下班", "加钱"]


CHATTER = [f"{before}{after}" for before in AROUND for after in AFTER] * 3
CHATTER = [
    f"{text}{''.join(map(chr, range(0x4E00 + n, 0x4E06 + n)))}" for n, text in enumerate(CHATTER)
]


def said(word: str, times: int) -> list[str]:
    chance = random.Random(word)
    return [f"{chance.choice(AROUND)}{word}{chance.choice(AFTER)}第{n}回" for n in range(times)]


def test_a_word_nobody_knew_is_found_whole() -> None:
    found = {one.word: one for one in new_words(CHATTER + said("蚌埠住", 30) + said("打工人", 40))}
    assert "蚌埠住" in found
    assert "打工" not in found
    assert "埠住" not in found
    assert found["蚌埠住"].texts == 30
    assert found["蚌埠住"].cohesion is not None
    assert found["蚌埠住"].cohesion >= 5


def test_words_of_the_dictionary_are_left_out() -> None:
    words = {one.word for one in new_words(CHATTER + said("工资", 40) + said("绩效考核", 40))}
    assert not words & {"工资", "绩效", "考核", "绩效考核"}


def test_what_counts_as_known_can_be_said() -> None:
    texts = CHATTER + said("蚌埠住", 30)
    assert "蚌埠住" not in {one.word for one in new_words(texts, lambda word: word == "蚌埠住")}


def test_a_part_that_always_has_the_same_neighbour_is_no_word() -> None:
    words = {one.word for one in new_words(CHATTER + said("尊嘟假", 30))}
    assert "尊嘟假" in words
    assert "尊嘟" not in words


def test_a_pasted_text_coins_no_words() -> None:
    assert new_words(["我们厂的蚌埠住行动今晚开始"] * 100) == []


def test_latin_slang_is_found_and_links_people_and_emoticons_are_not() -> None:
    texts = [f"食堂zqsg第{n}次 @xiaoming{n}abc http://qwert.com/{n} [dogeee]" for n in range(9)]
    found = new_words(texts)
    assert [(one.word, one.texts) for one in found] == [("zqsg", 9)]
    assert found[0].freedom is None


@pytest.mark.parametrize("texts", [[], [""], ["顶"], ["[泪]" * 50]])
def test_too_little_gives_nothing(texts: list[str]) -> None:
    assert new_words(texts) == []


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=20) | st.text(alphabet="蚌埠住了ab", max_size=9), max_size=30))
def test_found_words_stand_in_so_many_texts(texts: list[str]) -> None:
    for one in new_words(texts, least=2, cohesion=0.5, freedom=0.5):
        assert one.texts >= 2
        assert len(one.word) >= 2
