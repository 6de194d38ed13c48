"""Three real nodes; one is killed while posts are written and while they are searched."""

import threading
from collections.abc import Callable

import pytest

from monitor.ingest import ingest
from posts.errors import StoreUnavailable
from posts.query import FacetField, PostQuery
from tests.archive_posts import WordTagger
from tests.elastic.archived import ask, filled, lost_and_doubled, opened
from tests.elastic.node import Node, require_node, running_cluster

pytestmark = [pytest.mark.elastic, pytest.mark.slow]
TRIES = 30


def master_of(nodes: list[Node]) -> Node:
    name = ask(f"{nodes[0].url}/_cat/master?format=json")[0]["node"]
    return next(node for node in nodes if node.name == name)


def until_green(node: Node) -> None:
    ask(f"{node.url}/_cluster/health?wait_for_status=green&timeout=60s")


def searching(ask_once: Callable[[], object], stop: threading.Event) -> tuple[list[str], list[int]]:
    """Ask again and again until told to stop: errors, and a one for each answer."""
    errors: list[str] = []
    answers: list[int] = []
    while not stop.is_set():
        try:
            ask_once()
            answers.append(1)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
    return errors, answers


def test_a_killed_master_costs_no_post_and_no_answer(tmp_path):
    require_node()
    archive = filled(tmp_path, 4000, changed=500)
    with running_cluster(tmp_path / "nodes") as nodes:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        url = f"http://{hosts}/cluster"
        store, reader = opened(url), opened(url)
        store.checkpoint()
        until_green(nodes[0])
        master = master_of(nodes)
        found: list[tuple[list[str], list[int]]] = []
        stop = threading.Event()
        search = threading.Thread(
            target=lambda: found.append(
                searching(
                    lambda: reader.search(
                        PostQuery(text="拖欠"), size=3, facets=[FacetField.SENTIMENT]
                    ),
                    stop,
                )
            )
        )
        done = 0

        def kill_at_a_third(more: int) -> None:
            nonlocal done
            done += more
            if done == 1500:
                threading.Timer(0.02, master.kill).start()

        search.start()
        waited = 0
        for _ in range(TRIES):
            try:
                ingest(archive, store, WordTagger(), batch=100, advance=kill_at_a_third)
                break
            except StoreUnavailable:
                waited += 1
        stop.set()
        search.join()
        assert master.process is None
        errors, answers = found[0]
        assert lost_and_doubled(archive, store) == (set(), set())
        assert (store.checkpoint(), store.health().posts) == (4500, 4000)
        assert answers
        assert [error for error in errors if not error.startswith("StoreUnavailable")] == []
        print(f"ingest begun again {waited} times; {len(answers)} answers, {len(errors)} waits")
        master.start()
        until_green(nodes[0])
        assert lost_and_doubled(archive, store) == (set(), set())
        # A node that holds copies goes while nothing but searching is done: not one error.
        other = next(node for node in nodes if node is not master_of(nodes))
        stop.clear()
        found.clear()
        search = threading.Thread(
            target=lambda: found.append(
                searching(lambda: reader.count_by(FacetField.INTENT, PostQuery()), stop)
            )
        )
        search.start()
        threading.Timer(0.5, other.kill).start()
        threading.Event().wait(6)
        stop.set()
        search.join()
        errors, answers = found[0]
        assert answers
        assert errors == []
