import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from nlp.segment import JiebaText
from posts.errors import StoreError
from posts.model import Analysis, Post
from posts.query import FacetField, PostQuery
from posts.store.document import facet_values
from posts.store.embedded import EmbeddedStore
from posts.store.embedded_schema import build_schema
from tests.sample_posts import SAMPLES, tagged

ROOT = Path(__file__).parents[2]


def open_embedded(folder: Path) -> EmbeddedStore:
    return EmbeddedStore(folder, JiebaText())


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Run Python code that has a store ``store`` of the first argument's folder."""
    before = """
        import sys, time
        from pathlib import Path
        from tests.sample_posts import tagged
        from tests.store.test_embedded import open_embedded
        store = open_embedded(Path(sys.argv[1]))
    """
    program = textwrap.dedent(before) + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


SLOW_WRITE = """
    def slowly():
        for i in range(int(sys.argv[3])):
            if i == 1:
                print("writing", flush=True)
            yield tagged(f"{sys.argv[2]}-{i}")
            time.sleep(float(sys.argv[4]))
    store.write(slowly(), checkpoint=1)
"""


def test_two_processes_write_at_once_and_the_second_waits(tmp_path):
    writers = [start(SLOW_WRITE, tmp_path / "index", name, 60, 0.01) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdout.close()
    store = open_embedded(tmp_path / "index")
    assert store.health().posts == 120


def test_readers_see_a_whole_write_or_nothing_of_it(tmp_path):
    store = open_embedded(tmp_path / "index")
    store.write([tagged("before")], checkpoint=1)
    with start(SLOW_WRITE, tmp_path / "index", "new", 40, 0.02) as writer:
        assert writer.stdout.readline() == "writing\n"
        seen = {store.search(PostQuery(), size=0).total}
        while writer.poll() is None:
            seen.add(store.search(PostQuery(), size=0).total)
            time.sleep(0.01)
    seen.add(store.search(PostQuery(), size=0).total)
    assert seen == {1, 41}


def test_a_writer_killed_in_the_middle_leaves_the_last_commit_and_no_lock(tmp_path):
    store = open_embedded(tmp_path / "index")
    store.write(SAMPLES, checkpoint=34)
    with start(SLOW_WRITE, tmp_path / "index", "lost", 1000, 0.01) as writer:
        assert writer.stdout.readline() == "writing\n"
        os.kill(writer.pid, signal.SIGKILL)
    again = open_embedded(tmp_path / "index")
    assert again.checkpoint() == 34
    assert again.health().posts == len(SAMPLES)
    again.write([tagged("after")], checkpoint=35)
    assert store.get("weibo:after") is not None
    assert (store.checkpoint(), store.health().posts) == (35, len(SAMPLES) + 1)


def test_an_index_is_found_again_after_closing(tmp_path):
    store = open_embedded(tmp_path / "index")
    store.write(SAMPLES, checkpoint=34)
    store.close()
    assert not store.health().available
    with pytest.raises(StoreError, match="closed"):
        store.get("weibo:5001")
    assert open_embedded(tmp_path / "index").get("weibo:5001") == SAMPLES[0]


def test_an_index_of_another_schema_is_refused(tmp_path):
    open_embedded(tmp_path / "index").close()
    (tmp_path / "index" / "format.json").write_text('{"schema": 0}')
    with pytest.raises(StoreError, match="gongsheng rebuild"):
        open_embedded(tmp_path / "index")


@pytest.mark.parametrize("harm", ["meta", "format", "segments"])
def test_a_damaged_index_is_refused_with_what_to_do(tmp_path, harm):
    open_embedded(tmp_path / "index").write(SAMPLES, checkpoint=34)
    folder = tmp_path / "index"
    if harm == "meta":
        (folder / "segments" / "meta.json").write_text("{}")
    elif harm == "format":
        (folder / "format.json").write_text("[")
    else:
        for path in (folder / "segments").iterdir():
            path.unlink()
    with pytest.raises(StoreError, match="gongsheng rebuild"):
        open_embedded(folder)


def test_an_index_that_breaks_while_open_says_so(tmp_path):
    store = open_embedded(tmp_path / "index")
    store.write(SAMPLES, checkpoint=34)
    (tmp_path / "index" / "segments" / "meta.json").unlink()
    with pytest.raises(StoreError, match="gongsheng rebuild"):
        store.search(PostQuery())
    assert not store.health().available


def test_a_folder_with_other_files_is_not_touched(tmp_path):
    (tmp_path / "letter.txt").write_text("not an index")
    with pytest.raises(StoreError, match=r"letter\.txt"):
        open_embedded(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_every_facet_reads_a_field_of_the_model(tmp_path):
    fields = set(Post.model_fields) | set(Analysis.model_fields)
    assert {field.value for field in FacetField} - {"topic"} <= fields
    assert build_schema() is not None
    assert all(isinstance(facet_values(SAMPLES[0], field), tuple) for field in FacetField)
