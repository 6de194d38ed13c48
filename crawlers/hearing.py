"""What a page in the browser asked for and received, in the order of the answers."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, Request, Response

from crawlers.access import load_object

__all__ = ["Heard", "Hearing", "NameOf", "Query", "Wanted"]

Query = Mapping[str, str]
Wanted = Callable[[Query], bool]
NameOf = Callable[[str, Query], str | None]
"""Path (without a last slash) and query in; the request's name, or None where it is not ours.

Hosts are not looked at: the platforms move the same paths from host to host.
"""


@dataclass(frozen=True)
class Heard:
    """An answer to one of the page's own requests."""

    name: str
    query: Query
    status: int
    body: str
    url: str = ""
    failure: str = ""
    """Why there is no answer, in the browser's words."""

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON object it carries; empty where it carries none."""
        return load_object(self.body) or {}


class Hearing:
    """Listens to one page.

    Args:
        name_of: which requests are of interest.
        timeout: seconds that an answer may take to arrive whole.
        on_ask: called for each request of interest when the page makes it.
    """

    def __init__(self, name_of: NameOf, timeout: float, on_ask: Callable[[], None]) -> None:
        self._name_of = name_of
        self._timeout = timeout
        self._on_ask = on_ask
        self.heard: list[Heard] = []
        """Answers that nobody took yet."""
        self.news = asyncio.Event()
        """Set when something was heard or the page went elsewhere."""
        self._open: dict[str, int] = {}
        self._reading = 0

    def attach(self, page: Page) -> None:
        """Begin to listen."""
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfailed", self._on_failure)
        page.on("framenavigated", lambda frame: self.news.set())

    def waits_for(self, name: str) -> bool:
        """Whether the page has asked for ``name`` and the answer is still on its way."""
        return self._open.get(name, 0) > 0

    def forget(self) -> None:
        """Forget all; to be called before the page goes elsewhere."""
        self.heard.clear()
        self._open.clear()

    async def settled(self) -> None:
        """Let answers that are being read be read: a body is gone when the page goes elsewhere."""
        for _ in range(50):
            if not self._reading:
                return
            await asyncio.sleep(0.02)

    def _named(self, request: Request) -> tuple[str, Query] | None:
        if request.resource_type not in ("xhr", "fetch"):
            return None
        parts = urlsplit(request.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        name = self._name_of(parts.path.rstrip("/"), query)
        return None if name is None else (name, query)

    def _on_request(self, request: Request) -> None:
        named = self._named(request)
        if named is not None and request.redirected_from is None:
            self._open[named[0]] = self._open.get(named[0], 0) + 1
            self._on_ask()

    async def _on_response(self, response: Response) -> None:
        named = self._named(response.request)
        if named is None or _only_adds_a_slash(response):
            return
        self._reading += 1
        try:
            body = await self._body(response)
            if body is not None:
                self._put(Heard(*named, response.status, body, response.url))
        finally:
            self._reading -= 1

    async def _body(self, response: Response) -> str | None:
        """Read the body at once; None where it was lost, of which ``_on_failure`` hears."""
        if 300 <= response.status < 400:
            return ""
        try:
            body = await asyncio.wait_for(response.body(), self._timeout)
        except (BrowserError, TimeoutError):
            return None
        return body.decode("utf-8", "replace")

    def _on_failure(self, request: Request) -> None:
        named, failure = self._named(request), request.failure or "no answer"
        # The page itself gives requests up when it goes elsewhere.
        if named is not None and "ERR_ABORTED" not in failure:
            self._put(Heard(*named, 0, "", request.url, failure))

    def _put(self, heard: Heard) -> None:
        self._open[heard.name] = max(0, self._open.get(heard.name, 0) - 1)
        self.heard.append(heard)
        self.news.set()


def _only_adds_a_slash(response: Response) -> bool:
    """Whether it sends on to the same path with or without its last slash."""
    if not 300 <= response.status < 400:
        return False
    there = urlsplit(urljoin(response.url, response.headers.get("location", ""))).path
    here = urlsplit(response.url).path
    return here.rstrip("/") == there.rstrip("/") and here != there
