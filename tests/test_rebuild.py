"""A rebuild makes the index anew from the archive while the old one serves."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from monitor.ingest import ingest
from monitor.rebuild import differences, rebuild_index
from monitor.settings import Settings
from nlp.segment import JiebaText
from posts.archive import Archive
from posts.errors import StoreError
from posts.model import Count
from posts.query import PostQuery
from posts.store import PostStore, open_new_generation, open_store
from tests.archive_posts import WordTagger, comment
from tests.store.conftest import STORES, Engine

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.elastic)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    engine: Engine = STORES[request.param](tmp_path)
    name = f"rebuild-{time.monotonic_ns()}"
    yield engine.url(name)
    engine.drop(name)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "data" / "archive")
    opened.append([comment(n, f"第{n}条，又拖欠工资了") for n in range(40)])
    opened.append([comment(n, f"第{n}条，又拖欠工资了", likes=Count(value=1)) for n in range(9)])
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path, url: str) -> Settings:
    return Settings(data=tmp_path / "data", store=url, key="ab" * 32, model="baseline")


def opened(settings: Settings) -> PostStore:
    return open_store(settings.store, data=settings.data, search_text=JiebaText())


def total(store: PostStore, text: str = "") -> int:
    return store.search(PostQuery(text=text), size=0).total


def test_a_rebuilt_index_holds_every_post_once(archive, settings, capsys):
    done = rebuild_index(settings)
    assert (done.read, done.checkpoint) == (49, 49)
    store = opened(settings)
    assert (total(store, "拖欠"), store.checkpoint()) == (40, 49)
    found = store.get("weibo:3")
    assert found is not None
    assert found.post == archive.latest("weibo:3")
    assert "rebuilding: 49 of 49" in capsys.readouterr().err


def test_the_old_index_serves_until_the_new_one_is_whole(archive, settings):
    store = opened(settings)
    ingest(archive, store, WordTagger())
    new = open_new_generation(
        settings.store, data=settings.data, search_text=JiebaText(), mark="other"
    )
    new.write([], checkpoint=7)
    assert (total(store), store.checkpoint(), new.checkpoint()) == (40, 49, 7)
    archive.append([comment("later")])
    ingest(archive, store, WordTagger())
    assert total(store) == 41
    done = rebuild_index(settings)
    assert done.checkpoint == 50
    # The reader that was open all the time sees the new one, and so does a writer.
    found = store.get("weibo:later")
    assert found is not None
    assert found.analysis.model.startswith("baseline")
    archive.append([comment("last")])
    ingest(archive, opened(settings), WordTagger())
    assert (total(store), store.checkpoint()) == (42, 51)


def test_an_unfinished_rebuild_goes_on_where_it_stood(archive, settings):
    def begun(mark: str) -> int:
        new = open_new_generation(
            settings.store, data=settings.data, search_text=JiebaText(), mark=mark
        )
        try:
            return new.checkpoint()
        finally:
            new.close()

    new = open_new_generation(
        settings.store, data=settings.data, search_text=JiebaText(), mark="words-1"
    )
    ingest(archive, new, WordTagger())
    new.close()
    assert begun("words-1") == 49
    assert begun("words-2") == 0  # another tagger begins anew
    assert total(opened(settings)) == 0


def test_what_differs_from_the_archive_is_told(archive, settings):
    new = open_new_generation(
        settings.store, data=settings.data, search_text=JiebaText(), mark="words-1"
    )
    ingest(archive, new, WordTagger())
    assert differences(archive, new) == ""
    archive.append([comment(3, "改了")])
    assert "weibo:3 is another version" in differences(archive, new)
    archive.append([comment("more")])
    assert "it holds 40 posts, the archive 41" in differences(archive, new)
    new.close()


def test_a_killed_rebuild_is_made_good_by_the_next_one(archive, settings):
    archive.append([comment(f"more-{n}", f"再来{n}条") for n in range(3000)])
    command = [sys.executable, "-m", "tests.crashing", "rebuild", str(settings.data)]
    with subprocess.Popen(
        [*command, settings.store], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "start\n"
        assert worker.stdout.readline() == "20\n"
        worker.send_signal(signal.SIGKILL)
    assert total(opened(settings)) == 0
    done = rebuild_index(settings)
    assert done.read < 3049  # it went on
    assert done.checkpoint == 3049
    assert total(opened(settings)) == archive.count() == 3040


def test_two_rebuilds_at_once_are_refused(settings, archive):
    with FileLock(settings.data / "rebuild.lock"), pytest.raises(StoreError, match="another"):
        rebuild_index(settings)


def test_moving_to_another_index_takes_the_tags_along(archive, settings, tmp_path):
    rebuild_index(settings)
    other = settings.model_copy(update={"store": f"embedded:{tmp_path / 'other'}"})
    rebuild_index(settings, other.store)
    one, two = opened(settings), opened(other)
    assert [hit.found for hit in one.search(PostQuery(), sort="newest", size=50).hits] == [
        hit.found for hit in two.search(PostQuery(), sort="newest", size=50).hits
    ]


@pytest.mark.parametrize("harm", ["schema", "format", "segments", "checkpoint"])
def test_an_index_that_cannot_be_read_is_rebuilt(archive, tmp_path, harm):
    settings = Settings(data=tmp_path / "data", model="baseline", key="ab" * 32)
    ingest(archive, opened(settings), WordTagger())
    folder = settings.data / "index"
    if harm == "schema":
        (folder / "format.json").write_text('{"schema": 0}')
    elif harm == "format":
        (folder / "format.json").unlink()
    elif harm == "checkpoint":
        (folder / "checkpoint").write_text("much")
    else:
        for path in (folder / "segments").iterdir():
            path.unlink()
    with pytest.raises(StoreError, match="gongsheng rebuild"):
        opened(settings).checkpoint()
    rebuild_index(settings)
    assert total(opened(settings)) == 40
    assert not (folder / "segments").exists()  # the old one is gone


def test_a_folder_with_other_files_is_not_rebuilt(archive, tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("not an index")
    settings = Settings(data=tmp_path / "data", model="baseline", key="ab" * 32)
    with pytest.raises(StoreError, match=r"letter\.txt"):
        rebuild_index(settings, f"embedded:{folder}")
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_writer_that_waits_writes_into_the_new_index(archive, tmp_path):
    settings = Settings(data=tmp_path / "data", model="baseline", key="ab" * 32)
    store = opened(settings)
    ingest(archive, store, WordTagger())
    new = open_new_generation(
        settings.store, data=settings.data, search_text=JiebaText(), mark="words-1"
    )
    ingest(archive, new, WordTagger())
    from posts.store.embedded_files import put_in_use, writing

    archive.append([comment("late")])
    with writing(settings.data / "index"):
        waiting = threading.Thread(target=ingest, args=(archive, store, WordTagger()))
        waiting.start()
        time.sleep(0.2)
        new.close()
        put_in_use(settings.data / "index")
    waiting.join()
    assert (total(store), total(opened(settings))) == (41, 41)
