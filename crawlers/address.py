"""Where a request goes and what it carries: address, login cookies, the wait a server asks for."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from scrapy.http import Response


def address(
    url: str, params: Mapping[str, str | int] | None, *, home: str, base_url: str | None
) -> str:
    """Complete a path or address; ``base_url`` stands in for scheme and host of every address."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(params or {})) if part)
    local = urlunsplit(("", "", parts.path or "/", query, ""))
    if base_url is not None:
        return base_url + local
    return (f"{parts.scheme}://{parts.netloc}" if parts.netloc else home) + local


def read_cookies(login: str | None) -> dict[str | bytes, str | bytes | bool | float | int]:
    """Read a cookie header such as ``SUB=…; _T_WM=…``; a bare value is taken for SUB."""
    if login is None:
        return {}
    if "=" not in login:
        return {"SUB": login.strip()}
    pairs = (part.partition("=") for part in login.split(";"))
    return {name.strip(): value.strip() for name, found, value in pairs if found}


def wait_asked(response: Response | None) -> float | None:
    """Seconds of a ``Retry-After`` header."""
    raw = (response.headers.get("Retry-After") if response is not None else None) or b""
    return float(raw) if raw.isdigit() else None
