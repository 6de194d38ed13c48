"""TLS and credentials, at a proxy before the real node; no secret is ever told."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import wiring
from monitor.settings import Settings
from posts.errors import SettingsError, StoreError
from posts.query import PostQuery
from posts.store import open_store
from tests.elastic.archived import opened
from tests.elastic.node import node_address
from tests.elastic.tls_proxy import API_KEY, PASSWORD, USER, make_certificate, tls_proxy
from tests.sample_posts import SAMPLES
from tests.store.conftest import drop_elastic

pytestmark = pytest.mark.elastic
RIGHT = [{"api_key": API_KEY}, {"user": USER, "password": PASSWORD}]
WRONG = [{}, {"api_key": "d3Jvbmc6a2V5"}, {"user": USER, "password": "wrong horse"}]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def url(certificate: tuple[Path, Path]) -> Iterator[str]:
    node = node_address()
    with tls_proxy(node, *certificate) as address:
        yield f"{address}/secured"
    drop_elastic(node, "secured")


@pytest.mark.parametrize("access", RIGHT, ids=["key", "password"])
def test_the_right_credentials_open_the_store(url, certificate, access):
    store = opened(url, ca_file=certificate[0], **access)
    store.write(SAMPLES, checkpoint=34)
    assert store.search(PostQuery(text="工资"), size=0).total > 0
    assert store.health().posts == len(SAMPLES)
    store.close()


@pytest.mark.parametrize("access", WRONG, ids=["none", "key", "password"])
def test_wrong_or_missing_credentials_are_named_but_not_shown(url, certificate, access, caplog):
    caplog.set_level(logging.DEBUG)
    store = opened(url, ca_file=certificate[0], **access)
    with pytest.raises(StoreError, match="GONGSHENG_STORE_API_KEY") as refused:
        store.checkpoint()
    told = f"{refused.value} {store.health()} {caplog.text} {store!r} {vars(store)!r}"
    for secret in ("d3Jvbmc6a2V5", "wrong horse"):
        assert secret not in told
    store.close()


def test_a_certificate_of_an_unknown_authority_is_refused(url, tmp_path):
    other, _ = make_certificate(tmp_path / "other")
    for access in ({}, {"ca_file": other}):
        store = opened(url, api_key=API_KEY, **access)
        with pytest.raises(StoreError, match="GONGSHENG_STORE_CA_FILE"):
            store.checkpoint()
        assert API_KEY not in str(store.health())
        store.close()


def test_settings_hold_the_credentials_and_keep_them_to_themselves(url, certificate, monkeypatch):
    monkeypatch.setenv("GONGSHENG_STORE", url)
    monkeypatch.setenv("GONGSHENG_STORE_USER", USER)
    monkeypatch.setenv("GONGSHENG_STORE_PASSWORD", PASSWORD)
    monkeypatch.setenv("GONGSHENG_STORE_CA_FILE", str(certificate[0]))
    settings = Settings()
    assert PASSWORD not in f"{settings!r} {settings.model_dump_json()}"
    store = wiring.store(settings)
    assert store.health().available
    store.close()


def test_an_address_or_credentials_that_cannot_be_right_are_refused(tmp_path):
    for url, access, told in [
        ("https://me:hidden@h:9200", {}, "GONGSHENG_STORE_API_KEY"),
        ("ftp://h", {}, "embedded:"),
        ("http://", {}, "host:port"),
        ("http://h:9200/Big", {}, "small letters"),
        ("http://h", {"user": "u"}, "GONGSHENG_STORE_PASSWORD"),
        ("http://h", {"password": "p"}, "GONGSHENG_STORE_USER"),
        ("http://h", {"user": "u", "password": "p", "api_key": "k"}, "keep one"),
        ("http://h", {"ca_file": tmp_path / "none.pem"}, "no such file"),
    ]:
        with pytest.raises(SettingsError, match=told) as refused:
            opened(url, **access)
        assert "hidden" not in str(refused.value)
    assert open_store is not None
