"""Run the dashboard as a child process on loopback, and end it cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from types import FrameType

from dashboard.door import LOOPBACK
from monitor import wiring
from monitor.accounts import FIRST
from monitor.people import People
from monitor.settings import Settings
from posts.errors import SettingsError

COMMAND = [sys.executable, "-m", "dashboard.server"]
"""Its other settings stand in ``.streamlit/config.toml``."""
_PORTS_TRIED = 50
_START_SECONDS = 60
_STOP_SECONDS = 10


def serve_dashboard(settings: Settings, *, headless: bool) -> int:
    """Serve until Ctrl-C or a terminating signal; return the exit code.

    Raises:
        SettingsError: no port is free at or above ``GONGSHENG_PORT``, or the dashboard would be
            open to a network without accounts.
    """
    invite(settings)
    settings = settings.model_copy(update={"port": free_port(settings.port, settings.host)})
    address = f"http://{_reachable(settings.host)}:{settings.port}"
    # A closed terminal (SIGHUP) must not leave the child behind.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)
    child = subprocess.Popen(COMMAND, env=environment(settings))  # noqa: S603
    try:
        if _answers(address, child):
            print(f"Dashboard: {address}  (stop with Ctrl-C)", flush=True)  # noqa: T201
            if not headless and has_desktop():
                webbrowser.open(address)
        return child.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(child)


def free_port(first: int, host: str = "127.0.0.1") -> int:
    """The first free port at or above the one asked for.

    Raises:
        SettingsError: none of the next ports is free.
    """
    for port in range(first, min(first + _PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SettingsError(f"GONGSHENG_PORT={first}: no free port from there on; set another one")


def invite(settings: Settings) -> None:
    """Make the first administrator where accounts are wanted; tell the password this once.

    Raises:
        SettingsError: the dashboard would be open to a network without accounts, or a setting of
            the organisation's login is wrong.
    """
    if settings.oidc_issuer is not None:
        wiring.organisation_secret(settings)
    office = wiring.office(settings)
    try:
        people = wiring.people(settings, office)
        if settings.accounts and (password := people.first()):
            print(  # noqa: T201
                f"Account {FIRST} with the one-time password {password}  (shown this once)",
                flush=True,
            )
        refuse_open_network(settings, people)
    finally:
        office.close()


def refuse_open_network(settings: Settings, people: People) -> None:
    """Let nothing listen to a network while there are no accounts.

    Raises:
        SettingsError: it would.
    """
    open_ = not wiring.accounts_wanted(settings) and not people.any()
    if open_ and settings.host not in LOOPBACK:
        raise SettingsError(
            f"GONGSHENG_HOST={settings.host}: without accounts everyone in the network would "
            "read everything; set GONGSHENG_ACCOUNTS=true, or run `gongsheng users add`"
        )


def _reachable(host: str) -> str:
    """How this machine itself reaches an address it listens on."""
    if host in ("0.0.0.0", "::"):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the child: ours, with the settings spelled out."""
    told = {
        f"GONGSHENG_{name.upper()}": json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in settings.model_dump(mode="json").items()
        if value is not None
    }
    return {**os.environ, **told, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}


def has_desktop() -> bool:
    """Whether a browser can be opened here."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _answers(address: str, child: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310
                return True
        except OSError:
            time.sleep(0.2)
    return False


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
