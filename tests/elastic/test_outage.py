"""A real node is killed, stopped, hung, full and busy: nothing is lost, nothing is in twice."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from monitor.ingest import ingest
from posts.errors import StoreUnavailable
from posts.query import FacetField, PostQuery
from tests.archive_posts import WordTagger, comment
from tests.elastic.archived import ask, filled, lost_and_doubled, opened
from tests.elastic.node import Node, require_node, running_node

pytestmark = pytest.mark.elastic
NAMES = (f"outage{n}" for n in count())
NOTHING = (set(), set())


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    require_node()
    with running_node(tmp_path_factory.mktemp("node")) as started:
        yield started


@pytest.fixture
def url(node: Node) -> str:
    return f"{node.url}/{next(NAMES)}"


def gongsheng(data: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    named = {"DATA": str(data), "STORE": url, "KEY": "ab" * 32, "MODEL": "baseline"}
    environment = {**os.environ, **{f"GONGSHENG_{name}": value for name, value in named.items()}}
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        capture_output=True, text=True, env=environment, check=False, timeout=300,
    )  # fmt: skip


def test_a_node_killed_while_posts_are_written_loses_and_doubles_nothing(node, url, tmp_path):
    archive = filled(tmp_path, 1500, changed=300)
    store = opened(url)
    batches = count(1)
    killer = threading.Timer(0.03, node.kill)

    def kill_soon(done: int) -> None:
        if next(batches) == 4:
            killer.start()

    with pytest.raises(StoreUnavailable, match="nothing is lost"):
        ingest(archive, store, WordTagger(), batch=100, advance=kill_soon)
    killer.join()
    assert not store.health().available
    node.start()
    assert 300 <= store.checkpoint() < 1800
    ingest(archive, store, WordTagger(), batch=100)
    assert lost_and_doubled(archive, store) == NOTHING
    assert (store.checkpoint(), store.health().posts) == (1800, 1500)


def test_crawl_and_import_go_on_while_the_node_is_away(node, url, tmp_path):
    export = tmp_path / "posts.jsonl"
    line = {"id": "x1", "platform": "weibo", "kind": "comment", "text": "三个月没发工资了"}
    export.write_text(json.dumps(line) + "\n", "utf-8")
    node.stop()
    try:
        imported = gongsheng(tmp_path / "data", url, "import", str(export), "--json")
        crawled = gongsheng(tmp_path / "demo", url, "demo", "--no-dashboard")
        refused = gongsheng(tmp_path / "demo", url, "ingest")
        status = gongsheng(tmp_path / "demo", url, "status", "--json")
    finally:
        node.start()
    assert (imported.returncode, json.loads(imported.stdout)["new"]) == (0, 1), imported.stderr
    assert "index is away; 1 posts wait in the archive" in imported.stderr
    assert crawled.returncode == 0, crawled.stderr
    assert "demo-weibo: ok" in crawled.stdout
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    seen = json.loads(status.stdout)
    assert (seen["indexed"], seen["store"]["available"]) == (None, False)
    assert f"index is away; {seen['archived']} posts wait" in refused.stderr
    done = gongsheng(tmp_path / "demo", url, "ingest", "--json")
    assert json.loads(done.stdout)["checkpoint"] == seen["archived"], done.stderr
    after = json.loads(gongsheng(tmp_path / "demo", url, "status", "--json").stdout)
    assert (after["backlog"], after["store"]["available"]) == (0, True)


def test_a_node_that_hangs_is_away_until_it_answers_again(node, url, tmp_path):
    archive = filled(tmp_path, 300)
    store = opened(url, timeout=2)
    ingest(archive, store, WordTagger())
    archive.append([comment("new")])
    node.pause()
    try:
        with pytest.raises(StoreUnavailable, match="no answer in time"):
            ingest(archive, store, WordTagger())
        with pytest.raises(StoreUnavailable):
            store.search(PostQuery())
        assert not store.health().available
    finally:
        node.resume()
    ingest(archive, opened(url), WordTagger())
    assert lost_and_doubled(archive, store) == NOTHING


def test_a_full_disk_stops_writing_but_not_searching(node, url, tmp_path):
    archive = filled(tmp_path, 200)
    store = opened(url)
    ingest(archive, store, WordTagger())
    archive.append([comment("new")])
    block = "index.blocks.read_only_allow_delete"
    ask(f"{url}.*/_settings", "PUT", {block: True})
    with pytest.raises(StoreUnavailable, match="disk is nearly full"):
        ingest(archive, store, WordTagger())
    assert store.search(PostQuery(text="拖欠"), size=0).total == 200
    assert store.checkpoint() == 200
    ask(f"{url}.*/_settings", "PUT", {block: None})
    ingest(archive, store, WordTagger())
    assert lost_and_doubled(archive, store) == NOTHING


def test_a_node_without_room_to_answer_is_busy(node, url, tmp_path):
    archive = filled(tmp_path, 100)
    store = opened(url)
    ingest(archive, store, WordTagger())
    archive.append([comment("new")])
    limit = "indices.breaker.request.limit"
    ask(f"{node.url}/_cluster/settings", "PUT", {"persistent": {limit: "1b"}})
    try:
        with pytest.raises(StoreUnavailable, match="429"):
            store.count_by(FacetField.SENTIMENT, PostQuery())
    finally:
        ask(f"{node.url}/_cluster/settings", "PUT", {"persistent": {limit: None}})
    ingest(archive, store, WordTagger())
    assert lost_and_doubled(archive, store) == NOTHING
