"""An index whose server does not answer: work goes on, posts wait. Needs no server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import wiring
from monitor.backlog import KnownCheckpoint, only_writer
from monitor.settings import Settings
from monitor.watch import round_alerts
from posts.errors import StoreUnavailable
from tests.archive_posts import comment

NOBODY = "http://127.0.0.1:9/away"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", store=NOBODY, key="ab" * 32, model="baseline")


def test_an_import_ends_well_and_says_what_waits(tmp_path):
    export = tmp_path / "posts.jsonl"
    line = {"id": "1", "platform": "weibo", "kind": "comment", "text": "三个月没发工资了"}
    export.write_text(json.dumps(line) + "\n", "utf-8")
    named = {"DATA": str(tmp_path / "data"), "STORE": NOBODY, "KEY": "ab" * 32}
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "import", str(export), "--json"],
        env={**os.environ, **{f"GONGSHENG_{name}": value for name, value in named.items()}},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["new"]) == (0, 1)
    assert "index is away; 1 posts wait in the archive" in done.stderr
    assert "Traceback" not in done.stderr


def test_ingest_says_how_many_posts_wait(settings):
    archive = wiring.archive(settings)
    archive.append([comment(n) for n in range(5)])
    archive.close()
    with pytest.raises(StoreUnavailable, match="index is away; 5 posts wait"):
        wiring.ingest_backlog(settings)
    KnownCheckpoint(settings.data, NOBODY).keep(3)
    with pytest.raises(StoreUnavailable, match="index is away; 2 posts wait"):
        wiring.ingest_backlog(settings)
    assert KnownCheckpoint(settings.data, "http://another").read() == 0


def test_watching_and_status_go_on(settings, capsys):
    archive = wiring.archive(settings)
    archive.append([comment(1)])
    archive.close()
    assert round_alerts(settings, after=0) == []
    assert "posts wait in the archive" in capsys.readouterr().out
    now = wiring.current_status(settings)
    assert (now.archived, now.backlog, now.store.available) == (1, None, False)


def test_a_second_ingest_waits_for_the_first(tmp_path):
    code = (
        "import sys; from pathlib import Path; from monitor.backlog import only_writer\n"
        "with only_writer(Path(sys.argv[1])): print('mine', flush=True)"
    )
    with only_writer(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert other.stderr is not None
        assert "waiting for another ingest" in other.stderr.readline()
        assert other.poll() is None
    told, _ = other.communicate(timeout=60)
    assert told == "mine\n"
