"""Who the organisation's login says somebody is: its claims to a name and a role. Pure."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from monitor.roles import Role
from monitor.settings import Settings
from posts.errors import SettingsError

_ORDER = list(Role)
_NAME = re.compile(r"[\w.@+|:-]{1,64}")


def check(settings: Settings) -> None:
    """Refuse settings of the organisation's login that cannot work or are not safe.

    Raises:
        SettingsError: the message names the variable and what is expected.
    """
    issuer = urlsplit(settings.oidc_issuer or "")
    if issuer.scheme != "https" and not _loopback(issuer.hostname):
        raise SettingsError(
            f"GONGSHENG_OIDC_ISSUER={settings.oidc_issuer}: expected an address with https://"
        )
    if not settings.oidc_client:
        raise SettingsError("GONGSHENG_OIDC_CLIENT: the client id at the organisation's login")
    known = ", ".join(role.value for role in Role)
    for group, role in settings.oidc_roles.items():
        if role not in set(Role):
            raise SettingsError(f"GONGSHENG_OIDC_ROLES: {group!r} is {role!r}; one of {known}")
    if not settings.oidc_roles:
        raise SettingsError(
            'GONGSHENG_OIDC_ROLES: nobody would get in; expected {"group": "role"}, roles: ' + known
        )


def role_of(claims: Mapping[str, Any], claim: str, roles: Mapping[str, str]) -> Role | None:
    """The furthest reaching role of a person's groups; None where no group has one."""
    said = claims.get(claim)
    groups = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    found = [Role(roles[group]) for group in groups if isinstance(group, str) and group in roles]
    return max(found, key=_ORDER.index, default=None)


def name_of(claims: Mapping[str, Any]) -> str:
    """What to call a person: a confirmed mail address, else the login's own name, else its number.

    Raises:
        SettingsError: the login names nobody.
    """
    mail = claims.get("email") if claims.get("email_verified") is True else None
    for name in (mail, claims.get("preferred_username"), claims.get("sub")):
        if isinstance(name, str) and _NAME.fullmatch(name):
            return name
    raise SettingsError("the organisation's login sent neither a name nor a `sub` we can use")


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
