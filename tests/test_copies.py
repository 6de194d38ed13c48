"""Copied texts stand together, everything else stays apart."""

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.copies import groups_of_copies, jaccard

CALL = "公司三个月不发工资,工会到底管不管,大家都来问一问啊"


def test_pasted_texts_stand_together_whatever_their_width_script_marks_and_links() -> None:
    texts = [
        CALL,
        "食堂的红烧肉今天真不错,明天还来",
        "公司三個月不發工資！！！工會到底管不管,大家都來問一問啊[怒]",
        CALL.replace("三", "3") + " http://example.com/a",
    ]
    assert groups_of_copies(texts) == [[0, 2, 3]]


def test_short_texts_form_no_group_by_accident() -> None:
    assert groups_of_copies(["顶", "顶", "顶顶顶顶", "加油", "加油!", "", "", "[赞][赞][赞]"]) == []


def test_how_short_can_be_said() -> None:
    assert groups_of_copies(["转发微博", "转发微博"], shortest=4) == [[0, 1]]


def test_texts_on_the_same_matter_are_no_copies() -> None:
    texts = [CALL, "公司三个月没发工资了,谁能管一管,我们都快活不下去了"]
    assert jaccard(*texts) < 0.3
    assert groups_of_copies(texts) == []


def test_small_changes_do_not_chain_different_texts_together() -> None:
    letters = [chr(0x4E00 + 7 * n) for n in range(200)]
    chain = ["".join(letters[start : start + 40]) for start in range(0, 120, 4)]
    for group in groups_of_copies(chain):
        assert all(jaccard(chain[group[0]], chain[member]) >= 0.7 for member in group)
        assert len(group) < len(chain)


def test_the_largest_group_comes_first_and_numbers_ascend() -> None:
    other = "周末的联谊活动报名链接在哪里,求一个"
    assert groups_of_copies([other, CALL, other, CALL, CALL]) == [[1, 3, 4], [0, 2]]


def test_nothing_in_gives_nothing_out() -> None:
    assert groups_of_copies([]) == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=30) | st.sampled_from([CALL, CALL + "!", "顶"]), max_size=20))
def test_any_texts_are_in_one_group_at_most_and_equal_ones_in_the_same(texts: list[str]) -> None:
    groups = groups_of_copies(texts)
    members = [number for group in groups for number in group]
    assert len(members) == len(set(members))
    calls = {number for number, text in enumerate(texts) if text in (CALL, CALL + "!")}
    assert len(calls) < 2 or any(calls <= set(group) for group in groups)
