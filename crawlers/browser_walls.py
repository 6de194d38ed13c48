"""What the browser complains of and where it was sent, as named states."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError

from crawlers.access import Stopped, Verdict
from posts.errors import SettingsError
from posts.model import AccessState

__all__ = ["judge_failure", "look_at_address", "told"]

TO_LOGIN = re.compile(r"login|signin|passport\.", re.IGNORECASE)
TO_CAPTCHA = re.compile(r"captcha", re.IGNORECASE)
DAMAGED = re.compile(r"ERR_(CONTENT_DECODING_\w+|INVALID_\w+|RESPONSE_\w+)")


def look_at_address(url: str) -> None:
    """Stop where the page has sent us to the login or to a captcha.

    Raises:
        Stopped: it has.
    """
    parts = urlsplit(url)
    place = f"{parts.netloc}{parts.path}"
    if TO_CAPTCHA.search(place):
        raise Stopped(AccessState.CAPTCHA, "the page asks for a captcha; solve it in a browser")
    if TO_LOGIN.search(place):
        raise Stopped(AccessState.NEEDS_LOGIN, "sent to the login page; log in again")


@contextmanager
def told() -> Iterator[None]:
    """Turn what the browser complains of into ``Stopped``."""
    try:
        yield
    except BrowserError as error:
        if "interrupted by another navigation" in error.message:
            return
        verdict = judge_failure(error.message, "the page")
        raise Stopped(verdict.state, verdict.detail) from error
    except (SettingsError, OSError) as error:
        raise Stopped(AccessState.BAD_SHAPE, str(error)) from error


def judge_failure(message: str, what: str) -> Verdict:
    """Name what the browser says of a request without an answer."""
    found = re.search(r"net::(ERR_\w+)", message)
    code = found[1] if found else message.strip().partition("\n")[0][:80]
    if code == "ERR_TOO_MANY_REDIRECTS":
        return Verdict(AccessState.NEEDS_LOGIN, f"{what} is sent in a circle: log in again")
    if DAMAGED.fullmatch(code):
        return Verdict(AccessState.BAD_SHAPE, f"{what} came damaged: {code}")
    if "SingletonLock" in message or "ProcessSingleton" in message:
        return Verdict(AccessState.THROTTLED, "the profile is in use by another browser")
    if "launch" in message.partition("\n")[0]:
        return Verdict(AccessState.BAD_SHAPE, f"the browser did not start: {code}")
    return Verdict(AccessState.THROTTLED, f"{what} got no answer: {code}")
