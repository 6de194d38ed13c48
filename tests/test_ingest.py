from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.channels import Channel
from monitor.ingest import IngestResult, ingest, text_to_tag
from monitor.status import status
from nlp.segment import JiebaText
from posts.archive import Archive
from posts.errors import StoreError, StoreUnavailable
from posts.model import AccessState, Count, Coverage, CrawlRun
from posts.query import PostQuery, StoreHealth
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import NOON, WordTagger, comment


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "archive")
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    opened = EmbeddedStore(tmp_path / "index", JiebaText())
    yield opened
    opened.close()


class AwayStore(EmbeddedStore):
    """An index whose server is away."""

    def checkpoint(self) -> int:
        raise StoreUnavailable("http://127.0.0.1:9: nobody answers")

    def health(self) -> StoreHealth:
        return StoreHealth(available=False, detail="nobody answers")


def test_what_is_archived_is_found(archive: Archive, store: EmbeddedStore) -> None:
    archive.append([comment(1, "又拖欠工资了"), comment(2, "食堂不错")])
    done: list[int] = []
    assert ingest(archive, store, WordTagger(), advance=done.append) == IngestResult(2, 2, 2)
    assert sum(done) == 2
    page = store.search(PostQuery(text="拖欠"))
    assert [hit.found.post.id for hit in page.hits] == ["weibo:1"]
    assert page.hits[0].found.analysis.sentiment == "negative"
    assert page.hits[0].found.version == 1


def test_a_second_run_finds_nothing_new(archive: Archive, store: EmbeddedStore) -> None:
    archive.append([comment(1)])
    ingest(archive, store, WordTagger())
    tagger = WordTagger()
    assert ingest(archive, store, tagger) == IngestResult(0, 0, 1)
    assert tagger.asked == []


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_only_the_last_version_counts(archive: Archive, store: EmbeddedStore, batch: int) -> None:
    archive.append([comment(1, likes=Count(value=1)), comment(2)])
    archive.append([comment(1, likes=Count(value=2)), comment(3)])
    archive.append([comment(1, likes=Count(value=3))])
    result = ingest(archive, store, WordTagger(), batch=batch)
    assert (result.read, result.checkpoint) == (5, 5)
    assert store.search(PostQuery()).total == 3
    found = store.get("weibo:1")
    assert found is not None
    assert (found.post.likes, found.version) == (Count(value=3), 5)


def test_a_text_that_did_not_change_keeps_its_tags(archive: Archive, store: EmbeddedStore) -> None:
    archive.append([comment(1, "又拖欠工资了"), comment(2, "好")])
    ingest(archive, store, WordTagger())
    archive.append([comment(1, "又拖欠工资了", likes=Count(value=9)), comment(2, "很好")])
    tagger = WordTagger()
    assert ingest(archive, store, tagger).indexed == 2
    assert tagger.asked == ["很好"]
    found = store.get("weibo:1")
    assert found is not None
    assert (found.analysis.sentiment, found.post.likes) == ("negative", Count(value=9))


def test_another_model_tags_anew(archive: Archive, store: EmbeddedStore) -> None:
    archive.append([comment(1)])
    ingest(archive, store, WordTagger("words-1"))
    archive.append([comment(1, likes=Count(value=9))])
    ingest(archive, store, WordTagger("words-2"))
    found = store.get("weibo:1")
    assert found is not None
    assert found.analysis.model == "words-2"


@pytest.mark.parametrize(
    ("title", "text", "read"),
    [
        (None, "正文", "正文"),
        ("", "正文", "正文"),
        ("标题", "正文", "标题\n正文"),
        ("标题", "标题和正文", "标题和正文"),
        ("标题", "", "标题"),
    ],
)
def test_title_and_text_are_read_together(title: str | None, text: str, read: str) -> None:
    assert text_to_tag(comment(1, text, title=title)) == read


def test_an_index_that_is_away_leaves_the_backlog(archive: Archive, tmp_path: Path) -> None:
    archive.append([comment(1), comment(2)])
    away = AwayStore(tmp_path / "away", JiebaText())
    with pytest.raises(StoreUnavailable, match="nobody answers"):
        ingest(archive, away, WordTagger())
    found = status(archive, away, model="words-1")
    assert (found.archived, found.indexed, found.backlog) == (2, None, None)
    assert not found.store.available


def test_the_index_of_another_archive_is_refused(
    archive: Archive, store: EmbeddedStore, tmp_path: Path
) -> None:
    archive.append([comment(1), comment(2)])
    ingest(archive, store, WordTagger())
    other = Archive(tmp_path / "other")
    other.append([comment(3)])
    with pytest.raises(StoreError, match="gongsheng rebuild"):
        ingest(other, store, WordTagger())


def test_status_tells_of_channels_backlog_and_model(archive: Archive, store: EmbeddedStore) -> None:
    archive.append([comment(1), comment(2)])
    ingest(archive, store, WordTagger())
    archive.append([comment(3)])
    ok = CrawlRun(
        channel="weibo-main",
        source="weibo-mobile",
        started_at=NOON,
        ended_at=NOON,
        state=AccessState.OK,
        new=3,
        comments_declared=10,
        comments_fetched=3,
    )
    late = NOON + timedelta(days=1)
    barred = ok.model_copy(
        update={"state": AccessState.CAPTCHA, "started_at": late, "ended_at": late, "new": 0}
    )
    for run in (ok, barred, ok.model_copy(update={"channel": "given-up"})):
        archive.add_run(run)
    channels = [
        Channel(id="weibo-main", name="星河集团工会", source="weibo-mobile", account="1"),
        Channel(id="site", name="星河工会网", source="website", account="http://127.0.0.1"),
    ]
    found = status(archive, store, model="words-1", channels=channels)
    assert (found.archived, found.indexed, found.backlog, found.model) == (3, 2, 1, "words-1")
    main, site, given_up = found.channels
    assert (main.state, main.crawled_at, main.reached_at) == (AccessState.CAPTCHA, late, NOON)
    assert main.coverage == Coverage(declared=10, fetched=3)
    assert (site.name, site.state, site.crawled_at, site.new) == ("星河工会网", None, None, None)
    assert (given_up.id, given_up.name, given_up.state) == ("given-up", None, AccessState.OK)
