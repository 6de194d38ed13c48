"""Crawl, ingest and alerts in a loop."""

import json
import re
import subprocess
import sys
import time
from datetime import datetime

from monitor import wiring
from monitor.alerts import Alert, stopped_channels, urgent_posts
from monitor.settings import Settings
from posts.errors import SettingsError, StoreUnavailable
from posts.model import CHINA
from posts.query import PostQuery

UNITS = {"s": 1, "m": 60, "h": 3600}
MOST_ALERTS = 1000


def parse_interval(text: str) -> int:
    """Turn ``15m``, ``2h`` or ``90s`` into seconds.

    Raises:
        SettingsError: it is none of these, or 0.
    """
    match = re.fullmatch(r"([1-9]\d{0,5})([smh])", text.strip())
    if not match:
        raise SettingsError(f"--every {text!r}: expected a number with s, m or h, such as 15m")
    return int(match[1]) * UNITS[match[2]]


def watch_channels(settings: Settings, every: int, rounds: int | None = None) -> None:
    """Crawl every ``every`` seconds and print what is new to look at; ends after ``rounds``."""
    done = 0
    known: set[Alert] = set()
    while True:
        started = time.monotonic()
        before = _archive_head(settings)
        # A crawl is a process of its own: a reactor runs once, and a crash must not end the watch.
        crawl = subprocess.run([sys.executable, "-m", "monitor", "crawl"], check=False)
        if crawl.returncode:
            _say(f"crawl ended with exit code {crawl.returncode}; the next round tries again")
        alerts = round_alerts(settings, after=before)
        for alert in alerts:
            if alert not in known:  # a channel that stays stopped is told once
                _say(alert.text)
                _keep(settings, alert)
        known = set(alerts)
        done += 1
        if done == rounds:
            return
        time.sleep(max(0.0, every - (time.monotonic() - started)))


def round_alerts(settings: Settings, *, after: int) -> list[Alert]:
    """Alerts of one round: channels that stopped, urgent posts archived after ``after``."""
    archive, store = wiring.archive(settings), wiring.store(settings)
    try:
        runs = archive.runs()
        page = store.search(
            PostQuery(urgent=True, by_channel=None), sort="newest", size=MOST_ALERTS
        )
        return stopped_channels(runs) + urgent_posts((hit.found for hit in page.hits), after=after)
    except StoreUnavailable as error:
        _say(f"the index is away ({error}); posts wait in the archive")
        return stopped_channels(runs)
    finally:
        store.close()
        archive.close()


def _archive_head(settings: Settings) -> int:
    archive = wiring.archive(settings)
    try:
        return archive.head()
    finally:
        archive.close()


def _say(text: str) -> None:
    print(f"{datetime.now(CHINA):%Y-%m-%d %H:%M} {text}", flush=True)  # noqa: T201


def _keep(settings: Settings, alert: Alert) -> None:
    line = {"time": datetime.now(CHINA).isoformat(timespec="seconds"), **alert.model_dump()}
    with (settings.data / "alerts.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
