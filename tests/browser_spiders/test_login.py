"""A person logs in at a replayed login page, in a visible browser on a virtual display."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.replay.login import DAYS
from crawlers.replay.people import CHANNEL
from crawlers.replay.server import ReplayServer
from crawlers.run import chosen_channels, crawl
from monitor import wiring
from monitor.logins import profile_folder
from monitor.settings import Settings
from posts.model import AccessState
from tests.browser_spiders.conftest import newest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    program = shutil.which("Xvfb")
    if program is None:
        missing = "no Xvfb: run tests/system_packages.sh (or `apt-get install xvfb`)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    read, write = os.pipe()
    screen = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        yield f":{number.readline().strip()}"
    screen.terminate()
    screen.wait(30)


def environment(settings: Settings, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    return {
        **kept,
        "GONGSHENG_DATA": str(settings.data),
        "GONGSHENG_PROFILES": str(settings.profiles),
        "GONGSHENG_CHANNELS": str(settings.channels),
        **more,
    }


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "monitor", *words]


def write_channels(settings: Settings, source: str, base_url: str) -> Settings:
    file = settings.data.parent / "channels.yaml"
    file.write_text(
        f"channels:\n- id: c\n  name: {CHANNEL.name}\n  source: {source}\n"
        f"  account: '{CHANNEL.number}'\n  base_url: {base_url}\n  pace: {{delay: 0}}\n",
        "utf-8",
    )
    return settings.model_copy(update={"channels": file, "model": "baseline"})


@pytest.mark.parametrize(
    ("source", "platform"),
    [("weibo-web", "weibo"), ("weibo-mobile", "weibo"), ("douyin-creator", "douyin")],
)
def test_a_login_in_the_window_opens_the_channel_to_the_spider(
    source: str, platform: str, settings: Settings, display: str
) -> None:
    with ReplayServer(faults=(), login_wall={platform}) as replay:  # type: ignore[arg-type]
        replay.feed = newest(replay.feed, 6)
        settings = write_channels(settings, source, replay.base_url)
        window = subprocess.Popen(
            command("login", "c"),
            env=environment(settings, DISPLAY=display),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(600):
            if "/signin/state" in replay.requests or window.poll() is not None:
                break
            time.sleep(0.1)
        replay.scan()
        said, complained = window.communicate(timeout=60)
        assert (window.returncode, said) == (0, f"c: logged in, for {DAYS} days\n"), complained
        channels = chosen_channels(settings)
        (run,) = crawl(channels, settings)
        assert (run.state, len(channels)) == (AccessState.OK, 1)
        assert run.new > 6
    assert wiring.current_status(settings).channels[0].login_days_left == DAYS


def test_without_a_display_one_line_says_what_to_do(settings: Settings) -> None:
    settings = write_channels(settings, "weibo-web", "http://127.0.0.1:9")
    done = subprocess.run(
        command("login", "c"),
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert done.stderr.strip().count("\n") == 1
    assert not profile_folder(settings, "c").exists()


def test_a_source_that_needs_no_browser_says_where_its_login_stands(
    settings: Settings, tmp_path: Path
) -> None:
    settings = write_channels(settings, "weibo-api", "http://127.0.0.1:9")
    done = subprocess.run(
        command("login", "c"),
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is not read in a browser" in done.stderr
