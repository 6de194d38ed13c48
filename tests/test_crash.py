"""Kill -9 at any moment, then go on: nothing is lost, nothing is there twice."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawlers.replay.server import ReplayServer
from nlp.segment import JiebaText
from posts.archive import Appended, Archive
from posts.model import Post
from posts.query import PostQuery
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import NOON, comment

ROOT = Path(__file__).parent.parent


def _run_and_kill(arguments: list[str], seconds: float) -> list[str]:
    """Start a worker, kill it some time after it began; give what it said."""
    command = [sys.executable, "-m", "tests.crashing", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        said = [worker.stdout.readline().strip()]
        assert said == ["start"]
        time.sleep(seconds)
        worker.send_signal(signal.SIGKILL)
        said += worker.stdout.read().split()
    return said[1:]


def _run(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "tests.crashing", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def _ids(archive: Archive) -> list[str]:
    return [post.id for _, post in archive.since(0)]


def test_a_killed_append_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(20261120)
    confirmed: set[str] = set()
    rounds = 20
    for number in range(rounds):
        first = number * 1000
        said = _run_and_kill(
            ["append", str(tmp_path), str(first), str(first + 1000)], chance.uniform(0, 0.12)
        )
        confirmed |= {f"weibo:{int(start) + n}" for start in said for n in range(5)}
        archive = Archive(tmp_path / "archive")
        found = _ids(archive)
        assert confirmed <= set(found)
        assert len(found) == len(set(found))
        assert [sequence for sequence, _ in archive.since(0)] == list(range(1, len(found) + 1))
        archive.close()

    archive = Archive(tmp_path / "archive", segment_bytes=20_000)
    everything = [comment(n, f"第{n}条") for n in range(rounds * 1000)]
    before = len(_ids(archive))
    assert archive.append(everything) == Appended(new=len(everything) - before, seen=before)
    assert sorted(_ids(archive)) == sorted(post.id for post in everything)


@pytest.mark.slow
def test_a_killed_ingest_goes_on_where_it_stood(tmp_path: Path) -> None:
    chance = random.Random(7)
    archive = Archive(tmp_path / "archive")
    archive.append([comment(n, f"第{n}条") for n in range(600)])
    archive.append([comment(n, f"第{n}条又拖欠工资") for n in range(0, 600, 2)])
    reached = 0
    for _ in range(8):
        _run_and_kill(["ingest", str(tmp_path)], chance.uniform(0.05, 0.5))
        store = EmbeddedStore(tmp_path / "index", JiebaText())
        assert store.checkpoint() >= reached
        reached = store.checkpoint()
        found = [hit.found.post.id for hit in store.search(PostQuery(), size=3000).hits]
        assert len(found) == len(set(found))
        assert {post.id for _, post in archive.since(0, reached)} <= set(found)
        store.close()

    _run(["ingest", str(tmp_path)])
    store = EmbeddedStore(tmp_path / "index", JiebaText())
    assert store.checkpoint() == archive.head() == 900
    assert store.search(PostQuery()).total == 600
    assert store.search(PostQuery(text="拖欠")).total == 300


@pytest.mark.parametrize("moment", range(3))
def test_an_append_killed_at_once_leaves_a_usable_archive(tmp_path: Path, moment: int) -> None:
    _run_and_kill(["append", str(tmp_path), "0", "50"], moment / 1000)
    archive = Archive(tmp_path / "archive", segment_bytes=20_000)
    archive.append([comment(n, f"第{n}条") for n in range(50)])
    assert sorted(_ids(archive)) == sorted(f"weibo:{n}" for n in range(50))


def _known(archive: Archive) -> dict[str, Post]:
    """The latest versions, without what differs between two crawls of the same channels."""
    return {post.id: post.model_copy(update={"collected_at": NOON}) for _, post in archive.since(0)}


@pytest.mark.slow
def test_a_killed_crawl_is_made_good_by_the_next_one(tmp_path: Path) -> None:
    chance = random.Random(42)
    with ReplayServer() as replay:
        _run(["crawl", str(tmp_path / "calm"), replay.base_url])
        for _ in range(4):
            arguments = ["crawl", str(tmp_path / "killed"), replay.base_url]
            _run_and_kill(arguments, chance.uniform(0.2, 3))
        _run(["crawl", str(tmp_path / "killed"), replay.base_url])
    calm = Archive(tmp_path / "calm" / "archive")
    killed = Archive(tmp_path / "killed" / "archive")
    assert len(_known(calm)) > 100
    assert _known(killed) == _known(calm)
    store = EmbeddedStore(tmp_path / "killed" / "index", JiebaText())
    assert store.checkpoint() == killed.head()
    assert store.search(PostQuery()).total == len(_known(calm))
