"""The login pages of the replayed platforms: a code to scan, and cookies once it is scanned."""

from datetime import datetime, timedelta

from crawlers.replay.answer import Answer, as_json, as_page
from posts.model import CHINA

__all__ = ["COOKIE", "DAYS", "answer"]

COOKIE = "SUB=replayed-login"
"""What only a visitor has who logged in."""
DAYS = 30
"""So long the login holds."""


def answer(path: str, *, scanned: bool) -> Answer | None:
    """Answer a request, or return None where this path is not the login's."""
    if path in ("/signin", "/login", "/login.php", "/creator-micro/home"):
        return as_page("login")
    if path != "/signin/state":
        return None
    if not scanned:
        return as_json({"scanned": False})
    told = as_json({"scanned": True})
    ends = int((datetime.now(CHINA) + timedelta(days=DAYS, hours=1)).timestamp())
    stay = f"; Path=/; Max-Age={DAYS * 86400 + 3600}"
    cookies = (
        f"{COOKIE}; Path=/",
        f"ALF=02_{ends}; Path=/",
        f"sessionid=replayed{stay}",
    )
    headers = tuple(("Set-Cookie", cookie) for cookie in cookies)
    return Answer(told.body, told.content_type, headers=headers)
