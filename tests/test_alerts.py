import json

import pytest

from monitor.alerts import stopped_channels, urgent_posts
from monitor.settings import Settings
from monitor.watch import parse_interval, round_alerts, watch_channels
from posts.archive import Archive
from posts.errors import SettingsError
from posts.model import AccessState
from tests.filled_house import RUNS, fill, run
from tests.sample_posts import tagged


@pytest.mark.parametrize(("text", "seconds"), [("15m", 900), ("2h", 7200), ("90s", 90)])
def test_intervals_are_read(text, seconds):
    assert parse_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "0m", "m", "-5m", "1.5h", "15 m", "1d"])
def test_other_intervals_are_refused(text):
    with pytest.raises(SettingsError, match="15m"):
        parse_interval(text)


def test_only_urgent_posts_of_this_round_are_told():
    found = [tagged(str(n), f"第{n}条", version=n, urgent=True) for n in (9, 7, 3)]
    assert [alert.post_id for alert in urgent_posts(found, after=5)] == ["weibo:7", "weibo:9"]


def test_a_channel_that_recovered_raises_no_alert():
    runs = [
        run("weibo-main", "2026-11-13 09:00", AccessState.CAPTCHA),
        run("weibo-main", "2026-11-14 09:00", AccessState.OK),
        run("douyin-main", "2026-11-14 09:00", AccessState.NEEDS_LOGIN),
    ]
    assert [alert.channel for alert in stopped_channels(runs)] == ["douyin-main"]


def test_a_throttled_channel_needs_no_person():
    assert stopped_channels([run("a", "2026-11-13 09:00", AccessState.THROTTLED)]) == []


def test_a_round_tells_of_stopped_channels_and_urgent_posts(tmp_path):
    fill(tmp_path)
    alerts = round_alerts(Settings(data=tmp_path), after=0)
    assert {alert.channel for alert in alerts if alert.rule == "channel_stopped"} == {
        "weibo-main", "douyin-main",
    }  # fmt: skip
    assert len(RUNS) == 4
    assert [alert for alert in alerts if alert.rule == "urgent_post"]


def test_a_watch_crawls_and_keeps_what_it_told(tmp_path, monkeypatch, capfd):
    data = tmp_path / "data"
    archive = Archive(data / "archive")
    archive.add_run(run("weibo-main", "2026-11-17 09:00", AccessState.CAPTCHA))
    archive.close()
    monkeypatch.setenv("GONGSHENG_DATA", str(data))
    monkeypatch.setenv("GONGSHENG_CHANNELS", str(tmp_path / "missing.yaml"))
    watch_channels(Settings(data=data), every=0, rounds=2)
    kept = [json.loads(line) for line in (data / "alerts.jsonl").read_text().splitlines()]
    assert [line["rule"] for line in kept] == ["channel_stopped"]
    assert "the next round tries again" in capfd.readouterr().out
