"""The store port: what every index can do, in our words."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from posts.errors import SettingsError
from posts.model import TaggedPost
from posts.query import CrossCount, DayCount, FacetField, PostQuery, ResultPage, Sort, StoreHealth

if TYPE_CHECKING:
    from posts.store.access import ElasticAccess

_EMBEDDED = "embedded:"
_SERVERS = ("http://", "https://")


class SearchText(Protocol):
    """How texts and questions are cut for the index; both stores use the same one."""

    def words(self, text: str) -> list[str]:
        """Cut into jieba words of the normalised text, in order, without blanks."""
        ...

    def characters(self, text: str) -> list[str]:
        """Cut into single Han characters and whole Latin words or numbers, normalised."""
        ...


class PostStore(Protocol):
    """Upserts tagged posts and answers questions. All methods may raise StoreError."""

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert by id and remember the checkpoint, both durable when this returns.

        A version older than the one held is left out. Another writer is waited for.
        """
        ...

    def checkpoint(self) -> int:
        """Archive sequence number up to which posts are in; 0 for a new store."""
        ...

    def get(self, post_id: str) -> TaggedPost | None:
        """One post, or None."""
        ...

    def find(self, ids: Sequence[str]) -> dict[str, TaggedPost]:
        """Posts by their ids; unknown ones are left out."""
        ...

    def thread(self, thread_id: str) -> list[TaggedPost]:
        """The post and everything under it, oldest first, undated last."""
        ...

    def search(
        self,
        query: PostQuery,
        *,
        sort: Sort = "relevance",
        size: int = 20,
        offset: int = 0,
        facets: Sequence[FacetField] = (),
    ) -> ResultPage:
        """Find posts. Relevance without a text means newest.

        Raises:
            QueryError: the search text cannot be read.
        """
        ...

    def count_by(self, field: FacetField, query: PostQuery) -> dict[str, int]:
        """Posts by value of one field, all values."""
        ...

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields at once; pairs without posts are left out."""
        ...

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day, oldest first; days without posts and posts without time are left out."""
        ...

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts, or None where there are none."""
        ...

    def health(self) -> StoreHealth:
        """Whether it answers and what it holds; never raises."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class NewGeneration(PostStore, Protocol):
    """An index that is being built beside the one in use; nobody else sees it before ``publish``.

    What it does not hold when it is published comes with the next ingest, by its checkpoint.
    """

    @property
    def first_kept(self) -> date | None:
        """Posts dated before this day's month are left out; None where all are kept."""
        ...

    def publish(self) -> None:
        """Put it in the place of the one in use, in one step, and close it."""
        ...


def open_store(
    url: str, *, data: Path, search_text: SearchText, access: "ElasticAccess | None" = None
) -> PostStore:
    """Open the store of a ``GONGSHENG_STORE`` value; the only place that knows the engines.

    Args:
        url: ``embedded:`` (under the data folder), ``embedded:/a/folder`` or an http(s) address.
        data: the data folder.
        search_text: how texts are cut; see ``nlp.segment``.
        access: credentials and behaviour of the connection to a server.

    Raises:
        SettingsError: the value names no engine, or the credentials do not fit together.
    """
    if url.startswith(_EMBEDDED):
        from posts.store.embedded import EmbeddedStore

        return EmbeddedStore(_folder(url, data), search_text)
    if url.startswith(_SERVERS):
        from posts.store.elastic import ElasticStore

        return ElasticStore(url, search_text, access)
    raise _no_engine(url)


def open_new_generation(
    url: str,
    *,
    data: Path,
    search_text: SearchText,
    mark: str,
    access: "ElasticAccess | None" = None,
) -> NewGeneration:
    """Open an index to be built beside the one of the same address; see ``open_store``.

    Args:
        mark: says with what it is built; an unfinished one of the same mark is gone on with,
            another one is thrown away.

    Raises:
        SettingsError: the value names no engine, or the credentials do not fit together.
        StoreError: no index can be built there.
    """
    if url.startswith(_EMBEDDED):
        from posts.store.embedded_rebuild import EmbeddedGeneration

        return EmbeddedGeneration(_folder(url, data), search_text, mark)
    if url.startswith(_SERVERS):
        from posts.store.elastic_rebuild import ElasticGeneration

        return ElasticGeneration(url, search_text, mark, access)
    raise _no_engine(url)


def _folder(url: str, data: Path) -> Path:
    folder = url.removeprefix(_EMBEDDED)
    return Path(folder) if folder else data / "index"


def _no_engine(url: str) -> SettingsError:
    # The value itself is not shown: somebody may have written a password into it.
    return SettingsError(
        f"GONGSHENG_STORE begins with {url.partition(':')[0][:20]!r}: expected 'embedded:' (the "
        "index under the data folder), 'embedded:/folder' or an address such as "
        "http://127.0.0.1:9200; set one of these"
    )
