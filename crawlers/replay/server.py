"""The loopback server that stands in for the platforms, for the demo and the tests."""

import re
import socket
import struct
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.replay import (
    douyin,
    douyin_api,
    douyin_old,
    login,
    website,
    weibo,
    weibo_api,
    weibo_web,
)
from crawlers.replay.answer import Answer, Query, Wire
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
    headers: tuple[tuple[str, str], ...] = ()
    wire: Wire | None = None
    """What goes wrong on the wire, beside or instead of the answer."""


TOO_FAST = Fault(r"getIndex\?.*containerid=107603", status=418, times=1)
"""What Weibo does to a hasty visitor, once a run."""


def respond(
    feed: Feed,
    path: str,
    query: Query,
    login_wall: Collection[Platform] = (),
    *,
    phone: bool = False,
) -> Answer:
    """Answer one request to any of the channels; Weibo shows phones other pages."""
    return (
        (weibo.page(feed, path) if phone else None)
        or weibo.answer(feed, path, query, wall="weibo" in login_wall)
        or weibo_web.answer(feed, path, query, wall="weibo" in login_wall)
        or douyin.answer(feed, path, query, wall="douyin" in login_wall)
        or douyin_old.answer(feed, path, query, wall="douyin" in login_wall)
        or weibo_api.answer(feed, path, query, wall="weibo" in login_wall)
        or douyin_api.answer(feed, path, query, wall="douyin" in login_wall)
        or website.answer(feed, path)
        or Answer(f"nothing is replayed at {path}", "text/plain; charset=utf-8", 404)
    )


class ReplayServer:
    """The bundled channels on loopback, from ``with`` to the end of the block.

    Args:
        port: where to listen; 0 for a free port.
        today: the day the feed is relative to; None for China's date now.
        login_wall: platforms where nobody is logged in but with the cookie of the login page.
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
        self._scanned = Event()
        self._over = Event()
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
        self._over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def scan(self) -> None:
        """Be the person who scans the code that the login page shows."""
        self._scanned.set()

    def wait_for_the_end(self) -> None:
        """Wait until the block ends, as a server does that never answers."""
        self._over.wait()

    def answer(self, target: str, cookies: str = "", *, phone: bool = False) -> Answer:
        """Answer a request for ``target``, a path with its query."""
        with self._lock:
            self.requests.append(target)
            fault = self._fault(target)
        if fault is not None:
            return Answer(fault.body, fault.content_type, fault.status, fault.headers, fault.wire)
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        walls = () if login.COOKIE in cookies else self._login_wall
        found = login.answer(parts.path, scanned=self._scanned.is_set())
        return found or respond(self.feed, unquote(parts.path), query, walls, phone=phone)

    def edit(self, change: Callable[[Feed], Feed]) -> None:
        """Let something happen on the channels: a post changes, a comment is deleted."""
        with self._lock:
            self.feed = change(self.feed)

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
            phone = "Mobile" in self.headers.get("User-Agent", "")
            answer = replay.answer(self.path, self.headers.get("Cookie", ""), phone=phone)
            if answer.wire == "stall":
                replay.wait_for_the_end()
            if answer.wire in ("stall", "reset"):
                self._reset()
                return
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            if answer.wire == "cut":
                self.wfile.write(body[: len(body) // 2])
                self._reset()
                return
            self.wfile.write(body)

        def _reset(self) -> None:
            """Close so that the other side sees a reset connection and not an end."""
            self.close_connection = True
            at_once = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            self.wfile.flush()
            self.rfile.close()
            self.connection.close()

        def do_POST(self) -> None:
            """Answer as to GET; what is posted is a token, which is not looked at."""
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet; ``requests`` remembers."""

    return Handler
