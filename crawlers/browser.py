"""The real browser: which one, with which profile, and how Scrapy is told to use it.

People log in, programs read: the profile holds the login that ``gongsheng login`` left there.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scrapy

from monitor.logins import KEPT_COOKIES
from posts.errors import SettingsError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

__all__ = [
    "FIND",
    "SCRAPY",
    "SCROLL",
    "chromium",
    "first_request",
    "keep_cookies",
    "launch_options",
    "make_profile",
    "open_context",
]

Cookie = dict[str, Any]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{}.0.0.0 Mobile Safari/537.36"
)
"""What Chromium calls itself on every phone."""

HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
SCRAPY: Mapping[str, Any] = {
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
    "PLAYWRIGHT_BROWSER_TYPE": "chromium",
    "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
    # The browser's own headers: a page must see one and the same visitor in all its requests.
    "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
}
"""Scrapy's settings for a channel that is read in a browser."""


SCROLL = """() => {
  const high = [document.scrollingElement, ...document.querySelectorAll('*')].filter(
    (one) => one && one.scrollHeight > one.clientHeight + 8 &&
      (one === document.scrollingElement || /auto|scroll/.test(getComputedStyle(one).overflowY)));
  for (const one of high) { one.scrollTop -= 40; one.scrollTop = one.scrollHeight; }
  // A page that fits its window has nothing to scroll, and hears of the wheel all the same.
  window.dispatchEvent(new Event('scroll'));
}"""
"""Lists of these pages scroll in the window or in a box of their own; a little up first, so that
a page that stands at its end hears of it again."""

FIND = """([pattern, again]) => {
  const told = (window.gongshengTold ||= new WeakMap());
  if (again) told.delete(window.gongshengLast);
  const wanted = new RegExp(pattern);
  for (const one of document.querySelectorAll('a, button, span, div, p')) {
    const text = (one.innerText || '').trim();
    if (!text || text.length > 40 || !one.offsetParent || !wanted.test(text)) continue;
    if ([...one.children].some((child) => wanted.test((child.innerText || '').trim()))) continue;
    if (told.get(one) === text) continue;
    told.set(one, text);
    window.gongshengLast = one;
    return one;
  }
  return null;
}"""
"""The next visible element with such a text that was not given yet, innermost first; with
``again`` the last one may be given once more."""


def chromium(chosen: Path | None = None) -> Path:
    """Find the browser: the chosen one, else the system's.

    Raises:
        SettingsError: there is none.
    """
    if chosen is not None:
        if not os.access(chosen, os.X_OK):
            raise SettingsError(f"GONGSHENG_CHROMIUM: {chosen} is no program that can be run")
        return chosen
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SettingsError(
            "no Chromium found; install it (apt-get install chromium) or set GONGSHENG_CHROMIUM"
        )
    return Path(found)


def launch_options(
    program: Path, profile: Path, *, window: bool, phone: bool = False
) -> dict[str, Any]:
    """Options of a persistent context: a browser that remembers its logins in ``profile``.

    Args:
        program: the browser.
        profile: folder.
        window: show it on the display.
        phone: as wide as a phone and named as one, for sites that show phones other pages.
    """
    options = {
        "user_data_dir": str(make_profile(profile)),
        "executable_path": str(program),
        "headless": not window,
        "args": list(QUIET),
        # Chromium refuses its sandbox to root.
        "chromium_sandbox": os.geteuid() != 0,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 900},
    }
    if not phone:
        return options
    screen = {"viewport": {"width": 412, "height": 915}, "is_mobile": True, "has_touch": True}
    return {**options, **screen, "user_agent": PHONE.format(_version(program))}


@cache
def _version(program: Path) -> int:
    """The browser's own version; the one of Debian 12 where it does not say."""
    command = [str(program), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\b(\d+)\.", said)
    return int(found[1]) if found else 140


def first_request(
    address: str, options: Mapping[str, Any], attach: Callable[..., Any], timeout: float
) -> scrapy.Request:
    """Ask Scrapy to open a page in a browser and to leave it open.

    Args:
        address: of the page.
        options: see ``launch_options``.
        attach: called with the page before it is opened.
        timeout: seconds.
    """
    meta = {
        "playwright": True,
        "playwright_include_page": True,
        "playwright_context_kwargs": dict(options),
        "playwright_page_init_callback": attach,
        "playwright_page_goto_kwargs": {
            "wait_until": "domcontentloaded",
            "timeout": 1000 * timeout,
        },
        "dont_redirect": True,
        "handle_httpstatus_all": True,
    }
    return scrapy.Request(address, meta=meta, dont_filter=True)


def make_profile(folder: Path) -> Path:
    """Make the folder of a profile, closed to everybody else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def kept_cookies(profile: Path) -> list[Cookie]:
    """Read the cookies of the last visit; none where there was none."""
    try:
        cookies = json.loads((profile / KEPT_COOKIES).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return cookies if isinstance(cookies, list) else []


async def open_context(
    context: "BrowserContext", profile: Path, login: Mapping[Any, Any], address: str
) -> None:
    """Give a browser the cookies that it forgot at its last end, and those of a secret.

    Args:
        login: cookies by name, of the channel's secret.
        address: the place they belong to.
    """
    kept = {(one.get("name"), one.get("domain")): one for one in kept_cookies(profile)}
    for one in await context.cookies():
        kept.pop((one.get("name"), one.get("domain")), None)
    secret = [{"name": str(k), "value": str(v), "url": address} for k, v in login.items()]
    cookies: Any = [*kept.values(), *secret]
    await context.add_cookies(cookies)


def keep_cookies(profile: Path, cookies: Iterable[Mapping[str, Any]]) -> None:
    """Write down all cookies: a browser forgets those of the session when it closes."""
    draft = profile / f"{KEPT_COOKIES}.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(list(cookies)), "utf-8")
    draft.replace(profile / KEPT_COOKIES)
