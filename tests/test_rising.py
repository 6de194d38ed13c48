from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rising import count_texts, log_likelihood, rises


def test_a_word_counts_once_a_text():
    assert count_texts([["食堂", "食堂", "涨价"], ["食堂"]]) == {"食堂": 2, "涨价": 1}


def test_the_statistic_is_the_published_one():
    # 2 * sum(seen * ln(seen / expected)) of [[10, 90], [2, 98]]; 6 and 94 are expected in each.
    by_hand = 2 * (10 * log(10 / 6) + 2 * log(2 / 6) + 90 * log(90 / 94) + 98 * log(98 / 94))
    assert log_likelihood(10, 100, 2, 100) == pytest.approx(by_hand)


def test_what_everybody_says_as_often_as_before_does_not_rise():
    assert rises({"a": 10}, {"a": 10}, after_of=100, before_of=100) == []


def test_a_new_word_has_an_interval_and_is_named_new():
    (found,) = rises({"停工": 30}, {}, after_of=100, before_of=100)
    assert found.new
    assert found.sure
    assert 1 < found.low < found.ratio < found.high


def test_few_posts_are_called_chance():
    (found,) = rises({"停工": 3}, {"停工": 2}, after_of=100, before_of=100)
    assert not found.sure
    assert found.low < 1


def test_nothing_to_compare_with_is_no_rise():
    assert rises({"停工": 30}, {}, after_of=100, before_of=0) == []


@given(
    st.dictionaries(st.text(max_size=4), st.integers(0, 50)),
    st.dictionaries(st.text(max_size=4), st.integers(0, 50)),
)
def test_any_counts_give_rises_in_order_with_sound_intervals(after, before):
    found = rises(after, before, after_of=50, before_of=50)
    assert [rise.g2 for rise in found] == sorted((rise.g2 for rise in found), reverse=True)
    assert all(rise.low <= rise.ratio <= rise.high and rise.ratio > 1 for rise in found)
