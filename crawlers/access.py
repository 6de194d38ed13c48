"""What an answer means: content, a wall, or something not understood.

Every platform family has one pure function ``judge(status, body) -> Verdict``.
"No access" is never "no comments".
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from posts.model import AccessState


class Verdict(NamedTuple):
    """The state of one answer and its evidence in one line, without personal data."""

    state: AccessState
    detail: str = ""


Judge = Callable[[int, str], Verdict]
"""HTTP status and body in, verdict out."""

OK = Verdict(AccessState.OK)
MESSAGE_LENGTH = 60

WALLS = frozenset({AccessState.NEEDS_LOGIN, AccessState.CAPTCHA, AccessState.THROTTLED})
"""States that end a crawl wherever they are met; the others may concern one post only."""


class Stopped(Exception):
    """An answer that is no content; ends the crawl unless the spider knows better."""

    def __init__(self, state: AccessState, detail: str = "") -> None:
        super().__init__(f"{state}: {detail}")
        self.state = state
        self.detail = detail

    @property
    def is_wall(self) -> bool:
        """Whether nothing more can be had from the channel in this run."""
        return self.state in WALLS


class Paused(Stopped):
    """Our own limit and nobody's wall: the requests of a run or a day are spent, or quiet hours."""

    def __init__(self, detail: str) -> None:
        super().__init__(AccessState.THROTTLED, detail)


def judge_status(status: int) -> Verdict | None:
    """Judge by the HTTP status what means the same everywhere; None where the body has to say."""
    if status == 401:
        return Verdict(AccessState.NEEDS_LOGIN, "HTTP 401: log in again")
    if status == 429:
        return Verdict(AccessState.THROTTLED, "HTTP 429: too many requests")
    if status in (404, 410):
        return Verdict(AccessState.API_GONE, f"HTTP {status}: nothing at this address any more")
    if status >= 500:
        return Verdict(AccessState.THROTTLED, f"HTTP {status}: the server is in trouble")
    return None


def load_object(body: str) -> dict[str, Any] | None:
    """Read a JSON object; None where the body is anything else."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def judge_weibo(status: int, body: str) -> Verdict:
    """Judge an answer of m.weibo.cn or weibo.com/ajax."""
    if (verdict := judge_status(status)) is not None:
        return verdict
    if status == 432:
        return Verdict(
            AccessState.NEEDS_LOGIN, "HTTP 432: login missing, expired or refused; log in again"
        )
    if status == 418:
        return Verdict(AccessState.THROTTLED, "HTTP 418: too fast")
    if 300 <= status < 400:
        return Verdict(
            AccessState.NEEDS_LOGIN, f"HTTP {status}: sent away to the visitor or login page"
        )
    payload = load_object(body)
    if payload is not None:
        return _judge_object(status, payload)
    if status == 403:
        return Verdict(AccessState.THROTTLED, "HTTP 403: refused, too fast or suspected")
    if not body.strip():
        return Verdict(AccessState.NEEDS_LOGIN, f"HTTP {status} with an empty body; log in again")
    found = "an HTML page" if body.lstrip().startswith("<") else "no JSON object"
    return Verdict(AccessState.BAD_SHAPE, f"HTTP {status} with {found} where JSON was expected")


def _judge_object(status: int, payload: dict[str, Any]) -> Verdict:
    ok, message = _number(payload.get("ok")), _message(payload)
    if ok == -100:
        return Verdict(
            AccessState.NEEDS_LOGIN, f"ok -100 {message}: log in again".replace(" :", ":")
        )
    if (verdict := _judge_code(payload)) is not None:
        return verdict
    if "登录" in message:
        return Verdict(AccessState.NEEDS_LOGIN, f"HTTP {status} {message}")
    url = payload.get("url")
    if isinstance(url, str) and "data" not in payload and not _is_post(payload):
        if "captcha" not in url and any(word in url for word in ("login", "signin", "passport")):
            return Verdict(AccessState.NEEDS_LOGIN, "the answer points to the login page")
        return Verdict(
            AccessState.CAPTCHA, "the platform asks for a captcha; solve it in a browser"
        )
    if any(word in message for word in ("频繁", "拥堵", "稍后")):
        return Verdict(AccessState.THROTTLED, f"HTTP {status} {message}")
    if status == 403:
        if "error" in payload:
            return Verdict(AccessState.BAD_SHAPE, "HTTP 403: taken for a page view, not for data")
        return Verdict(AccessState.THROTTLED, "HTTP 403: refused, too fast or suspected")
    if "没有内容" in message or "暂无" in message:
        return Verdict(AccessState.EMPTY, message)
    if ok == 1 or (ok is None and ("data" in payload or _is_post(payload))):
        return OK
    code = payload.get("errno", payload.get("error_code", ""))
    return Verdict(AccessState.BAD_SHAPE, f"ok {payload.get('ok')} errno {code} {message}".strip())


def _judge_code(payload: dict[str, Any]) -> Verdict | None:
    code = _number(payload.get("errno", payload.get("error_code")))
    if code == 20101:
        return Verdict(AccessState.DELETED, "errno 20101: the post does not exist any more")
    if code == 100011:
        return Verdict(AccessState.EMPTY, "errno 100011: no data")
    return None


OFFICIAL = {
    AccessState.THROTTLED: {10001, 10003, 10004, 10009, 10022, 10023, 10024},
    AccessState.NEEDS_LOGIN: {
        10006, 20112, 20502, 21301, 21314, 21315, 21316, 21317, 21319, 21327, 21332,
    },
    AccessState.DELETED: {20003, 20101, 20201},
    AccessState.API_GONE: {10005, 10014, 10020, 10021},
}  # fmt: skip
"""Error codes of api.weibo.com (open.weibo.com/wiki/Error_code)."""


def judge_weibo_api(status: int, body: str) -> Verdict:
    """Judge an answer of api.weibo.com; an error may come with any HTTP status."""
    payload = load_object(body)
    if payload is not None and "error_code" in payload:
        code = _number(payload["error_code"])
        state = next((s for s, codes in OFFICIAL.items() if code in codes), AccessState.BAD_SHAPE)
        return Verdict(state, f"error_code {code}: {_message(payload)}")
    if (verdict := judge_status(status)) is not None:
        return verdict
    if status == 403:
        return Verdict(AccessState.THROTTLED, "HTTP 403: refused")
    if payload is None:
        return Verdict(AccessState.BAD_SHAPE, f"HTTP {status} without a JSON object")
    return OK


def _is_post(payload: dict[str, Any]) -> bool:
    """Whether this is a bare post, as weibo.com/ajax/statuses/show answers."""
    return any(key in payload for key in ("mid", "idstr", "id", "mblogid"))


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _message(payload: dict[str, Any]) -> str:
    for key in ("msg", "message", "error"):
        if isinstance(payload.get(key), str):
            return str(payload[key])[:MESSAGE_LENGTH]
    return ""
