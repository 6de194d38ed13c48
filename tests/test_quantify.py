"""The share of negative posts, corrected for the tagger's errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.quantify import shares
from posts.errors import ModelError

# Row: true negative, neutral, positive; column: tagged so.
TABLE = np.array([[0.88, 0.09, 0.03], [0.10, 0.80, 0.10], [0.04, 0.10, 0.86]])
CONFUSION = (TABLE * 500).round().astype(int).tolist()


def test_counting_alone_sees_anger_where_there_is_none():
    tagged = [100, 800, 100]  # what TABLE makes of 1,000 neutral posts
    found = shares(tagged, CONFUSION)
    assert found is not None
    assert found[0].counted == 0.1
    assert found[0].estimate < 0.02
    assert found[0].low <= found[0].estimate <= found[0].high


def test_shares_sum_to_one_and_the_same_seed_gives_the_same_figures():
    first, second = shares([30, 50, 20], CONFUSION), shares([30, 50, 20], CONFUSION)
    assert first == second
    assert first is not None
    assert sum(share.estimate for share in first) == pytest.approx(1)


def test_an_empty_set_has_no_share():
    assert shares([0, 0, 0], CONFUSION) is None


def test_a_few_posts_give_a_wide_interval_and_many_a_narrow_one():
    few, many = shares([4, 4, 2], CONFUSION), shares([4000, 4000, 2000], CONFUSION)
    assert few is not None
    assert many is not None
    assert few[0].high - few[0].low > 3 * (many[0].high - many[0].low)


def test_little_known_errors_keep_the_interval_wide_however_many_posts():
    known = shares([4000, 4000, 2000], CONFUSION)
    unknown = shares([4000, 4000, 2000], (TABLE * 20).round().astype(int).tolist())
    assert known is not None
    assert unknown is not None
    assert unknown[0].high - unknown[0].low > 2 * (known[0].high - known[0].low)


@pytest.mark.parametrize("true", [(0.1, 0.6, 0.3), (0.5, 0.3, 0.2)])
def test_intervals_hold_the_true_share_as_often_as_they_say(true):
    random = np.random.default_rng(20261124)
    runs, held, counted_near = 120, 0, 0
    for run in range(runs):
        confusion = [random.multinomial(300, row) for row in TABLE]
        posts = random.multinomial(400, true)
        tagged = sum(random.multinomial(n, row) for n, row in zip(posts, TABLE, strict=True))
        found = shares(tagged, confusion, seed=run)
        assert found is not None
        held += found[0].low <= true[0] <= found[0].high
        counted_near += abs(found[0].counted - true[0]) < 0.02
    # 95 % of 120 is 114; three standard errors below are 107.
    assert held >= 107
    assert counted_near < held


def test_a_table_that_does_not_fit_is_refused():
    with pytest.raises(ModelError, match="one count a class"):
        shares([1, 2], CONFUSION)
    with pytest.raises(ModelError, match="negative"):
        shares([1, -2, 3], CONFUSION)
    with pytest.raises(ModelError, match="level"):
        shares([1, 2, 3], CONFUSION, level=1.0)


@settings(deadline=None, max_examples=25)
@given(
    tagged=st.lists(st.integers(0, 10_000), min_size=3, max_size=3),
    confusion=st.lists(
        st.lists(st.integers(0, 500), min_size=3, max_size=3), min_size=3, max_size=3
    ),
)
def test_any_counts_give_shares_between_zero_and_one(tagged, confusion):
    found = shares(tagged, confusion)
    if sum(tagged) == 0:
        assert found is None
        return
    assert found is not None
    for share in found:
        assert 0 <= share.low <= share.high <= 1
        assert 0 <= share.estimate <= 1
