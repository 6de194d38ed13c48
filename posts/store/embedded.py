"""The embedded store: a tantivy index in a folder, no server.

Any number of processes may read while one writes; a second writer waits. Readers see a write as
soon as it is committed.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

from posts.model import TaggedPost
from posts.query import FacetCount, FacetField, Hit, PostQuery, ResultPage, Sort, StoreHealth
from posts.search_tree import Expression, wanted
from posts.store import SearchText
from posts.store.counting import Answer, Asked, CountingStore, facet_counts
from posts.store.document import negative, newest, oldest
from posts.store.embedded_files import bytes_on_disk, read_checkpoint
from posts.store.embedded_index import EmbeddedIndex, translated
from posts.store.embedded_paging import page_by, page_by_score
from posts.store.embedded_query import QueryBuilder
from posts.store.embedded_schema import restore
from posts.store.highlight import Highlighter

_MOST_VALUES = 60_000
"""tantivy refuses more than 65,000 buckets in one answer."""
_KEYS: dict[str, tuple[str, ...]] = {
    "newest": ("newest",),
    "oldest": ("oldest",),
    "heat": ("heat", "newest"),
    "negative": ("negative", "newest"),
}


class EmbeddedStore(CountingStore):
    """``PostStore`` on tantivy.

    Texts, phrases and prefixes are found as characters that stand next to each other, so a word is
    found however jieba cut it; a hit on a jieba word ranks higher.
    """

    most_values = _MOST_VALUES
    terms_options: ClassVar[Asked] = {"segment_size": _MOST_VALUES}

    def __init__(self, folder: Path, search_text: SearchText) -> None:
        """Open the index of a folder; a missing or empty folder becomes a new index.

        Raises:
            StoreError: the folder holds something else, or an index of another version.
        """
        self._folder = folder
        self._index = EmbeddedIndex(folder, search_text)
        self._build = QueryBuilder(self._index.schema, search_text)
        self._highlighter = Highlighter(search_text)
        # tantivy reads on one core a question; a page and its facets are two.
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="facets")

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert by id and remember the checkpoint; see ``PostStore.write``."""
        self._index.write(posts, checkpoint)

    def checkpoint(self) -> int:
        """Archive sequence number up to which posts are in; 0 for a new store."""
        return read_checkpoint(self._folder)

    def get(self, post_id: str) -> TaggedPost | None:
        """One post, or None."""
        return self.find([post_id]).get(post_id)

    def find(self, ids: Sequence[str]) -> dict[str, TaggedPost]:
        """Posts by their ids; unknown ones are left out."""
        found = self._all(self._build.any_of("id", ids), at_most=len(ids)) if ids else []
        return {tagged.post.id: tagged for tagged in found}

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
            counted = self._beside.submit(self._facets, searcher, built, facets)
            found, total = self._page(searcher, built, sort, offset, size)
            counts = counted.result()
        hits = tuple(self._hit(tagged, tree) for tagged in found)
        return ResultPage(total=total, hits=hits, facets=counts)

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
        self._beside.shutdown()
        self._index.close()

    def _all(self, query: Any, at_most: int | None = None) -> list[TaggedPost]:
        with translated(self._folder):
            searcher = self._index.searcher()
            limit = at_most or searcher.search(query, limit=1, count=True).count
            hits = searcher.search(query, limit=max(1, limit), count=False).hits
            return [restore(searcher.doc(address)) for _, address in hits]

    def _aggregate(
        self, query: PostQuery, asked: Asked, only: tuple[FacetField, str] | None = None
    ) -> Answer:
        built = self._build.build(query)
        if only is not None:
            built = self._build.both(built, self._build.term(only[0].value, only[1]))
        with translated(self._folder):
            answer: Answer = self._index.searcher().aggregate(built, asked)
        return answer

    def _page(
        self, searcher: Any, built: Any, sort: Sort, offset: int, size: int
    ) -> tuple[list[TaggedPost], int]:
        """The posts of a page in order, and how many there are in all."""
        if size < 1:
            return [], searcher.search(built, limit=1, count=True).count
        if sort == "relevance":
            hits, total = page_by_score(searcher, built, offset, size)
            scored = [(score, restore(searcher.doc(address))) for score, address in hits]
            scored.sort(key=lambda hit: (-hit[0], -newest(hit[1]), hit[1].post.id))
            return [tagged for _, tagged in scored], total
        addresses, total = page_by(searcher, self._build, built, _KEYS[sort], offset, size)
        found = [restore(searcher.doc(address)) for address in addresses]
        return sorted(found, key=lambda tagged: _sort_key(sort, tagged)), total

    def _facets(
        self, searcher: Any, built: Any, fields: Sequence[FacetField]
    ) -> dict[FacetField, tuple[FacetCount, ...]]:
        if not fields:
            return {}
        return facet_counts(searcher.aggregate(built, self._facets_asked(fields)), fields)

    def _hit(self, tagged: TaggedPost, tree: Expression | None) -> Hit:
        leaves = () if tree is None else tuple(wanted(tree))
        if not leaves:
            return Hit(found=tagged)
        return Hit(found=tagged, highlights=self._highlighter.spans(tagged.post.text, leaves))


def _sort_key(sort: Sort, tagged: TaggedPost) -> tuple[float, int, str]:
    first = {
        "newest": -newest(tagged),
        "oldest": -oldest(tagged),
        "heat": -tagged.post.heat,
        "negative": -negative(tagged),
    }[sort]
    return first, -newest(tagged), tagged.post.id
