"""The Elasticsearch store: the same answers as the embedded one, for more than one office.

Only what both the official distribution and a bare node answer is used: no scripts, no ingest
processors, no ``_by_query``, no custom analysers, never ``info()``.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from posts.model import CHINA, TaggedPost
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
from posts.store.document import oldest
from posts.store.elastic_client import ElasticAccess, connect, parse_url, translated
from posts.store.elastic_index import ElasticIndex
from posts.store.elastic_mapping import STORED, restore
from posts.store.elastic_query import SORTS, Clause, ElasticQueryBuilder
from posts.store.highlight import Highlighter

_WINDOW = 10_000
"""Elasticsearch's ``max_result_window``; beyond it a point in time is paged through."""
_MOST_VALUES = 10_000
_KEEP_ALIVE = "2m"


class ElasticStore:
    """``PostStore`` on Elasticsearch."""

    def __init__(
        self, url: str, search_text: SearchText, access: ElasticAccess | None = None
    ) -> None:
        """Make the store; nothing is sent before the first question.

        Args:
            url: ``http(s)://host:port[,host:port][/prefix]``.
            search_text: how texts are cut.
            access: credentials and behaviour of the connection.

        Raises:
            SettingsError: the address or the credentials cannot be right.
        """
        self._access = access or ElasticAccess()
        self._hosts, prefix = parse_url(url)
        self._client = connect(self._hosts, self._access)
        self._index = ElasticIndex(self._client, prefix, self._access, search_text)
        self._build = ElasticQueryBuilder(search_text)
        self._highlighter = Highlighter(search_text)

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert by id and remember the checkpoint; see ``PostStore.write``."""
        with self._ready():
            self._index.write(posts, checkpoint)
            if self._access.keep_months is not None:
                self._index.drop_months_before(
                    months_ago(datetime.now(CHINA).date(), self._access.keep_months - 1)
                )

    def checkpoint(self) -> int:
        """Archive sequence number up to which posts are in; 0 for a new store."""
        with self._ready():
            return self._index.checkpoint()

    def get(self, post_id: str) -> TaggedPost | None:
        """One post, or None."""
        with self._ready():
            found = list(self._walk(self._build.ids([post_id]), SORTS["newest"]))
        return restore(found[0]["_source"]) if found else None

    def thread(self, thread_id: str) -> list[TaggedPost]:
        """The post and everything under it, oldest first, undated last."""
        with self._ready():
            hits = self._walk(self._build.thread(thread_id), SORTS["oldest"])
            found = [restore(hit["_source"]) for hit in hits]
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
        clause = self._build.build(query)
        tree = self._build.tree(query.text)
        if sort == "relevance" and not self._build.ranks(query.text):
            sort = "newest"
        size, offset = max(0, size), max(0, offset)
        shallow = offset + size <= _WINDOW
        with self._ready():
            answer = self._client.search(
                index=self._index.target,
                query=clause,
                size=size if shallow else 0,
                from_=offset if shallow else 0,
                sort=SORTS[sort],
                source={"includes": [STORED]},
                track_total_hits=True,
                aggregations={field.value: _terms(field) for field in facets} or None,
            )
            hits = answer["hits"]["hits"]
            if not shallow:
                hits = self._deep(clause, SORTS[sort], size, offset)
        counted = {
            field: _facet_counts(answer["aggregations"][field.value]["buckets"]) for field in facets
        }
        return ResultPage(
            total=answer["hits"]["total"]["value"],
            hits=tuple(self._hit(restore(hit["_source"]), tree) for hit in hits),
            facets=counted,
        )

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
        by_day: dict[str, Any] = {"histogram": {"field": "day", "interval": 1, "min_doc_count": 1}}
        if split is not None:
            by_day["aggs"] = {"by": _terms(split)}
        counts: list[DayCount] = []
        for bucket in self._aggregate(query, {"days": by_day})["days"]["buckets"]:
            day = date.fromordinal(int(bucket["key"]))
            if split is None:
                counts.append(DayCount(day=day, count=bucket["doc_count"]))
                continue
            values = sorted(bucket["by"]["buckets"], key=lambda value: str(value["key"]))
            counts += [
                DayCount(day=day, count=value["doc_count"], value=value["key"]) for value in values
            ]
        return counts

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts, or None where there are none."""
        borders = {name: {name: {"field": "day"}} for name in ("min", "max")}
        answer = self._aggregate(PostQuery(), borders)
        first, last = (answer[name]["value"] for name in ("min", "max"))
        if first is None:
            return None
        return date.fromordinal(int(first)), date.fromordinal(int(last))

    def health(self) -> StoreHealth:
        """Whether it answers and what it holds; never raises."""
        try:
            with self._ready():
                health = self._client.cluster.health(timeout="2s")
                posts = self._client.count(index=self._index.target)["count"]
                stats = self._client.indices.stats(index=self._index.target, metric="store")
            return StoreHealth(
                available=health["status"] != "red",
                posts=posts,
                bytes_on_disk=stats["_all"]["total"]["store"]["size_in_bytes"],
                detail=f"{health['number_of_nodes']} nodes, {health['status']}",
            )
        except Exception as error:
            return StoreHealth(available=False, detail=str(error))

    def begin_generation(self) -> None:
        """Write into a new generation that no search of others sees yet."""
        with translated(self._hosts):
            self._index.begin_generation()

    def publish(self) -> None:
        """Put the new generation in the place of the old one, in one step."""
        with translated(self._hosts):
            self._index.publish()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @contextmanager
    def _ready(self) -> Iterator[None]:
        with translated(self._hosts):
            self._index.prepare()
            yield

    def _aggregate(self, query: PostQuery, asked: dict[str, Any]) -> dict[str, Any]:
        clause = self._build.build(query)
        with self._ready():
            answer = self._client.search(
                index=self._index.target, query=clause, size=0, aggregations=asked
            )
        found: dict[str, Any] = answer["aggregations"]
        return found

    def _walk(
        self, clause: Clause, sort: list[dict[str, str]], *, source: bool = True
    ) -> Iterator[dict[str, Any]]:
        """Give every hit in order, seen at one point in time."""
        point = self._client.open_point_in_time(index=self._index.target, keep_alive=_KEEP_ALIVE)
        pit, after = point["id"], None
        try:
            while True:
                answer = self._client.search(
                    query=clause,
                    sort=sort,
                    size=1000 if source else _WINDOW,
                    source={"includes": [STORED]} if source else False,
                    pit={"id": pit, "keep_alive": _KEEP_ALIVE},
                    search_after=after,
                    track_total_hits=False,
                )
                hits = answer["hits"]["hits"]
                yield from hits
                if not hits:
                    return
                pit, after = answer["pit_id"], hits[-1]["sort"]
        finally:
            self._client.close_point_in_time(id=pit)

    def _deep(
        self, clause: Clause, sort: list[dict[str, str]], size: int, offset: int
    ) -> list[dict[str, Any]]:
        """A page beyond the window: walk over bare hits, then fetch the posts of the page."""
        keys: list[str] = []
        for place, hit in enumerate(self._walk(clause, sort, source=False)):
            if place >= offset + size:
                break
            if place >= offset:
                keys.append(hit["_id"])
        found = self._client.search(
            index=self._index.target, query={"ids": {"values": keys}}, size=len(keys),
            source={"includes": [STORED]},
        )["hits"]["hits"]  # fmt: skip
        by_id = {hit["_id"]: hit for hit in found}
        return [by_id[key] for key in keys if key in by_id]

    def _hit(self, tagged: TaggedPost, tree: Expression | None) -> Hit:
        leaves = () if tree is None else tuple(wanted(tree))
        if not leaves:
            return Hit(found=tagged)
        return Hit(found=tagged, highlights=self._highlighter.spans(tagged.post.text, leaves))


def months_ago(day: date, months: int) -> date:
    """First day of the month that many months before a day's month."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _terms(field: FacetField) -> dict[str, Any]:
    return {"terms": {"field": field.value, "size": _MOST_VALUES}}


def _facet_counts(buckets: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(value=bucket["key"], count=bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value)))
