"""The connection to Elasticsearch: where, with which credentials, and its errors in our words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch

from posts.errors import GongshengError, SettingsError, StoreError, StoreUnavailable
from posts.store.access import ElasticAccess

DEFAULT_PREFIX = "gongsheng"
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_BUSY = {408, 429, 502, 503, 504}
_HINT = "nothing is lost: posts wait in the archive and are indexed when it answers again"


def parse_url(url: str) -> tuple[list[str], str]:
    """Split ``http://a:9200,b:9200/prefix`` into hosts and the prefix of our indices.

    Raises:
        SettingsError: no host, another scheme, or credentials in the address.
    """
    scheme, _, rest = url.partition("://")
    places, _, path = rest.partition("/")
    hosts = [f"{scheme}://{place.strip()}" for place in places.split(",") if place.strip()]
    prefix = path.strip("/") or DEFAULT_PREFIX
    if scheme not in ("http", "https") or not hosts or "@" in places:
        raise SettingsError(
            "GONGSHENG_STORE: expected http(s)://host:port[,host:port][/prefix]; give credentials "
            "by GONGSHENG_STORE_API_KEY or GONGSHENG_STORE_USER and GONGSHENG_STORE_PASSWORD"
        )
    if not _PREFIX.fullmatch(prefix):
        raise SettingsError(
            f"GONGSHENG_STORE: the name behind the host, {prefix!r}: expected small letters, "
            "digits, - and _"
        )
    return [host if urlsplit(host).port else f"{host}:9200" for host in hosts], prefix


def connect(hosts: list[str], access: ElasticAccess) -> Elasticsearch:
    """Make a client; nothing is sent yet.

    Raises:
        SettingsError: the credentials do not fit together, or the CA file is missing.
    """
    options: dict[str, Any] = {
        "request_timeout": access.timeout,
        "retry_on_timeout": len(hosts) > 1,
        "max_retries": max(3, 2 * len(hosts)) if len(hosts) > 1 else 0,
    }
    if access.api_key is not None and access.user is not None:
        raise SettingsError(
            "GONGSHENG_STORE_API_KEY and GONGSHENG_STORE_USER are both set; keep one of them"
        )
    if access.password is not None and access.user is None:
        raise SettingsError("GONGSHENG_STORE_PASSWORD is set but GONGSHENG_STORE_USER is not")
    if access.api_key is not None:
        options["api_key"] = access.api_key.get_secret_value()
    elif access.user is not None:
        if access.password is None:
            raise SettingsError("GONGSHENG_STORE_USER is set but GONGSHENG_STORE_PASSWORD is not")
        options["basic_auth"] = (access.user, access.password.get_secret_value())
    if access.ca_file is not None:
        if not access.ca_file.is_file():
            raise SettingsError(f"GONGSHENG_STORE_CA_FILE={access.ca_file}: there is no such file")
        options["ca_certs"] = str(access.ca_file)
    return Elasticsearch(hosts, **options)


@contextmanager
def translated(hosts: list[str]) -> Iterator[None]:
    """Turn the client's errors into ours."""
    where = ", ".join(hosts)
    try:
        yield
    except GongshengError:
        raise
    except ApiError as error:
        raise _api_error(where, error) from error
    except TlsError as error:
        raise StoreError(
            f"{where}: the certificate is not trusted ({error.message}); name the authority's "
            "file in GONGSHENG_STORE_CA_FILE"
        ) from error
    except ConnectionTimeout as error:
        raise StoreUnavailable(f"{where}: no answer in time; {_HINT}") from error
    except TransportError as error:
        raise StoreUnavailable(f"{where}: cannot be reached ({error.message}); {_HINT}") from error


def _api_error(where: str, error: ApiError) -> StoreError:
    status = error.meta.status
    reason = reason_of(error.body)
    if "cluster_block_exception" in reason:
        return StoreUnavailable(
            f"{where}: refuses to write, its disk is nearly full or it is read-only ({reason}); "
            f"free space on the server; {_HINT}"
        )
    if status in (401, 403):
        return StoreError(
            f"{where}: the credentials were refused (HTTP {status}); check GONGSHENG_STORE_API_KEY "
            "or GONGSHENG_STORE_USER and GONGSHENG_STORE_PASSWORD"
        )
    if status in _BUSY:
        return StoreUnavailable(f"{where}: busy or without a master (HTTP {status}); {_HINT}")
    return StoreError(f"{where}: HTTP {status}: {reason}")


def whole(answer: Any) -> Any:
    """Pass on an answer of every shard.

    Raises:
        StoreUnavailable: a shard did not answer, so the numbers would be wrong.
    """
    shards = answer["_shards"]
    if shards["failed"] or answer.get("timed_out"):
        raise StoreUnavailable(
            f"{shards['failed']} of {shards['total']} shards did not answer; a node of the cluster "
            "is probably away: try again in a moment"
        )
    return answer


def reason_of(body: Any) -> str:
    """Type and reason of an Elasticsearch error body, in one short line."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        return f"{error.get('type')}: {error.get('reason')}"[:300]
    return str(error)[:300]
