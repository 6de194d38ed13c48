"""A browser that goes silent must not hold the crawl, and whoever waits for it, for ever."""

import os
import signal
import subprocess
import threading
import time

import pytest

import crawlers.run
from posts.model import AccessState

pytestmark = pytest.mark.browser


def drivers() -> list[int]:
    """Process ids of the browser drivers that this process started."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    ours = {os.getpid()}
    for _ in range(5):
        ours |= {int(pid) for pid, parent, _ in rows if int(parent) in ours}
    return [int(pid) for pid, _, said in rows if int(pid) in ours and "playwright/driver" in said]


def test_a_silent_browser_is_given_up(visit, monkeypatch):
    monkeypatch.setattr(crawlers.run, "_SILENCE", 3.0)
    before, frozen = set(drivers()), []

    def freeze() -> None:
        until = time.monotonic() + 30
        while not frozen and time.monotonic() < until:
            time.sleep(0.5)
            frozen.extend(set(drivers()) - before)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)

    thread = threading.Thread(target=freeze)
    thread.start()
    try:
        run = visit("weibo-web", timeout=1, posts=None)
    finally:
        thread.join()
        for pid in frozen:
            os.kill(pid, signal.SIGKILL)
    assert frozen
    assert run.state is AccessState.BAD_SHAPE
    assert "silent" in run.detail
