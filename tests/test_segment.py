"""How texts are cut for search and keywords."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.segment import JiebaText, characters, cut, union_words, words
from nlp.text import fold


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("今年职代会没开", "职代会"),
        ("高温津贴发了没", "高温津贴"),
        ("绿豆汤都没有", "绿豆汤"),
        ("厂务公开栏空着", "厂务公开"),
        ("外卖骑手被罚款", "外卖骑手"),
        ("公司只给N+1", "n+1"),
        ("加入總工會", "总工会"),
    ],
)
def test_the_words_of_unions_are_known(text: str, word: str) -> None:
    assert word in words(text)


def test_blanks_and_punctuation_are_left_out_and_emoticons_kept_whole() -> None:
    assert words("加班费， 呢？！[允悲]👍") == ["加班费", "呢", "[允悲]", "👍"]


def test_characters_are_single_han_and_whole_latin_words_and_numbers() -> None:
    assert characters("HR说3500元,iPhone15[泪]👍") == [
        "hr", "说", "3500", "元", "iphone15", "[泪]", "👍",
    ]  # fmt: skip


def test_traditional_and_full_width_texts_are_cut_like_plain_ones() -> None:
    text = JiebaText()
    assert text.words("職工代表大會９９６") == text.words("职工代表大会996")
    assert text.characters("職工代表大會９９６") == text.characters("职工代表大会996")


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_cut_in_order_without_loss(text: str) -> None:
    letters = [c for c in fold(text) if c.isalnum()]
    assert [c for word in words(text) for c in word if c.isalnum()] == letters
    assert all(word.strip() for word in words(text) + characters(text))
    guessed = "".join(cut(fold(text), new_words=True))
    assert [c for c in guessed if c.isalnum()] == letters


def test_the_dictionary_has_no_doubles() -> None:
    assert len(union_words()) == len(set(union_words())) > 300


def test_import_is_silent_even_where_warnings_are_errors() -> None:
    command = "from nlp.segment import words; assert words('工会') == ['工会']"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
