from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.trends import (
    Day,
    Span,
    day_series,
    grouped,
    known_spans,
    last_full_day,
    negative_share,
    topics_by_sentiment,
    what_changed,
)
from monitor.uncertainty import count_moved, share_moved, wilson
from posts.model import AccessState
from posts.query import CrossCount, DayCount
from tests.filled_house import run

D = [date(2026, 11, 1) + timedelta(days=n) for n in range(10)]


def full(day: date, negative: int, neutral: int) -> Day:
    return Day(day, "all", {"negative": negative, "neutral": neutral})


def test_wilson_agrees_with_newcombes_published_example():
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
    share = wilson(81, 263)
    assert (share.low, share.high) == (
        pytest.approx(0.2553, abs=1e-4),
        pytest.approx(0.3662, abs=1e-4),
    )


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(part, rest):
    share = wilson(part, part + rest)
    if part + rest == 0:
        assert share.value is share.low is share.high is None
    else:
        assert 0 <= share.low <= share.value <= share.high <= 1


def test_newcombes_difference_finds_a_large_rise_and_not_a_small_one():
    # Newcombe (1998), method 10: 56/70 against 48/80 gives 0.0524 to 0.3339.
    assert share_moved(wilson(48, 80), wilson(56, 70)) == "up"
    assert share_moved(wilson(56, 70), wilson(48, 80)) == "down"
    assert share_moved(wilson(3, 10), wilson(4, 10)) == "unclear"
    assert share_moved(wilson(0, 0), wilson(4, 10)) == "unclear"


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [(0, 0, "unclear"), (10, 13, "unclear"), (10, 40, "up"), (40, 10, "down"), (0, 2, "unclear")],
)
def test_a_number_of_posts_moves_only_beyond_chance(before, after, way):
    assert count_moved(before, after) == way


def test_days_after_the_last_good_crawl_are_unknown_not_zero():
    counts = [DayCount(day=D[0], count=3, value="a"), DayCount(day=D[2], count=1, value="a")]
    runs = [
        run("a", "2026-11-05 10:00", AccessState.OK),
        run("a", "2026-11-07 10:00", AccessState.NEEDS_LOGIN),
    ]
    spans = known_spans(counts, runs)
    assert spans == {"a": Span(D[0], D[4])}
    series = day_series([DayCount(day=D[0], count=3, value="neutral")], spans, D[0], D[6])
    assert [day.total for day in series] == [3, 0, 0, 0, 0, None, None]
    assert [day.collected for day in series] == ["all"] * 5 + ["none"] * 2


def test_a_day_one_channel_missed_is_marked_as_partly_collected():
    spans = {"a": Span(D[0], D[3]), "b": Span(D[2], D[2])}
    series = day_series([], spans, D[0], D[4])
    assert [day.collected for day in series] == ["all", "all", "all", "some", "none"]


def test_an_imported_channel_is_known_as_far_as_its_posts_reach():
    counts = [DayCount(day=D[n], count=1, value="file") for n in (1, 4)]
    assert known_spans(counts, []) == {"file": Span(D[1], D[4])}


def test_the_day_of_the_last_crawl_is_not_taken_for_a_full_day():
    spans = {"a": Span(D[0], D[2])}
    series = [full(D[0], 1, 1), full(D[1], 2, 2), full(D[2], 0, 1)]
    assert last_full_day(series, spans) == series[1]
    assert last_full_day([Day(D[0], "none", None)], spans) is None


def test_a_day_is_not_compared_with_one_nobody_collected():
    series = [Day(D[0], "none", None), full(D[1], 2, 2)]
    assert what_changed(series, series[1], {}, {}).before is None


def test_what_changed_names_the_topic_that_rose_most():
    series = [full(D[0], 2, 98), full(D[1], 60, 40)]
    change = what_changed(series, series[1], {"wages": 9, "living": 3}, {"living": 5})
    assert (change.volume, change.negative) == ("unclear", "up")
    assert list(change.topics.items()) == [("wages", 9), ("living", -2)]
    assert change.topic == "up"


@given(st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 9))
def test_grouping_days_loses_no_post_and_invents_none(totals, step):
    days = [
        Day(
            D[0] + timedelta(days=n),
            "none" if t is None else "all",
            None if t is None else {"x": t},
        )
        for n, t in enumerate(totals)
    ]
    stretches = grouped(days, step)
    assert sum(s.total or 0 for s in stretches) == sum(t or 0 for t in totals)
    for number, stretch in enumerate(stretches):
        unknown = all(t is None for t in totals[number * step : (number + 1) * step])
        assert (stretch.total is None) == unknown


def test_topics_come_most_spoken_of_first_with_their_negative_share():
    rows = topics_by_sentiment(
        [
            CrossCount(row="wages", column="negative", count=3),
            CrossCount(row="living", column="positive", count=5),
            CrossCount(row="wages", column="neutral", count=1),
        ]
    )
    assert [(row.topic, row.total, row.negative.part) for row in rows] == [
        ("living", 5, 0),
        ("wages", 4, 3),
    ]


def test_the_negative_share_of_an_unknown_day_is_unknown():
    assert negative_share(Day(D[0], "none", None)).value is None
