from datetime import datetime, timedelta

import pytest

from crawlers.shard import of_shard, parse_shard
from monitor.channels import Channel
from monitor.fleet import fleet, fleet_lines
from monitor.status import ChannelStatus
from posts.errors import SettingsError
from posts.model import CHINA, AccessState, Coverage

NOW = datetime(2026, 11, 20, 12, tzinfo=CHINA)


def one(name: str, state: AccessState | None, hours: float | None, **more: object) -> ChannelStatus:
    reached = None if hours is None else NOW - timedelta(hours=hours)
    return ChannelStatus.model_validate(
        {"id": name, "name": "工会", "state": state, "reached_at": reached, **more}
    )


def test_the_worst_come_first() -> None:
    rows = fleet(
        [
            one("well", AccessState.OK, 1),
            one("slow", AccessState.THROTTLED, 30),
            one("out", AccessState.NEEDS_LOGIN, 2, detail="log in again"),
            one("new", None, None),
            one("soon", AccessState.OK, 1, login_days_left=3, login_warning="ends in 3 days"),
        ],
        NOW,
    )
    assert [row.id for row in rows] == ["out", "soon", "new", "slow", "well"]
    assert [row.needs_a_person for row in rows] == [True, True, False, False, False]


def test_a_row_says_state_lag_coverage_and_login() -> None:
    held = Coverage(declared=300, fetched=279)
    (row,) = fleet([one("a", AccessState.OK, 3, coverage=held, login_days_left=12)], NOW)
    assert (row.lag, row.coverage, row.login_days_left) == (timedelta(hours=3), 0.93, 12)
    heading, line = fleet_lines([row])
    assert heading.split()[0] == "channel"
    assert line.split() == ["a", "ok", "3", "h", "ago", "279", "of", "300", "12", "days"]


def test_a_channel_that_we_paused_ourselves_is_not_shown_as_throttled() -> None:
    paused, slowed = fleet(
        [
            one("paused", AccessState.THROTTLED, 30, paused=True, detail="today's requests"),
            one("slowed", AccessState.THROTTLED, 30),
        ],
        NOW,
    )[::-1]
    assert (paused.id, slowed.id) == ("paused", "slowed"), "what the platform refused comes first"
    _, first, second = fleet_lines([slowed, paused])
    assert "throttled" in first
    assert "paused by us" in second
    assert "throttled" not in second


def test_unknown_is_not_zero() -> None:
    (row,) = fleet([one("a", AccessState.OK, 1, coverage=Coverage(declared=None, fetched=0))], NOW)
    assert (row.declared, row.coverage) == (None, None)
    assert fleet_lines([]) == []


def channels(count: int) -> list[Channel]:
    return [
        Channel(id=f"c{n}", name="工会", source="website", account="a.example")
        for n in range(count)
    ]


def test_every_channel_is_in_exactly_one_shard_whoever_else_is_there() -> None:
    parts = [of_shard(channels(400), parse_shard(f"{n}/8")) for n in range(1, 9)]
    assert sorted(c.id for part in parts for c in part) == sorted(c.id for c in channels(400))
    assert all(25 <= len(part) <= 80 for part in parts)
    few = [of_shard(channels(10), parse_shard(f"{n}/8")) for n in range(1, 9)]
    assert all(set(a) <= set(b) for a, b in zip(few, parts, strict=True))


@pytest.mark.parametrize("text", ["9/8", "0/8", "2", "a/b", "2/0", "-1/8"])
def test_a_shard_that_is_none_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="expected a part of all, such as 2/8"):
        parse_shard(text)
