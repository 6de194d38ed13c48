"""How texts are folded and normalised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text import LINK, PERSON, fold, normalise, simplify, tokens

HARD = (
    "哈哈哈哈|[泪]|[打call]|[[|]]|@张三 |@@|@市总工会|http://t.cn/Ab1|www.a.com|.com|乾隆|著作|連鑄|後|裏面|"
    "👨‍👩‍👧|👍🏻|🇨🇳|❤️|１０００００|66666|.|  |\u3000|\ud83d|\ude00|\u200b|\u200d|\u202e|\x00|"
    "e\u0301|İ|ﷺ|㈱|①|“|a@b.com|N+1|!!!!!"
)
PIECES = st.sampled_from(HARD.split("|"))
ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.lists(PIECES, max_size=12).map(
    "".join
)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT)
def test_any_text_becomes_one_that_can_be_written(text: str) -> None:
    assert normalise(text).encode("utf-8") is not None
    assert "".join(tokens(fold(text))) == fold(text).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("连铸平台６１度，没人管！", "连铸平台61度,没人管!"),
        ("連鑄平臺今天測溫，裏面很熱", "连铸平台今天测温,里面很热"),
        ("看t.cn/x2", "看t.cn/x2"),
        ("乾隆年間，餅乾", "乾隆年间,饼干"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("[doge][doge][doge][doge][doge]", "[doge][doge][doge]"),
        ("年终奖10000元，欠了1000000", "年终奖10000元,欠了1000000"),
        ("老铁666666", "老铁666"),
        ("加\u200b班\ufeff费\u202e", "加班费"),
        ("坏\ud800掉的字\x00", "坏掉的字"),
        ("\ud83d\ude00", "😀"),
        ("一\r\n\r\n二\u3000 三\t", "一 二 三"),
        ("HR说N+1", "hr说n+1"),
        ("“自愿”加班『自愿』", '"自愿"加班"自愿"'),
        ("👍🏻❤️", "👍❤"),
    ],
)
def test_writing_is_folded(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_links_and_people_become_tokens() -> None:
    text = normalise("@张三 @李四：报名看 https://t.cn/A6xYz，或 www.example.com/a?b=1")
    assert text == f"{PERSON} {PERSON}:报名看 {LINK},或 {LINK}"


def test_an_institution_keeps_its_name() -> None:
    assert "市总工会" in normalise("@市总工会 管一管")


def test_what_follows_a_link_is_kept() -> None:
    assert normalise("看http://t.cn/abc欠薪三个月[泪]") == f"看{LINK}欠薪三个月[泪]"


def test_emoji_and_emoticons_are_single_tokens() -> None:
    assert tokens(fold("三个月没发👨‍👩‍👧🇨🇳[泪]3500元，HR装死!")) == [
        "三个月没发", "👨‍👩‍👧", "🇨🇳", "[泪]", "3500", "元", ",", "hr", "装死", "!",
    ]  # fmt: skip


def test_ordinary_text_in_simplified_characters_is_left_alone() -> None:
    assert simplify("职代会把高温津贴砍了") == "职代会把高温津贴砍了"


@pytest.mark.parametrize(
    "text", ["加班" * 20000, "http://" + "a." * 20000, "@" * 40000, "[" * 40000]
)
def test_very_long_texts_come_back(text: str) -> None:
    assert normalise(text)
