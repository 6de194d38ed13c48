"""How long a login holds is read from the login itself, and warned of early."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import wiring
from monitor.answers import status_lines
from monitor.channels import Channel
from monitor.logins import KEPT_COOKIES, Login, login_of, login_warning, note_expiry, profile_folder
from monitor.settings import Settings
from posts.errors import SettingsError
from posts.model import CHINA

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=CHINA)
IN_TEN_DAYS = NOW + timedelta(days=10)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "data",
        key="5a" * 32,
        profiles=tmp_path / "profiles",
        channels=tmp_path / "channels.yaml",
        model="baseline",
    )


def channel(source: str = "weibo-mobile", **more: Any) -> Channel:
    return Channel(id="w", name="星河集团工会", source=source, account="1", **more)


def keep(settings: Settings, *cookies: dict[str, Any]) -> None:
    folder = profile_folder(settings, "w")
    folder.mkdir(parents=True)
    (folder / KEPT_COOKIES).write_text(json.dumps(cookies), "utf-8")


@pytest.mark.parametrize("form", ["{}", "02_{}", "03%5F{}"])
def test_weibos_cookie_says_when_it_ends(
    form: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alf = form.format(int(IN_TEN_DAYS.timestamp()))
    monkeypatch.setenv("COOKIE_W", f"SUB=abc; ALF={alf}; _T_WM=1")
    login = login_of(channel(secrets="COOKIE_W"), settings)
    assert login == Login(kind="cookie", expires_at=IN_TEN_DAYS)
    assert login.days_left(NOW) == 10
    assert login_warning("w", login, NOW) is None


def test_a_cookie_that_does_not_say_is_unknown_and_no_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOKIE_W", "SUB=abc; HALF=1764000000")
    login = login_of(channel(secrets="COOKIE_W"), settings)
    assert login == Login(kind="cookie")
    assert (login.days_left(NOW), login_warning("w", login, NOW)) == (None, None)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=8), None),
        (timedelta(days=6, hours=5), "the login ends in 6 days; gongsheng login w"),
        (timedelta(days=-2), "the login ended on 2026-11-23; gongsheng login w"),
    ],
)
def test_a_person_is_warned_a_week_before(left: timedelta, expected: str | None) -> None:
    login = Login(kind="profile", expires_at=NOW + left)
    assert login_warning("w", login, NOW) == expected


@pytest.mark.parametrize(
    "cookies",
    [
        [{"name": "ALF", "value": str(int(IN_TEN_DAYS.timestamp())), "expires": -1}],
        [
            {"name": "sessionid", "value": "x", "expires": -1},
            {"name": "sessionid_ss", "value": "x", "expires": IN_TEN_DAYS.timestamp()},
        ],
    ],
)
def test_a_profile_says_when_its_login_ends(
    cookies: list[dict[str, Any]], settings: Settings
) -> None:
    keep(settings, *cookies)
    assert login_of(channel(), settings) == Login(kind="profile", expires_at=IN_TEN_DAYS)


def test_a_token_ends_when_the_crawl_noted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_W", "2.00abc")
    api = channel("weibo-api", secrets="TOKEN_W")
    assert login_of(api, settings) == Login(kind="token")
    note_expiry(settings.data, "w", IN_TEN_DAYS)
    login = login_of(api, settings)
    assert login == Login(kind="token", expires_at=IN_TEN_DAYS)
    warning = login_warning("w", login, IN_TEN_DAYS - timedelta(days=3))
    assert warning == "the login ends in 3 days; renew the token"


def test_a_site_needs_no_login_and_others_say_that_they_miss_one(settings: Settings) -> None:
    assert login_of(channel("website"), settings) is None
    assert login_of(channel(base_url="http://127.0.0.1:1"), settings) is None
    missing = login_of(channel(), settings)
    assert missing == Login(kind="missing")
    assert "gongsheng login w" in (login_warning("w", missing, NOW) or "")
    assert login_of(channel(secrets="SET_NOWHERE"), settings) == Login(kind="missing")


def test_a_profile_never_lies_in_the_data_folder(settings: Settings) -> None:
    inside = settings.model_copy(update={"profiles": settings.data / "profiles"})
    with pytest.raises(SettingsError, match="lies in the data folder"):
        profile_folder(inside, "w")


def test_status_warns_of_a_login_that_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = "{id: w, name: 甲, source: weibo-mobile, account: '1', secrets: COOKIE_W}"
    settings.channels.write_text(f"channels:\n- {entry}\n", "utf-8")
    soon = datetime.now(CHINA) + timedelta(days=3, hours=1)
    monkeypatch.setenv("COOKIE_W", f"SUB=abc; ALF={int(soon.timestamp())}")
    now = wiring.current_status(settings)
    assert now.channels[0].login_days_left == 3
    (line,) = [line for line in status_lines(now).splitlines() if line.startswith("w ")]
    assert line.split(maxsplit=1)[1].startswith("not crawled yet")
    assert "the login ends in 3 days" in line
