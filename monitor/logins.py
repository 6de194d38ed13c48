"""How long the logins of the channels still hold: cookies, browser profiles, tokens.

Nothing is asked of a platform here: the day on which a login ends stands in the login itself
(cookie ``ALF`` of Weibo, the expiry of Douyin's session cookie), or a crawl noted it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from monitor.channels import Channel, secret
from monitor.settings import Settings
from posts.errors import SettingsError
from posts.model import china_time

__all__ = ["EARLY", "Login", "login_of", "login_warning", "note_expiry", "profile_folder"]

EARLY = timedelta(days=7)
"""A login that ends sooner is warned of: somebody has to find the time to log in."""
KEPT_COOKIES = "gongsheng-cookies.json"
"""In a profile: the cookies of the last visit, those too that a browser forgets when it closes."""
SESSION = ("sessionid", "sessionid_ss", "sid_tt")
"""Cookies of a Douyin login."""
WITHOUT_LOGIN = frozenset({"website"})

Cookie = Mapping[str, Any]


class Login(BaseModel):
    """The login of one channel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cookie", "profile", "token", "missing"]
    expires_at: AwareDatetime | None = None
    """When it ends; None where it does not say."""

    def days_left(self, now: datetime) -> int | None:
        """Whole days until it ends, negative once it has; None where it does not say."""
        return None if self.expires_at is None else (self.expires_at - now).days


def profile_folder(settings: Settings, channel_id: str) -> Path:
    """Folder of a channel's browser profile.

    Raises:
        SettingsError: it would lie in the data folder, which is copied and shared; a profile
            holds the owner's login.
    """
    root = (settings.profiles or Path("~/.config/gongsheng/profiles")).expanduser()
    if root.resolve().is_relative_to(settings.data.resolve()):
        raise SettingsError(
            f"GONGSHENG_PROFILES: {root} lies in the data folder; profiles hold logins, "
            "choose a folder elsewhere"
        )
    return root / channel_id


def login_of(channel: Channel, settings: Settings) -> Login | None:
    """Look at the login of a channel; None where the source needs none and it has none."""
    noted = _noted(settings.data, channel.id)
    try:
        value = secret(channel, settings.secrets)
    except SettingsError:
        return Login(kind="missing")
    if value is not None:
        if "api" in channel.source.split("-"):
            return Login(kind="token", expires_at=noted)
        return Login(kind="cookie", expires_at=_of_header(value) or noted)
    kept = profile_folder(settings, channel.id) / KEPT_COOKIES
    if kept.exists():
        return Login(kind="profile", expires_at=_of_cookies(_read(kept)))
    if channel.source in WITHOUT_LOGIN or channel.base_url is not None:
        return None
    return Login(kind="missing")


def login_warning(channel_id: str, login: Login | None, now: datetime) -> str | None:
    """Say what somebody has to do about a login; None where there is nothing to do yet."""
    if login is None:
        return None
    if login.kind == "missing":
        return f"no login; gongsheng login {channel_id}, or set its secret"
    if login.expires_at is None or login.expires_at - now > EARLY:
        return None
    again = "renew the token" if login.kind == "token" else f"gongsheng login {channel_id}"
    if login.kind == "cookie":
        again = "log in again and set the new cookie"
    if login.expires_at <= now:
        return f"the login ended on {login.expires_at:%Y-%m-%d}; {again}"
    return f"the login ends in {login.days_left(now)} days; {again}"


def note_expiry(data: Path, channel_id: str, expires_at: datetime) -> None:
    """Remember when a login ends that does not say so itself, such as an access token."""
    file = _note(data, channel_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"expires_at": expires_at.isoformat()}), "utf-8")


def _noted(data: Path, channel_id: str) -> datetime | None:
    try:
        noted = json.loads(_note(data, channel_id).read_text("utf-8"))
        at = datetime.fromisoformat(noted["expires_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return at if at.tzinfo is not None else None


def _note(data: Path, channel_id: str) -> Path:
    return data / "crawl" / f"{channel_id}.login.json"


def _read(kept: Path) -> list[Cookie]:
    try:
        cookies = json.loads(kept.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    found = cookies if isinstance(cookies, list) else []
    return [cookie for cookie in found if isinstance(cookie, dict)]


def _of_header(login: str) -> datetime | None:
    """Read ALF in ``SUB=…; ALF=1760000000``; newer ones are written ``02_1760000000``."""
    found = re.search(r"(?:^|;)\s*ALF=([\w%]+)", login)
    return None if found is None else _alf(found[1])


def _of_cookies(cookies: Iterable[Cookie]) -> datetime | None:
    by_name = {str(cookie.get("name")): cookie for cookie in cookies}
    if "ALF" in by_name:
        return _alf(str(by_name["ALF"].get("value")))
    for name in SESSION:
        expires = by_name.get(name, {}).get("expires")
        if isinstance(expires, int | float) and expires > 0:
            return china_time(expires)
    return None


def _alf(value: str) -> datetime | None:
    found = re.search(r"\d{10}$", value)
    return None if found is None else china_time(int(found[0]))
