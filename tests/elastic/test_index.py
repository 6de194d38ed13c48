"""Mapping, months, retention, generations and deep pages: what only this engine promises."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from monitor.ingest import ingest
from monitor.rebuild import differences
from nlp.segment import JiebaText
from posts.archive import Archive
from posts.errors import StoreError
from posts.model import CHINA, Analysis, Post
from posts.query import FacetField, PostQuery
from posts.store import open_new_generation
from posts.store.access import ElasticAccess
from posts.store.document import CHARACTERS, PAIRS, WORDS
from posts.store.elastic import months_ago
from posts.store.elastic_mapping import MAPPING, STORED
from tests.archive_posts import WordTagger, comment
from tests.elastic.archived import ask, opened
from tests.elastic.node import node_address
from tests.sample_posts import SAMPLES, china, tagged
from tests.store.conftest import drop_elastic

pytestmark = pytest.mark.elastic
SORT_KEYS = {"newest", "oldest", "heat", "negative", "day", "version"}


@pytest.fixture
def url() -> Iterator[str]:
    name = f"index-{time.monotonic_ns()}"
    yield f"{node_address()}/{name}"
    drop_elastic(node_address(), name)


def indices(url: str) -> set[str]:
    return set(ask(f"{url}.g*"))


def months(url: str) -> set[str]:
    return {name.split(".")[-1] for name in indices(url)}


def this_month(day: int = 1) -> datetime:
    return datetime.now(CHINA).replace(day=day, hour=12, minute=0, second=0, microsecond=0)


def test_the_mapping_is_the_models(url):
    fields = set(MAPPING["properties"])
    facets = {field.value for field in FacetField}
    of_the_model = fields - facets - SORT_KEYS - {WORDS, CHARACTERS, PAIRS, STORED, "thread"}
    assert facets <= fields
    assert of_the_model == {"id", "by_channel", "published_at"}
    assert of_the_model <= set(Post.model_fields)
    assert facets - {"topic"} <= set(Post.model_fields) | set(Analysis.model_fields)
    opened(url).write(SAMPLES, checkpoint=34)
    for found in ask(f"{url}/_mapping").values():
        held = found["mappings"]["properties"]
        assert {name: kind["type"] for name, kind in held.items()} == {
            name: kind["type"] for name, kind in MAPPING["properties"].items()
        }
        assert found["mappings"]["dynamic"] == "strict"


def test_an_index_made_in_another_way_gets_our_mapping(url):
    opened(url).checkpoint()
    ask(f"{url}.g9.2026-01", "PUT")
    (found,) = ask(f"{url}.g9.2026-01/_mapping").values()
    assert set(found["mappings"]["properties"]) == set(MAPPING["properties"])


def test_each_month_has_an_index_and_odd_dates_share_two(url):
    times = ["2026-05-31 23:59", "2026-06-01 00:00", "1970-01-01 00:00", "2150-01-01 00:00"]
    dated = [tagged(str(n), published_at=china(text)) for n, text in enumerate(times)]
    store = opened(url)
    store.write([*dated, tagged("none", published_at=None)], checkpoint=5)
    assert months(url) == {"2026-05", "2026-06", "early", "late", "undated"}
    assert store.health().posts == 5


def test_a_post_whose_month_becomes_known_moves_and_is_there_once(url):
    store = opened(url)
    store.write([tagged("1", published_at=None, version=1)], checkpoint=1)
    dated = tagged("1", published_at=china("2026-05-03 10:00"), version=2)
    store.write([dated], checkpoint=2)
    assert (store.health().posts, store.get("weibo:1")) == (1, dated)
    back = [
        tagged("1", published_at=china("2026-06-03 10:00"), version=3),
        tagged("1", published_at=china("2026-05-03 10:00"), version=4),
    ]
    store.write(back, checkpoint=4)
    assert (store.health().posts, store.get("weibo:1")) == (1, back[1])


def test_a_newer_version_is_safe_from_an_older_one_of_another_writer(url):
    first, second = opened(url), opened(url)
    first.write([tagged("1", "新", version=5)], checkpoint=5)
    second.write([tagged("1", "旧", version=4)], checkpoint=4)
    found = second.get("weibo:1")
    assert found is not None
    assert (found.post.text, second.checkpoint()) == ("新", 5)


def test_old_months_are_dropped_and_do_not_come_back(url, tmp_path):
    now = this_month()
    old = datetime.combine(months_ago(now.date(), 3), now.timetz())
    kept = datetime.combine(months_ago(now.date(), 1), now.timetz())
    archive = Archive(tmp_path / "archive")
    archive.append(
        [comment("now", published_at=now), comment("kept", published_at=kept)]
        + [comment(f"old-{n}", published_at=old) for n in range(3)]
        + [comment("undated", published_at=None)]
    )
    ingest(archive, opened(url), WordTagger())
    assert opened(url).health().posts == 6
    store = opened(url, keep_months=2)
    archive.append([comment("old-4", published_at=old), comment("old-1", "改了", published_at=old)])
    ingest(archive, store, WordTagger())
    assert store.health().posts == 3
    assert f"{old:%Y-%m}" not in months(url)
    new = open_new_generation(
        url, data=tmp_path, search_text=JiebaText(), mark="words-1",
        access=ElasticAccess(keep_months=2),
    )  # fmt: skip
    ingest(archive, new, WordTagger())
    assert (differences(archive, new), new.health().posts) == ("", 3)
    new.publish()
    assert store.health().posts == 3
    archive.close()


def test_an_undated_post_that_turns_out_to_be_old_goes(url):
    store = opened(url, keep_months=1)
    store.write([tagged("1", published_at=None, version=1)], checkpoint=1)
    assert store.health().posts == 1
    store.write([tagged("1", published_at=china("2020-01-01 00:00"), version=2)], checkpoint=2)
    assert (store.health().posts, store.get("weibo:1")) == (0, None)


def test_the_alias_is_switched_in_one_step(url, tmp_path):
    store = opened(url)
    store.write([tagged("1"), tagged("2")], checkpoint=2)
    old = indices(url)
    new = open_new_generation(url, data=tmp_path, search_text=JiebaText(), mark="m")
    new.write([tagged("3")], checkpoint=1)
    alias = url.rpartition("/")[2]
    assert set(ask(f"{url}/_alias")) == old
    assert store.search(PostQuery()).total == 2
    new.publish()
    assert set(ask(f"{url}/_alias")) == indices(url)
    assert not old & indices(url)
    assert store.search(PostQuery()).total == 1
    assert all(name.startswith(f"{alias}.g2.") for name in indices(url))


def test_an_index_of_another_schema_is_refused_until_it_is_rebuilt(url, tmp_path):
    opened(url).checkpoint()
    (name,) = indices(url)
    ask(f"{url.rpartition('/')[0]}/{name}/_mapping", "PUT", {"_meta": {"schema": 0}})
    with pytest.raises(StoreError, match="gongsheng rebuild"):
        opened(url).search(PostQuery())
    new = open_new_generation(url, data=tmp_path, search_text=JiebaText(), mark="m")
    new.publish()
    assert opened(url).search(PostQuery()).total == 0


def test_pages_go_on_beyond_ten_thousand(url):
    store = opened(url)
    store.write((tagged(f"{n:05}", "汤") for n in range(10_200)), checkpoint=1)
    page = store.search(PostQuery(), sort="newest", size=7, offset=10_190)
    assert page.total == 10_200
    assert [hit.found.post.id for hit in page.hits] == [f"weibo:{n}" for n in range(10190, 10197)]
    across = store.search(PostQuery(text="汤"), size=20, offset=9_990).hits
    assert [hit.found.post.id for hit in across] == [f"weibo:{n:05}" for n in range(9990, 10010)]
    assert store.search(PostQuery(), sort="heat", size=5, offset=10_200).hits == ()
