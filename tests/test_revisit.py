from datetime import datetime, timedelta

import pytest

from crawlers.revisit import is_due
from posts.model import CHINA

NOW = datetime(2026, 11, 20, 12, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("age", "read", "due"),
    [
        (timedelta(hours=3), timedelta(minutes=5), True),
        (timedelta(days=1, hours=23), timedelta(minutes=5), True),
        (timedelta(days=3), timedelta(hours=6), False),
        (timedelta(days=3), timedelta(hours=23, minutes=30), True),
        (timedelta(days=20), timedelta(days=3), False),
        (timedelta(days=20), timedelta(days=7), True),
        (timedelta(days=61), timedelta(days=50), False),
        (timedelta(days=20), None, True),
        (timedelta(days=61), None, False),
        (None, timedelta(minutes=5), True),
    ],
)
def test_a_post_is_read_again_ever_more_rarely(
    age: timedelta | None, read: timedelta | None, due: bool
) -> None:
    published_at = None if age is None else NOW - age
    read_at = None if read is None else NOW - read
    assert is_due(published_at, read_at, NOW) is due


def test_after_two_days_a_post_costs_few_readings() -> None:
    published = at = NOW
    readings, read_at = 0, None
    while at < published + timedelta(days=90):
        at += timedelta(minutes=15)
        if at - published >= timedelta(days=2) and is_due(published, read_at, at):
            readings, read_at = readings + 1, at
    assert 15 <= readings <= 30
