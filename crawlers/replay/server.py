"""The loopback server that stands in for the platforms, for the demo and the tests."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.replay import douyin, website, weibo
from crawlers.replay.answer import Answer, Query
from crawlers.replay.feed import Feed, load_feed
from posts.model import CHINA, Platform


@dataclass(frozen=True)
class Fault:
    """A canned answer in place of the channel's own."""

    path: str
    """Regular expression, searched in the request's path with its query."""
    status: int = 200
    body: str = ""
    times: int | None = None
    """How often it happens; None for always."""
    content_type: str = "text/html; charset=utf-8"


TOO_FAST = Fault(r"getIndex\?.*containerid=107603", status=418, times=1)
"""What Weibo does to a hasty visitor, once a run."""


def respond(feed: Feed, path: str, query: Query, login_wall: Collection[Platform] = ()) -> Answer:
    """Answer one request to any of the channels."""
    return (
        weibo.answer(feed, path, query, wall="weibo" in login_wall)
        or douyin.answer(feed, path, query, wall="douyin" in login_wall)
        or website.answer(feed, path)
        or Answer(f"nothing is replayed at {path}", "text/plain; charset=utf-8", 404)
    )


class ReplayServer:
    """The bundled channels on loopback, from ``with`` to the end of the block.

    Args:
        port: where to listen; 0 for a free port.
        today: the day the feed is relative to; None for China's date now.
        login_wall: platforms where nobody is logged in.
        faults: canned answers; the first that fits and has not run out is given.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        today: date | None = None,
        login_wall: Collection[Platform] = (),
        faults: Sequence[Fault] = (TOO_FAST,),
    ) -> None:
        self.feed = load_feed(today or datetime.now(CHINA).date())
        self.requests: list[str] = []
        """Paths with queries, in the order they came."""
        self._login_wall = frozenset(login_wall)
        self._faults = [(fault, re.compile(fault.path)) for fault in faults]
        self._left = [fault.times for fault in faults]
        self._lock = Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._thread = Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens, such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, target: str) -> Answer:
        """Answer a request for ``target``, a path with its query."""
        with self._lock:
            self.requests.append(target)
            fault = self._fault(target)
        if fault is not None:
            return Answer(fault.body, fault.content_type, fault.status)
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return respond(self.feed, unquote(parts.path), query, self._login_wall)

    def _fault(self, target: str) -> Fault | None:
        for place, (fault, pattern) in enumerate(self._faults):
            left = self._left[place]
            if left != 0 and pattern.search(target):
                self._left[place] = None if left is None else left - 1
                return fault
        return None


def _handler(replay: ReplayServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name http.server looks for
            answer = replay.answer(self.path)
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet; ``requests`` remembers."""

    return Handler
