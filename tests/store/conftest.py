"""Stores to test. ``STORES`` lists the engines; a new one is one entry and every test runs on it.

``new_store()`` opens an empty store and throws the one before away, ``samples`` is one that holds
all samples and is only read.
"""

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest

from nlp.segment import JiebaText
from posts.store import PostStore, open_store
from tests.elastic.node import node_address
from tests.sample_posts import SAMPLES


class Engine(Protocol):
    def url(self, name: str) -> str:
        """``GONGSHENG_STORE`` of a store of that name."""

    def drop(self, name: str) -> None:
        """Remove it; a hundred left over would slow the tests down."""


class Embedded:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, name: str) -> str:
        return f"embedded:{self._folder / name}"

    def drop(self, name: str) -> None:
        shutil.rmtree(self._folder / name, ignore_errors=True)


class Elastic:
    def __init__(self, folder: Path) -> None:
        self._prefix, self._address = folder.name, node_address()

    def url(self, name: str) -> str:
        return f"{self._address}/{self._prefix}-{name}"

    def drop(self, name: str) -> None:
        drop_elastic(self._address, f"{self._prefix}-{name}")


def drop_elastic(address: str, prefix: str) -> None:
    """Remove a store's indices and its template; a server takes no patterns for that."""
    with urllib.request.urlopen(f"{address}/_cat/indices/{prefix}.*?h=index", timeout=60) as answer:
        names = answer.read().decode().split()
    for path in (",".join(names), f"_index_template/{prefix}"):
        request = urllib.request.Request(f"{address}/{path}", method="DELETE")
        with suppress(urllib.error.HTTPError):  # a store that was never asked is not there
            urllib.request.urlopen(request, timeout=60).close()


STORES: dict[str, Callable[[Path], Engine]] = {"embedded": Embedded, "elastic": Elastic}


class Stores:
    """Opens stores of one engine."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._made = 0
        self._open: dict[str, PostStore] = {}
        self._passing: str | None = None

    def __call__(self, *, kept: bool = False) -> PostStore:
        if self._passing is not None and not kept:
            self.drop(self._passing)
        self._made += 1
        name = str(self._made)
        if not kept:
            self._passing = name
        url = self._engine.url(name)
        self._open[name] = open_store(url, data=self._folder, search_text=JiebaText())
        return self._open[name]

    def drop(self, name: str) -> None:
        store = self._open.pop(name)
        store.close()
        self._engine.drop(name)

    def drop_all(self) -> None:
        for name in list(self._open):
            self.drop(name)


@pytest.fixture(
    params=["embedded", pytest.param("elastic", marks=pytest.mark.elastic)], scope="session"
)
def new_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp(request.param)
    stores = Stores(STORES[request.param](folder), folder)
    yield stores
    stores.drop_all()


@pytest.fixture
def store(new_store: Stores) -> PostStore:
    return new_store()


@pytest.fixture(scope="session")
def samples(new_store: Stores) -> PostStore:
    store = new_store(kept=True)
    store.write(SAMPLES, checkpoint=len(SAMPLES))
    return store
