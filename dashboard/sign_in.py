"""Signing in and out, and choosing a password: plain forms that need no script.

The session's token goes into a cookie that scripts cannot read and other sites cannot send along;
Streamlit itself cannot set such a cookie, so these few pages stand beside it.
"""

from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import sign_in_pages as pages
from dashboard.house import COOKIE, PASSWORD, SIGN_IN, SIGN_OUT
from monitor.accounts import SignInError
from monitor.people import People

_MOST_BYTES = 8192
_AT_ONCE = 2  # each check of a password takes 64 MiB
_PAGE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}


class SignIn:
    """The forms, and what becomes of them.

    Args:
        people: who may come in.
        hours: how long a session lasts.
        organisation: where the organisation's login begins; None where there is none.
    """

    def __init__(self, people: People, hours: float, organisation: str | None = None) -> None:
        self._people = people
        self._seconds = int(hours * 3600)
        self._organisation = organisation
        self._limit: CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """What the server answers by itself."""
        return [
            Route(SIGN_IN, self.sign_in, methods=["GET", "POST"]),
            Route(PASSWORD, self.password, methods=["GET", "POST"]),
            Route(SIGN_OUT, self.sign_out, methods=["GET", "POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Show the form, or take it."""
        next_ = safe_next(request.query_params.get("next"))
        if request.method == "GET":
            return self._form(next_)
        form = await _posted(request)
        if form is None:
            return _refused()
        try:
            token = await self._slowly(
                self._people.sign_in, form.get("name", ""), form.get("password", "")
            )
        except SignInError as error:
            return self._form(next_, str(error), form.get("name", ""))
        return self.welcome(request, token, next_)

    async def password(self, request: Request) -> Response:
        """Show the form for a new password, or take it."""
        next_ = safe_next(request.query_params.get("next"))
        person = await to_thread.run_sync(self._people.signed_in, request.cookies.get(COOKIE))
        if person is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        if request.method == "GET":
            return _page(pages.password(person, next_))
        form = await _posted(request)
        if form is None:
            return _refused()
        try:
            if form.get("new") != form.get("again"):
                raise SignInError("两次输入的新密码不一样。")
            old, new = form.get("old", ""), form.get("new", "")
            token = await self._slowly(self._people.change_password, person, old, new)
        except SignInError as error:
            return _page(pages.password(person, next_, str(error)), 400)
        return self.welcome(request, token, next_)

    async def sign_out(self, request: Request) -> Response:
        """End the session; a link from another site is asked back first."""
        here = request.headers.get("sec-fetch-site", "") == "same-origin"
        if request.method == "GET" and not here:
            return _page(pages.sign_out())
        if request.method == "POST" and not _same_origin(request):
            return _refused()
        token = request.cookies.get(COOKIE)
        if token:
            await to_thread.run_sync(self._people.sign_out, token)
        response = RedirectResponse(SIGN_IN, status_code=303)
        response.delete_cookie(COOKIE)
        return response

    def welcome(self, request: Request, token: str, next_: str) -> Response:
        """Hand the session to the browser and go on."""
        response = RedirectResponse(next_, status_code=303)
        response.set_cookie(
            COOKIE, token, max_age=self._seconds, httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    def refuse(self, problem: str) -> Response:
        """Show the form with what went wrong."""
        return self._form("/", problem)

    def _form(self, next_: str, problem: str = "", name: str = "") -> Response:
        page = pages.sign_in(next_, problem, name, self._organisation)
        return _page(page, 401 if problem else 200)

    async def _slowly(self, check: object, *given: object) -> str:
        """Check a password in a thread, few at once."""
        if self._limit is None:
            self._limit = CapacityLimiter(_AT_ONCE)
        assert callable(check)
        token: str = await to_thread.run_sync(lambda: check(*given), limiter=self._limit)
        return token


def safe_next(asked: str | None) -> str:
    """Where to go on: a path of this dashboard, never another site."""
    if not asked or not asked.startswith("/") or asked[1:2] in ("/", "\\"):
        return "/"
    if any(ord(c) < 32 for c in asked) or asked.startswith((SIGN_IN, SIGN_OUT)):
        return "/"
    return asked


async def _posted(request: Request) -> dict[str, str] | None:
    """Fields of a form of our own pages; None where it is not one."""
    if not _same_origin(request):
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return None
    return {name: values[-1] for name, values in found.items()}


def _same_origin(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    return site in ("same-origin", "none") and (origin is None or urlsplit(origin).netloc == host)


def _refused() -> Response:
    return PlainTextResponse("这个请求不是从本页发出的，已拒绝。", status_code=400)


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers=_PAGE)
