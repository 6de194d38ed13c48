"""The embedded store: a tantivy index in a folder, no server.

Any number of processes may read while one writes; a second writer waits. Readers see a write as
soon as it is committed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from posts.model import TaggedPost
from posts.query import (
    CrossCount,
    DayCount,
    FacetCount,
    FacetField,
    Hit,
    PostQuery,
    ResultPage,
    Sort,
    StoreHealth,
)
from posts.search_tree import Expression, wanted
from posts.store import SearchText
from posts.store.document import negative, newest, oldest
from posts.store.embedded_files import bytes_on_disk, read_checkpoint
from posts.store.embedded_index import EmbeddedIndex, translated
from posts.store.embedded_paging import page_by, page_by_score
from posts.store.embedded_query import QueryBuilder
from posts.store.embedded_schema import restore
from posts.store.highlight import Highlighter

_MOST_VALUES = 60_000
"""tantivy refuses more than 65,000 buckets in one answer."""
_BY_DAY = {"histogram": {"field": "day", "interval": 1, "min_doc_count": 1}}
_SPAN = {"stats": {"field": "day"}}
_DAY_COUNTS = TypeAdapter(list[DayCount])
"""Thousands of counts at once, several times faster than one by one."""
_KEYS: dict[str, tuple[str, ...]] = {
    "newest": ("newest",),
    "oldest": ("oldest",),
    "heat": ("heat", "newest"),
    "negative": ("negative", "newest"),
}


class EmbeddedStore:
    """``PostStore`` on tantivy.

    Texts, phrases and prefixes are found as characters that stand next to each other, so a word is
    found however jieba cut it; a hit on a jieba word ranks higher.
    """

    def __init__(self, folder: Path, search_text: SearchText) -> None:
        """Open the index of a folder; a missing or empty folder becomes a new index.

        Raises:
            StoreError: the folder holds something else, or an index of another version.
        """
        self._folder = folder
        self._index = EmbeddedIndex(folder, search_text)
        self._build = QueryBuilder(self._index.schema, search_text)
        self._highlighter = Highlighter(search_text)

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert by id and remember the checkpoint; see ``PostStore.write``."""
        self._index.write(posts, checkpoint)

    def checkpoint(self) -> int:
        """Archive sequence number up to which posts are in; 0 for a new store."""
        return read_checkpoint(self._folder)

    def get(self, post_id: str) -> TaggedPost | None:
        """One post, or None."""
        found = self._all(self._build.term("id", post_id), at_most=1)
        return found[0] if found else None

    def thread(self, thread_id: str) -> list[TaggedPost]:
        """The post and everything under it, oldest first, undated last."""
        found = self._all(self._build.thread(thread_id))
        return sorted(found, key=lambda tagged: (-oldest(tagged), tagged.post.id))

    def search(
        self,
        query: PostQuery,
        *,
        sort: Sort = "relevance",
        size: int = 20,
        offset: int = 0,
        facets: Sequence[FacetField] = (),
    ) -> ResultPage:
        """Find posts; see ``PostStore.search``."""
        built = self._build.build(query)
        tree = self._build.tree(query.text)
        if sort == "relevance" and not self._build.ranks(query.text):
            sort = "newest"
        with translated(self._folder):
            searcher = self._index.searcher()
            total = searcher.search(built, limit=1, count=True).count
            found = self._page(searcher, built, sort, offset, min(size, total - offset))
            counted = self._facets(searcher, built, facets)
        hits = tuple(self._hit(tagged, tree) for tagged in found)
        return ResultPage(total=total, hits=hits, facets=counted)

    def count_by(self, field: FacetField, query: PostQuery) -> dict[str, int]:
        """Posts by value of one field, all values."""
        answer = self._aggregate(query, {"by": _terms(field)})
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["by"]["buckets"]}

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields at once; pairs without posts are left out."""
        answer = self._aggregate(query, {"by": _terms(rows) | {"aggs": {"by": _terms(columns)}}})
        counts = [
            CrossCount(row=row["key"], column=column["key"], count=column["doc_count"])
            for row in answer["by"]["buckets"]
            for column in row["by"]["buckets"]
        ]
        return sorted(counts, key=lambda count: (count.row, count.column))

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day, oldest first; days without posts and posts without time are left out."""
        if split is None:
            answer = self._aggregate(query, {"by": _BY_DAY})
            return [DayCount(day=day, count=n) for day, n in _day_counts(answer["by"])]
        counts = [
            {"day": day, "count": n, "value": value}
            for value, days in self._days_by_value(query, split)
            for day, n in _day_counts(days)
        ]
        counts.sort(key=itemgetter("day", "value"))
        return _DAY_COUNTS.validate_python(counts)

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts, or None where there are none."""
        span = self._aggregate(PostQuery(), {"span": _SPAN})["span"]
        if not span["count"]:
            return None
        return date.fromordinal(int(span["min"])), date.fromordinal(int(span["max"]))

    def health(self) -> StoreHealth:
        """Whether it answers and what it holds; never raises."""
        try:
            with translated(self._folder):
                posts = self._index.searcher().num_docs
                return StoreHealth(
                    available=True, posts=posts, bytes_on_disk=bytes_on_disk(self._folder)
                )
        except Exception as error:
            return StoreHealth(available=False, detail=str(error))

    def close(self) -> None:
        """Let go of the index's files."""
        self._index.close()

    def _all(self, query: Any, at_most: int | None = None) -> list[TaggedPost]:
        with translated(self._folder):
            searcher = self._index.searcher()
            limit = at_most or searcher.search(query, limit=1, count=True).count
            hits = searcher.search(query, limit=max(1, limit), count=False).hits
            return [restore(searcher.doc(address)) for _, address in hits]

    def _aggregate(self, query: PostQuery, asked: dict[str, Any]) -> dict[str, Any]:
        return self._ask(self._build.build(query), asked)

    def _ask(self, built: Any, asked: dict[str, Any]) -> dict[str, Any]:
        with translated(self._folder):
            answer: dict[str, Any] = self._index.searcher().aggregate(built, asked)
        return answer

    def _days_by_value(self, query: PostQuery, split: FacetField) -> Iterator[tuple[str, Any]]:
        """Days of each value: in one question where the answer may be that long, else in many."""
        built = self._build.build(query)
        size = self._ask(built, {"span": _SPAN, "by": _terms(split)})
        span, values = size["span"], [bucket["key"] for bucket in size["by"]["buckets"]]
        if not span["count"]:
            return
        if len(values) * (span["max"] - span["min"] + 1) <= _MOST_VALUES:
            answer = self._ask(built, {"by": _terms(split) | {"aggs": {"by": _BY_DAY}}})
            yield from ((bucket["key"], bucket["by"]) for bucket in answer["by"]["buckets"])
            return
        for value in values:
            narrowed = self._build.both(built, self._build.term(split.value, value))
            yield value, self._ask(narrowed, {"by": _BY_DAY})["by"]

    def _page(
        self, searcher: Any, built: Any, sort: Sort, offset: int, size: int
    ) -> list[TaggedPost]:
        if size < 1:
            return []
        if sort == "relevance":
            scored = [
                (score, restore(searcher.doc(address)))
                for score, address in page_by_score(searcher, built, offset, size)
            ]
            scored.sort(key=lambda hit: (-hit[0], -newest(hit[1]), hit[1].post.id))
            return [tagged for _, tagged in scored]
        addresses = page_by(searcher, self._build, built, _KEYS[sort], offset, size)
        found = [restore(searcher.doc(address)) for address in addresses]
        return sorted(found, key=lambda tagged: _sort_key(sort, tagged))

    def _facets(
        self, searcher: Any, built: Any, fields: Sequence[FacetField]
    ) -> dict[FacetField, tuple[FacetCount, ...]]:
        if not fields:
            return {}
        answer = searcher.aggregate(built, {field.value: _terms(field) for field in fields})
        return {field: _facet_counts(answer[field.value]["buckets"]) for field in fields}

    def _hit(self, tagged: TaggedPost, tree: Expression | None) -> Hit:
        leaves = () if tree is None else tuple(wanted(tree))
        if not leaves:
            return Hit(found=tagged)
        return Hit(found=tagged, highlights=self._highlighter.spans(tagged.post.text, leaves))


def _day_counts(answer: dict[str, Any]) -> list[tuple[date, int]]:
    return [
        (date.fromordinal(int(bucket["key"])), bucket["doc_count"]) for bucket in answer["buckets"]
    ]


def _terms(field: FacetField) -> dict[str, Any]:
    return {"terms": {"field": field.value, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}


def _facet_counts(buckets: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(value=bucket["key"], count=bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value)))


def _sort_key(sort: Sort, tagged: TaggedPost) -> tuple[float, int, str]:
    first = {
        "newest": -newest(tagged),
        "oldest": -oldest(tagged),
        "heat": -tagged.post.heat,
        "negative": -negative(tagged),
    }[sort]
    return first, -newest(tagged), tagged.post.id
