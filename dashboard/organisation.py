"""Signing in by the organisation's login (OpenID Connect), with Authlib as ``st.login`` does it.

``st.login`` itself keeps people signed in by a signed cookie for thirty days that nobody can take
back, and needs the web socket to be open to strangers. Here the login only vouches for the person;
the session is one of ours.
"""

import logging

from authlib.integrations.base_client.errors import (  # type: ignore[import-untyped]
    OAuthError,
)
from authlib.integrations.starlette_client import OAuth  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.door import ORGANISATION, ORGANISATION_BACK
from dashboard.sign_in import SignIn, safe_next
from monitor import organisation
from monitor.accounts import SignInError
from monitor.people import People
from monitor.settings import Settings
from posts.errors import GongshengError

log = logging.getLogger(__name__)
_NEXT = "gongsheng next"


class Organisation:
    """The two addresses of the organisation's login.

    Args:
        settings: names the login.
        secret: of the client.
        people: who may come in.
        forms: show what went wrong, and hand out the session.
    """

    def __init__(self, settings: Settings, secret: str, people: People, forms: SignIn) -> None:
        self._settings = settings
        self._people = people
        self._forms = forms
        assert settings.oidc_issuer is not None
        issuer = settings.oidc_issuer.rstrip("/")
        self._login = OAuth().register(
            "organisation",
            client_id=settings.oidc_client,
            client_secret=secret,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
        )

    def routes(self) -> list[Route]:
        """What the server answers by itself."""
        return [Route(ORGANISATION, self.begin), Route(ORGANISATION_BACK, self.back)]

    async def begin(self, request: Request) -> Response:
        """Send the person to the login."""
        request.session[_NEXT] = safe_next(request.query_params.get("next"))
        back = str(request.base_url).rstrip("/") + ORGANISATION_BACK
        try:
            sent: Response = await self._login.authorize_redirect(request, back)
        except Exception:
            log.exception("the organisation's login cannot be reached")
            return self._forms.refuse(
                "单位统一登录暂时打不开，请过几分钟再试，或请管理员检查设置。"
            )
        return sent

    async def back(self, request: Request) -> Response:
        """Take the person back: check what the login vouches for, begin a session."""
        next_ = safe_next(request.session.pop(_NEXT, None))
        try:
            answer = await self._login.authorize_access_token(request)
            claims = answer.get("userinfo") or {}
            name = organisation.name_of(claims)
            role = organisation.role_of(
                claims, self._settings.oidc_claim, self._settings.oidc_roles
            )
            token = await run_in_threadpool(self._people.sign_in_organisation, name, role)
        except SignInError as error:
            return self._forms.refuse(str(error))
        except (OAuthError, GongshengError):
            log.exception("the organisation's login was refused")
            return self._forms.refuse("单位统一登录没有成功，请重新登录。")
        except Exception:  # a forged or expired answer has many names
            log.exception("the organisation's login sent something that cannot be trusted")
            return self._forms.refuse("单位统一登录没有成功，请重新登录。")
        return self._forms.welcome(request, token, next_)
