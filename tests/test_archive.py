import logging
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.archive import Appended, Archive
from posts.errors import ArchiveError, UnmaskedPost
from posts.model import AccessState, ChannelSnapshot, Count, Coverage, CrawlRun, Post
from tests.archive_posts import NOON, comment


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "archive")
    yield opened
    opened.close()


def held(archive: Archive, after: int = 0) -> list[tuple[int, Post]]:
    return list(archive.since(after))


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "posts").glob("*.log"))


def test_an_empty_archive_is_empty(archive: Archive) -> None:
    assert archive.head() == 0
    assert held(archive) == []
    assert archive.latest("weibo:1") is None
    assert archive.runs() == []
    assert archive.snapshots() == []
    assert archive.append([]) == Appended()


def test_posts_come_back_as_they_were(archive: Archive) -> None:
    full = comment(
        1,
        title="题",
        published_at=NOON,
        likes=Count(value=100, lower_bound=True),
        coverage=Coverage(declared=9, fetched=3),
        region="江苏",
    )
    assert archive.append([full, comment(2)]) == Appended(new=2)
    assert held(archive) == [(1, full), (2, comment(2))]
    assert archive.head() == 2
    assert archive.latest("weibo:1") == full


def test_a_second_run_finds_nothing_new(archive: Archive) -> None:
    archive.append([comment(1), comment(2)])
    later = {"collected_at": NOON + timedelta(days=1), "source": "weibo-web"}
    assert archive.append([comment(1, **later), comment(2)]) == Appended(seen=2)
    assert archive.head() == 2


def test_a_change_is_a_new_version(archive: Archive) -> None:
    archive.append([comment(1, likes=Count(value=1)), comment(2)])
    assert archive.append([comment(1, likes=Count(value=2))]) == Appended(updated=1)
    assert [number for number, _ in held(archive)] == [1, 2, 3]
    latest = archive.latest("weibo:1")
    assert latest is not None
    assert latest.likes == Count(value=2)


def test_the_unknown_erases_nothing(archive: Archive) -> None:
    archive.append([comment(1, region="江苏", likes=Count(value=3))])
    changed = comment(1, text="", deleted=True, collected_at=NOON + timedelta(hours=1))
    assert archive.append([changed]) == Appended(updated=1)
    latest = archive.latest("weibo:1")
    assert latest is not None
    assert (latest.text, latest.region, latest.deleted) == ("加班费什么时候发", "江苏", True)
    assert latest.likes == Count(value=3)
    assert archive.append([comment(1, deleted=True)]) == Appended(seen=1)


def test_an_older_export_fills_gaps_and_overwrites_nothing(archive: Archive) -> None:
    archive.append([comment(1, likes=Count(value=50))])
    old = comment(1, likes=Count(value=2), region="江苏", collected_at=NOON - timedelta(days=9))
    assert archive.append([old]) == Appended(updated=1)
    latest = archive.latest("weibo:1")
    assert latest is not None
    assert (latest.likes, latest.region, latest.collected_at) == (Count(value=50), "江苏", NOON)


def test_doubles_in_one_batch_are_one_post(archive: Archive) -> None:
    twice = [comment(1), comment(1), comment(1, likes=Count(value=1)), comment(2)]
    assert archive.append(twice) == Appended(new=2, updated=1, seen=1)
    assert [post.id for _, post in held(archive)] == ["weibo:1", "weibo:2"]
    assert archive.append(twice[2:]) == Appended(seen=2)


def test_an_absurd_counter_is_kept(archive: Archive, tmp_path: Path) -> None:
    absurd = comment(1, likes=Count(value=2**70))
    assert archive.append([absurd]) == Appended(new=1)
    assert archive.latest("weibo:1") == absurd
    archive.close()
    for file in (tmp_path / "archive").glob("latest-*"):
        file.unlink()
    assert archive.append([absurd]) == Appended(seen=1)


def test_an_unmasked_post_is_refused_and_nothing_is_kept(archive: Archive) -> None:
    with pytest.raises(UnmaskedPost, match="weibo:2"):
        archive.append([comment(1), comment(2, masked=False)])
    assert archive.head() == 0


def test_reading_goes_on_behind_a_checkpoint(archive: Archive) -> None:
    for start in range(0, 50, 5):
        archive.append([comment(n) for n in range(start, start + 5)])
    assert [number for number, _ in archive.since(42)] == list(range(43, 51))
    assert [number for number, _ in archive.since(13, limit=4)] == [14, 15, 16, 17]
    assert held(archive, 50) == []


def test_a_log_goes_on_in_a_new_segment(tmp_path: Path) -> None:
    archive = Archive(tmp_path, segment_bytes=1000)
    for n in range(40):
        archive.append([comment(n)])
    assert len(segments(tmp_path)) > 3
    for after in range(41):
        assert [number for number, _ in archive.since(after)] == list(range(after + 1, 41))
    again = Archive(tmp_path, segment_bytes=1000)
    assert again.append([comment(n) for n in range(41)]) == Appended(new=1, seen=40)


def test_channel_figures_and_crawls_are_kept(archive: Archive) -> None:
    figures = ChannelSnapshot(
        channel="a", platform="weibo", taken_at=NOON, followers=Count(value=7)
    )
    run = CrawlRun(
        channel="b", source="s", started_at=NOON, ended_at=NOON, state=AccessState.CAPTCHA
    )
    archive.add_snapshots([figures, figures.model_copy(update={"channel": "b"})])
    archive.add_run(run)
    assert archive.snapshots("a") == [figures]
    assert len(archive.snapshots()) == 2
    assert archive.runs("b") == [run]
    assert archive.runs("a") == []
    assert archive.head() == 0


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=6), max_size=6))
def test_counts_add_up_and_the_latest_version_wins(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, int]]]
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    expected: dict[str, int] = {}
    for batch in batches:
        done = archive.append([comment(n, likes=Count(value=likes)) for n, likes in batch])
        assert done.new + done.updated + done.seen == len(batch)
        expected.update({f"weibo:{n}": likes for n, likes in batch})
    last = {post.id: post.likes.value for _, post in held(archive) if post.likes}
    assert last == expected
    archive.close()


@pytest.mark.parametrize("cut", [1, 5, 23, 24, 60])
def test_a_torn_tail_is_cut_off_with_a_warning(
    tmp_path: Path, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    Archive(tmp_path).append([comment(1)])
    whole = segments(tmp_path)[0].stat().st_size
    Archive(tmp_path).append([comment(2)])
    os.truncate(segments(tmp_path)[0], whole + cut)

    reader = Archive(tmp_path)
    assert [post.id for _, post in held(reader)] == ["weibo:1"]
    assert reader.head() == 1

    with caplog.at_level(logging.WARNING):
        assert reader.append([comment(2), comment(3)]) == Appended(new=2)
    assert f"cut off {cut} bytes at offset {whole}" in caplog.text
    assert [post.id for _, post in held(Archive(tmp_path))] == ["weibo:1", "weibo:2", "weibo:3"]


def test_a_tail_of_zeros_after_a_power_cut_is_cut_off(tmp_path: Path) -> None:
    Archive(tmp_path).append([comment(1)])
    with segments(tmp_path)[0].open("ab") as file:
        file.write(bytes(500))
    archive = Archive(tmp_path)
    assert archive.append([comment(2)]) == Appended(new=1)
    assert len(held(archive)) == 2


def test_a_first_frame_torn_in_a_new_segment_is_cut_off(tmp_path: Path) -> None:
    archive = Archive(tmp_path, segment_bytes=1)
    archive.append([comment(1)])
    archive.append([comment(2)])
    os.truncate(segments(tmp_path)[1], 10)
    archive = Archive(tmp_path, segment_bytes=1)
    assert archive.head() == 1
    assert archive.append([comment(2)]) == Appended(new=1)
    assert [number for number, _ in held(archive)] == [1, 2]


def _flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        value = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([value ^ 0xFF]))


@pytest.mark.parametrize("byte", [0, 5, 9, 13, 17, 40])
def test_rot_in_the_middle_is_reported_with_file_and_offset(tmp_path: Path, byte: int) -> None:
    archive = Archive(tmp_path)
    archive.append([comment(1)])
    first = segments(tmp_path)[0].stat().st_size
    archive.append([comment(2)])
    archive.append([comment(3)])
    _flip(segments(tmp_path)[0], first + byte)
    before = segments(tmp_path)[0].read_bytes()
    with pytest.raises(ArchiveError, match=rf"000000000001.log: damaged at offset {first} "):
        held(Archive(tmp_path))
    with pytest.raises(ArchiveError, match=rf"damaged at offset {first} "):
        Archive(tmp_path).append([comment(4)])
    assert segments(tmp_path)[0].read_bytes() == before


@pytest.mark.parametrize("harm", ["missing", "rubbish", "behind", "empty"])
def test_the_list_of_latest_versions_can_be_lost(tmp_path: Path, harm: str) -> None:
    archive = Archive(tmp_path)
    archive.append([comment(n) for n in range(10)])
    archive.close()
    (file,) = tmp_path.glob("latest-*.sqlite")
    early = file.read_bytes()
    archive.append([comment(0, likes=Count(value=1)), comment(10)])
    archive.close()
    if harm == "missing":
        file.unlink()
    else:
        content = {"rubbish": b"rubbish" * 1000, "behind": early, "empty": b""}
        file.write_bytes(content[harm])
    archive = Archive(tmp_path)
    latest = archive.latest("weibo:0")
    assert latest is not None
    assert latest.likes == Count(value=1)
    assert archive.append([comment(n) for n in range(12)]) == Appended(new=1, seen=11)


def test_the_list_of_another_log_is_not_believed(tmp_path: Path) -> None:
    for name, first in (("one", 0), ("two", 100)):
        archive = Archive(tmp_path / name)
        archive.append([comment(first + n) for n in range(10)])
        archive.close()
    (file,) = (tmp_path / "one").glob("latest-*.sqlite")
    (tmp_path / "two" / file.name).write_bytes(file.read_bytes())
    two = Archive(tmp_path / "two")
    assert two.append([comment(0), comment(100)]) == Appended(new=1, seen=1)


def _append_many(folder: Path, numbers: list[int]) -> None:
    archive = Archive(folder)
    for start in range(0, len(numbers), 7):
        archive.append([comment(n) for n in numbers[start : start + 7]])


def test_two_processes_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    shares = [list(range(0, 200)), list(range(100, 300)), list(range(150, 350))]
    writers = [spawn.Process(target=_append_many, args=(tmp_path, share)) for share in shares]
    for writer in writers:
        writer.start()
    reader = Archive(tmp_path)
    while any(writer.is_alive() for writer in writers):
        numbers = [number for number, _ in reader.since(0)]
        assert numbers == list(range(1, len(numbers) + 1))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    found = [post.id for _, post in held(reader)]
    assert sorted(found) == sorted(f"weibo:{n}" for n in range(350))


def _limited(work: Callable[[], None], size: int) -> None:
    """Run in a child process whose files may not grow beyond a size, as on a full disk."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_full_disk_costs_nothing_that_was_confirmed(tmp_path: Path) -> None:
    kept = [comment(n) for n in range(200)]
    Archive(tmp_path).append(kept)
    log = segments(tmp_path)[0]
    whole = log.read_bytes()
    more = [comment(n, text=os.urandom(200).hex()) for n in range(200, 1200)]

    def work() -> None:
        with pytest.raises(ArchiveError, match="free some space"):
            Archive(tmp_path).append(more)

    _limited(work, 60_000)
    assert log.read_bytes() == whole
    archive = Archive(tmp_path)
    assert archive.append([*kept, *more]) == Appended(new=1000, seen=200)
    assert len(held(archive)) == 1200


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="file/archive"):
        Archive(tmp_path / "file" / "archive").append([comment(1)])
