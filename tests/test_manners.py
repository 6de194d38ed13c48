from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.access import Stopped
from crawlers.context import Memory, Tally
from crawlers.lanes import Lanes
from crawlers.manners import ask_leave, is_quiet, user_agent
from crawlers.run import scrapy_settings
from monitor.channels import Channel, Pace
from posts.model import CHINA, AccessState

NOON = datetime(2026, 11, 20, 12, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        (None, "03:00", False),
        ("23:00-06:00", "22:59", False),
        ("23:00-06:00", "23:00", True),
        ("23:00-06:00", "03:00", True),
        ("23:00-06:00", "06:00", False),
        ("12:00-13:30", "12:30", True),
        ("12:00-13:30", "13:30", False),
    ],
)
def test_quiet_hours_may_pass_midnight(hours: str | None, clock: str, quiet: bool) -> None:
    assert is_quiet(hours, datetime.fromisoformat(f"2026-11-20T{clock}:00+08:00")) is quiet


def test_a_run_and_a_day_have_their_budgets(tmp_path: Path) -> None:
    pace, memory = Pace(run=2, daily=3), Memory(tmp_path, "a")
    first = Tally()
    for _ in range(2):
        ask_leave(pace, memory, first, NOON)
    with pytest.raises(Stopped, match=r"this run's 2 requests \(pace.run\)") as caught:
        ask_leave(pace, memory, first, NOON)
    assert caught.value.state is AccessState.THROTTLED
    second = Tally()
    ask_leave(pace, memory, second, NOON)
    with pytest.raises(Stopped, match=r"today's 3 requests \(pace.daily\)"):
        ask_leave(pace, memory, second, NOON)
    ask_leave(pace, memory, second, NOON + timedelta(days=1))
    assert (first.requests, second.requests) == (2, 2)


def test_nothing_is_asked_in_quiet_hours(tmp_path: Path) -> None:
    memory, tally = Memory(tmp_path, "a"), Tally()
    with pytest.raises(Stopped, match="quiet hours 11:00-13:00"):
        ask_leave(Pace(quiet="11:00-13:00"), memory, tally, NOON)
    assert tally.requests == 0
    assert memory.spend(date(2026, 11, 20), 1), "nothing was spent"


def test_channels_on_one_host_take_turns_and_others_do_not_wait() -> None:
    lanes = Lanes()
    assert lanes.reserve("m.weibo.cn", "a", 10, now=100) == 0
    assert lanes.reserve("m.weibo.cn", "b", 12, now=101) == 9
    assert lanes.reserve("m.weibo.cn", "c", 10, now=102) == 20
    assert lanes.reserve("creator.douyin.com", "d", 10, now=103) == 0
    assert lanes.reserve("m.weibo.cn", "c", 10, now=122) == 0, "its own pause is kept elsewhere"
    assert lanes.reserve("m.weibo.cn", "a", 10, now=140) == 0


@pytest.mark.parametrize(("delay", "longest"), [(11.5, 60), (300, 1200)])
def test_autothrottle_never_asks_sooner_than_the_channels_pace(delay: float, longest: int) -> None:
    channel = Channel(id="a", name="工会", source="website", account="a", pace=Pace(delay=delay))
    settings = scrapy_settings(channel)
    assert settings.getbool("AUTOTHROTTLE_ENABLED")
    assert settings.getfloat("DOWNLOAD_DELAY") == delay
    assert settings.getfloat("DOWNLOAD_DELAY_JITTER") == 0.3
    assert settings.getfloat("AUTOTHROTTLE_MAX_DELAY") == longest
    assert settings.getint("CONCURRENT_REQUESTS") == 1


def test_we_say_who_we_are_and_whom_to_ask() -> None:
    assert user_agent("https://union.example/robot") == (
        "Gongsheng/0.1 (+https://union.example/robot)"
    )
    assert user_agent(None) == "Gongsheng/0.1"
