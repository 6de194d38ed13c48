"""Access tokens of official interfaces, as they stand in a secret."""

from crawlers.access import Stopped, load_object
from posts.model import AccessState

__all__ = ["read_token"]


def read_token(login: str | None) -> str:
    """Read a token: bare, or the whole answer of the OAuth dialogue (``access_token``).

    Raises:
        Stopped: ``needs_login``; the channel names no secret or it holds no token.
    """
    if login is None:
        raise Stopped(AccessState.NEEDS_LOGIN, "the channel names no secret for its access token")
    answer = load_object(login)
    if answer is None:
        return login.strip()
    inner = answer.get("data")
    token = answer.get("access_token") or (inner if isinstance(inner, dict) else {}).get(
        "access_token"
    )
    if not isinstance(token, str) or not token.strip():
        raise Stopped(AccessState.NEEDS_LOGIN, "the secret is an object without an access_token")
    return token.strip()
