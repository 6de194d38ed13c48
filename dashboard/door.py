"""The door of the dashboard: nobody gets past it without a session once there are accounts.

While there are none, it opens only for who asks for this very computer: a reverse proxy, or a name
that some site points at 127.0.0.1, would let a whole network in as its administrator.

It stands before Streamlit, for pages, scripts, downloads and the web socket alike; the forms of
signing in (``dashboard.sign_in``) are all that strangers can reach.
"""

from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.house import COOKIE, PASSWORD, SIGN_IN, SIGN_OUT
from monitor.people import People

ORGANISATION = f"{SIGN_IN}/organisation"
ORGANISATION_BACK = f"{ORGANISATION}/back"
_FOR_ALL = frozenset({SIGN_IN, ORGANISATION, ORGANISATION_BACK, "/_stcore/health"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NOBODY = ""
_SAFE = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Door:
    """Middleware that lets nobody in without a session.

    Args:
        app: what lies behind.
        people: who may come in.
        wanted: whether people have to sign in even while there are no accounts yet.
    """

    def __init__(self, app: ASGIApp, people: People, wanted: bool) -> None:
        self._app = app
        self._people = people
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or send it to the form."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        visitor = HTTPConnection(scope)
        elsewhere = await to_thread.run_sync(self._sent_to, visitor)

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_SAFE)
            await send(message)

        if elsewhere is None:
            await self._app(scope, receive, safely)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _turned_away(visitor, elsewhere)(scope, receive, safely)

    def _sent_to(self, visitor: HTTPConnection) -> str | None:
        """The page a visitor has to see first; None where the way is free, "" where none is."""
        path = visitor.url.path.rstrip("/")
        if path in _FOR_ALL:
            return None
        if not (self._wanted or self._people.any()):
            return None if (visitor.url.hostname or "").strip("[]") in LOOPBACK else _NOBODY
        person = self._people.signed_in(visitor.cookies.get(COOKIE))
        if person is None:
            return SIGN_IN
        if person.must_change and path not in (PASSWORD, SIGN_OUT):
            return PASSWORD
        return None


def _turned_away(visitor: HTTPConnection, elsewhere: str) -> Response:
    if elsewhere == _NOBODY:
        return PlainTextResponse(
            "还没有启用账号，只能在装有本系统的电脑上用 127.0.0.1 打开。"
            "要从网络上打开，请先设置 GONGSHENG_ACCOUNTS=true。",
            status_code=403,
        )
    if "text/html" not in visitor.headers.get("accept", ""):
        return PlainTextResponse("请先登录。", status_code=401)
    asked = visitor.url.path + (f"?{visitor.url.query}" if visitor.url.query else "")
    return RedirectResponse(f"{elsewhere}?next={quote(asked, safe='')}", status_code=303)
