"""A person logs in, in a visible browser; the channel's profile keeps the login."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from playwright.sync_api import BrowserContext, sync_playwright
from playwright.sync_api import Error as BrowserError

from crawlers.address import address
from crawlers.browser import chromium, keep_cookies, launch_options
from monitor.channels import Channel
from monitor.logins import Login, login_of, profile_folder
from monitor.settings import Settings
from posts.errors import SettingsError

__all__ = ["log_in"]


class Door(NamedTuple):
    """Where people log in, and the cookies that only a person who did has all of."""

    home: str
    path: str
    cookies: frozenset[str]
    phone: bool = False
    """The pages are those for phones."""


DOORS: Mapping[str, Door] = {
    # A mere visitor has a SUB too; ALF, the day it ends, comes with a login.
    "weibo-web": Door("https://weibo.com", "/login.php", frozenset({"SUB", "ALF"})),
    "weibo-mobile": Door(
        "https://m.weibo.cn",
        "/login?backURL=https%3A%2F%2Fm.weibo.cn%2F",
        frozenset({"SUB", "ALF"}),
        phone=True,
    ),
    "douyin-creator": Door(
        "https://creator.douyin.com", "/creator-micro/home", frozenset({"sessionid"})
    ),
}
LOOK_AGAIN = 500
"""Milliseconds between two looks at the cookies."""
LET_FINISH = 1500
"""Milliseconds for the page to set all its cookies after the first ones."""


def log_in(channel: Channel, settings: Settings) -> Login:
    """Open a browser window and wait until somebody has logged in.

    Raises:
        SettingsError: this source is not read in a browser, there is no display or no browser, or
            the window was closed without a login.
    """
    door = DOORS.get(channel.source)
    if door is None:
        raise SettingsError(
            f"channel {channel.id}: {channel.source} is not read in a browser (but "
            f"{' and '.join(DOORS)} are); its login is what the entry `secrets` names"
        )
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SettingsError(
            "no display to open a browser window on; run this on a desktop, or copy the profile "
            f"{profile_folder(settings, channel.id)} from a computer that has one"
        )
    profile = profile_folder(settings, channel.id)
    options = launch_options(chromium(settings.chromium), profile, window=True, phone=door.phone)
    place = address(door.path, None, home=door.home, base_url=channel.base_url)
    try:
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(**options)
            cookies = _wait(context, place, door)
    except BrowserError as error:
        first = error.message.strip().partition("\n")[0]
        raise SettingsError(f"channel {channel.id}: the browser: {first}") from error
    if cookies is None:
        raise SettingsError(
            f"channel {channel.id}: the window was closed and nobody had logged in; try again"
        )
    keep_cookies(profile, cookies)
    return login_of(channel, settings) or Login(kind="profile")


def _wait(context: BrowserContext, place: str, door: Door) -> list[Any] | None:
    """Show the login page; give the cookies after the login, None where the window was closed."""
    for name in door.cookies:
        # An older login in the profile must not be taken for the new one.
        context.clear_cookies(name=name)
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(place, wait_until="domcontentloaded", timeout=0)
    while not page.is_closed():
        try:
            page.wait_for_timeout(LOOK_AGAIN)
            if door.cookies <= {cookie.get("name") for cookie in context.cookies()}:
                page.wait_for_timeout(LET_FINISH)
                cookies: list[Any] = list(context.cookies())
                context.close()
                return cookies
        except BrowserError:
            if not page.is_closed():
                raise
    return None
