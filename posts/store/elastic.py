"""The Elasticsearch store: the same answers as the embedded one, for more than one office.

Only what both the official distribution and a bare node answer is used: no scripts, no ingest
processors, no ``_by_query``, no custom analysers, never ``info()``.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ClassVar

from posts.model import CHINA, TaggedPost
from posts.query import FacetField, Hit, PostQuery, ResultPage, Sort, StoreHealth
from posts.search_tree import Expression, wanted
from posts.store import SearchText
from posts.store.access import ElasticAccess
from posts.store.counting import Answer, Asked, CountingStore, facet_counts
from posts.store.document import oldest
from posts.store.elastic_client import connect, parse_url, translated, whole
from posts.store.elastic_index import ElasticIndex
from posts.store.elastic_mapping import STORED, restore
from posts.store.elastic_query import SORTS, Clause, ElasticQueryBuilder
from posts.store.elastic_write import ElasticWriter
from posts.store.highlight import Highlighter

_WINDOW = 10_000
"""Elasticsearch's ``max_result_window``; beyond it a point in time is paged through."""
_MOST_VALUES = 60_000
"""Elasticsearch refuses more than 65,536 buckets in one answer."""
_KEEP_ALIVE = "2m"
_IDS_A_QUERY = 1000


class ElasticStore(CountingStore):
    """``PostStore`` on Elasticsearch."""

    most_values = _MOST_VALUES
    terms_options: ClassVar[Asked] = {"shard_size": _MOST_VALUES}

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
        self._index = ElasticIndex(self._client, prefix, self._access)
        self._writer = ElasticWriter(self._index, search_text)
        self._build = ElasticQueryBuilder(search_text)
        self._highlighter = Highlighter(search_text)

    @property
    def first_kept(self) -> date | None:
        """First day of the first month that is kept; None where all are."""
        months = self._access.keep_months
        return None if months is None else months_ago(datetime.now(CHINA).date(), months - 1)

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert by id and remember the checkpoint; see ``PostStore.write``."""
        first_kept = self.first_kept
        with self._ready():
            self._writer.write(posts, first_kept)
            if first_kept is not None:
                self._index.drop_months_before(first_kept)
            self._index.keep_checkpoint(checkpoint)

    def checkpoint(self) -> int:
        """Archive sequence number up to which posts are in; 0 for a new store."""
        with self._ready():
            return self._index.checkpoint()

    def get(self, post_id: str) -> TaggedPost | None:
        """One post, or None."""
        return self.find([post_id]).get(post_id)

    def find(self, ids: Sequence[str]) -> dict[str, TaggedPost]:
        """Posts by their ids; unknown ones are left out."""
        found: dict[str, TaggedPost] = {}
        with self._ready():
            for start in range(0, len(ids), _IDS_A_QUERY):
                some = ids[start : start + _IDS_A_QUERY]
                answer = self._ask(query=self._build.ids(some), size=2 * len(some))
                for hit in answer["hits"]["hits"]:
                    tagged = restore(hit["_source"])
                    found[tagged.post.id] = tagged
        return found

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
            answer = self._ask(
                query=clause,
                size=size if shallow else 0,
                from_=offset if shallow else 0,
                sort=SORTS[sort],
                track_total_hits=True,
                aggregations=self._facets_asked(facets) or None,
            )
            hits = answer["hits"]["hits"]
            if not shallow:
                hits = self._deep(clause, SORTS[sort], size, offset)
        return ResultPage(
            total=answer["hits"]["total"]["value"],
            hits=tuple(self._hit(restore(hit["_source"]), tree) for hit in hits),
            facets=facet_counts(answer["aggregations"], facets) if facets else {},
        )

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

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @contextmanager
    def _ready(self) -> Iterator[None]:
        with translated(self._hosts):
            self._index.prepare()
            yield

    def _ask(self, **asked: Any) -> Answer:
        """Search; the stored posts of the hits come along."""
        source = {"includes": [STORED]}
        answer = self._client.search(index=self._index.target, source=source, **asked)
        found: Answer = whole(answer)
        return found

    def _aggregate(
        self, query: PostQuery, asked: Asked, only: tuple[FacetField, str] | None = None
    ) -> Answer:
        clause = self._build.build(query)
        if only is not None:
            clause = self._build.only(clause, only[0].value, only[1])
        with self._ready():
            answer: Answer = self._ask(
                query=clause, size=0, aggregations=asked, track_total_hits=False
            )["aggregations"]
        return answer

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
                hits = whole(answer)["hits"]["hits"]
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
        found = self._ask(query=self._build.ids(keys), size=len(keys))["hits"]["hits"]
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
