"""Stores to test. ``STORES`` lists the engines; a new one is one entry and every test runs on it.

``new_store()`` opens an empty store, ``samples`` is one that holds all samples and is only read.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nlp.segment import JiebaText
from posts.store import PostStore, open_store
from tests.elastic.node import node_address
from tests.sample_posts import SAMPLES

NewStore = Callable[[], PostStore]


def _embedded(folder: Path) -> NewStore:
    made = 0

    def new() -> PostStore:
        nonlocal made
        made += 1
        return open_store(f"embedded:{folder / str(made)}", data=folder, search_text=JiebaText())

    return new


def _elastic(folder: Path) -> NewStore:
    made = 0
    address = node_address()

    def new() -> PostStore:
        nonlocal made
        made += 1
        prefix = f"{folder.name}-{made}"
        return open_store(f"{address}/{prefix}", data=folder, search_text=JiebaText())

    return new


STORES: dict[str, Callable[[Path], NewStore]] = {"embedded": _embedded, "elastic": _elastic}


@pytest.fixture(
    params=["embedded", pytest.param("elastic", marks=pytest.mark.elastic)], scope="session"
)
def new_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewStore]:
    opened: list[PostStore] = []
    opens = STORES[request.param](tmp_path_factory.mktemp(request.param))

    def new() -> PostStore:
        opened.append(opens())
        return opened[-1]

    yield new
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store: NewStore) -> PostStore:
    return new_store()


@pytest.fixture(scope="session")
def samples(new_store: NewStore) -> PostStore:
    store = new_store()
    store.write(SAMPLES, checkpoint=len(SAMPLES))
    return store
