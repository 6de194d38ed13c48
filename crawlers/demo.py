"""The demo: the bundled channels on loopback, crawled, tagged, indexed and shown."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import yaml
from rich.console import Console

from crawlers.replay.people import CHANNEL
from crawlers.replay.server import ReplayServer
from crawlers.replay.website import SITE
from crawlers.report import print_runs
from crawlers.run import crawl
from monitor import wiring
from monitor.channels import Channel, load_channels
from monitor.settings import Settings
from posts.errors import SettingsError

__all__ = ["demo_channels", "run_demo"]

LOOKED_AT = 5000
"""Versions of the archive that are looked at for real posts."""


def run_demo(settings: Settings, *, dashboard: bool) -> None:
    """Crawl the bundled channels into the data folder; a second run on a day finds nothing new.

    Args:
        dashboard: open the dashboard at the end and stay until it is closed.

    Raises:
        SettingsError: the data folder holds posts of real channels.
    """
    _keep_apart(settings)
    with ReplayServer() as replay:
        file = _write_channels(settings.data, replay.base_url)
        runs = crawl(load_channels(file), settings)
        print_runs(runs, wiring.ingest_or_wait(settings))
        if dashboard:
            _open_dashboard(settings.model_copy(update={"channels": file}))


def _keep_apart(settings: Settings) -> None:
    """Refuse a folder of real posts; one that was a demo's before is the demo's."""
    archive = wiring.archive(settings)
    try:
        own = {str(entry["id"]) for entry in _entries("")}
        visited = {run.channel for run in archive.runs()}
        found = (post.channel for _, post in archive.since(0, limit=LOOKED_AT))
        others = visited - own or {channel for channel in found if channel not in own}
    finally:
        archive.close()
    if others and not visited & own:
        raise SettingsError(
            f"the data folder {settings.data} holds posts of {', '.join(sorted(others)[:3])}; the "
            "demo's posts are invented and may not mix with them: name another folder, such as "
            "GONGSHENG_DATA=demo-data gongsheng demo"
        )


def demo_channels(base_url: str) -> list[Channel]:
    """Return the invented union's channels as they stand at ``base_url``."""
    return [Channel.model_validate(entry) for entry in _entries(base_url)]


def _entries(base_url: str) -> list[dict[str, object]]:
    name, account = CHANNEL.name, str(CHANNEL.number)
    # The server is ours, so nobody has to be spared.
    rest = {"base_url": base_url, "pace": {"delay": 0}}
    return [
        {"id": "demo-weibo", "name": name, "source": "weibo-mobile", "account": account, **rest},
        {"id": "demo-douyin", "name": name, "source": "douyin-creator", "account": account, **rest},
        {
            "id": "demo-site",
            "name": name,
            "source": "website",
            "account": f"{SITE}/feed.xml",
            **rest,
        },
    ]


def _write_channels(data: Path, base_url: str) -> Path:
    """Write the channel file of the demo, so that the dashboard and ``crawl`` can name it too."""
    file = data / "demo-channels.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    head = "# Written by `gongsheng demo`; its channels answer while the demo runs.\n"
    text = yaml.safe_dump({"channels": _entries(base_url)}, allow_unicode=True, sort_keys=False)
    file.write_text(head + text, "utf-8")
    return file


def _open_dashboard(settings: Settings) -> None:
    Console(stderr=True).print("The dashboard opens; Ctrl-C ends the demo.")
    command = [sys.executable, "-m", "monitor", "serve"]
    child = subprocess.Popen(command, env=_environment(settings))  # noqa: S603
    while child.poll() is None:
        # Ctrl-C reaches the child as well; give it the time to end its own child.
        with suppress(KeyboardInterrupt):
            child.wait()


def _environment(settings: Settings) -> Mapping[str, str]:
    """Hand the settings on to another process."""
    # Secrets came from the environment and are still there; a dump would only hold stars.
    secrets = {"store_api_key", "store_password"}
    values = settings.model_dump(mode="json", exclude_none=True, exclude=secrets)
    named = {f"GONGSHENG_{name.upper()}": str(value) for name, value in values.items()}
    return {**os.environ, **named}
