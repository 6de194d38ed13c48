"""Writing into Elasticsearch: bulk upserts, each post in the index of its month and in no other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from elasticsearch.helpers import parallel_bulk

from posts.errors import StoreError, StoreUnavailable
from posts.model import TaggedPost
from posts.store import SearchText
from posts.store.elastic_client import reason_of, whole
from posts.store.elastic_index import ElasticIndex
from posts.store.elastic_mapping import before, document, month

_LOOK_UP = 1000
"""Ids that are looked up at once."""
_CHUNK = 1000
_THREADS = 2
_BUSY = {429, 503}
_REFRESH_EVERY = 50_000
"""Posts after which a long write is made searchable, so that its list of ids stays small."""


@dataclass
class _Held:
    """Where a post lies, and in which version."""

    version: int
    places: set[str] = field(default_factory=set)


class ElasticWriter:
    """Writes posts of one store."""

    def __init__(self, index: ElasticIndex, search_text: SearchText) -> None:
        self._index = index
        self._search_text = search_text
        self._settled = False

    def write(self, posts: Iterable[TaggedPost], first_kept: date | None) -> None:
        """Upsert by id and make it searchable; posts before the first kept month are left out."""
        self._index.check_in_use()
        if not self._settled:  # a writer that was killed may have left what no search sees yet
            self._refresh()
        self._settled = False
        rest = iter(posts)
        while batch := list(islice(rest, _LOOK_UP)):
            self._write_some(batch, rest, first_kept)
        self._index.check_in_use()
        self._settled = True

    def _write_some(
        self, batch: list[TaggedPost], rest: Iterator[TaggedPost], first_kept: date | None
    ) -> None:
        held: dict[str, _Held] = {}
        stale: list[tuple[str, str]] = []
        empty = self._is_empty()

        def actions(batch: list[TaggedPost]) -> Iterator[dict[str, Any]]:
            while batch:
                if not empty:
                    self._look_up([tagged.post.id for tagged in batch], held)
                for tagged in batch:
                    yield from self._action(tagged, held, stale, first_kept)
                batch = [] if len(held) >= _REFRESH_EVERY else list(islice(rest, _LOOK_UP))

        self._bulk(actions(batch))
        # Only now: a post whose month changed must never be in no index at all.
        gone = {(place, post_id) for place, post_id in stale if place not in held[post_id].places}
        if gone:
            self._bulk({"_op_type": "delete", "_index": i, "_id": d} for i, d in sorted(gone))
        self._refresh()

    def _action(
        self,
        tagged: TaggedPost,
        held: dict[str, _Held],
        stale: list[tuple[str, str]],
        first_kept: date | None,
    ) -> Iterator[dict[str, Any]]:
        post_id = tagged.post.id
        known = held.get(post_id)
        if known is not None and known.version > tagged.version:
            return
        stale += [(place, post_id) for place in (known.places if known else ())]
        held[post_id] = _Held(tagged.version)
        name = month(tagged)
        if first_kept is not None and before(name, first_kept):
            return
        place = self._index.ensure(name)
        held[post_id].places.add(place)
        yield {
            "_index": place,
            "_id": post_id,
            "version": tagged.version,
            # The same version again is a new set of tags; an older one is refused.
            "version_type": "external_gte",
            "_source": document(tagged, self._search_text),
        }

    def _look_up(self, ids: list[str], held: dict[str, _Held]) -> None:
        """Find where posts lie, and in which version; a post's month may have become known."""
        ids = [post_id for post_id in dict.fromkeys(ids) if post_id not in held]
        if not ids:
            return
        answer = self._index.client.search(
            index=self._index.target,
            query={"terms": {"id": ids}},
            size=min(10_000, 4 * len(ids)),
            source=False,
            docvalue_fields=[{"field": "id"}, {"field": "version"}],
            sort=["_doc"],
            track_total_hits=False,
        )
        for hit in whole(answer)["hits"]["hits"]:
            version = int(hit["fields"]["version"][0])
            known = held.setdefault(hit["fields"]["id"][0], _Held(version))
            known.version = max(known.version, version)
            known.places.add(hit["_index"])

    def _is_empty(self) -> bool:
        """Whether there is nothing to look up, as at the beginning of a rebuild."""
        answer = self._index.client.search(
            index=self._index.target, size=0, terminate_after=1, track_total_hits=1
        )
        return bool(whole(answer)["hits"]["total"]["value"] == 0)

    def _refresh(self) -> None:
        self._index.client.indices.refresh(index=self._index.target)

    def _bulk(self, actions: Iterable[dict[str, Any]]) -> None:
        refused: list[str] = []
        busy = 0
        for good, item in parallel_bulk(
            self._index.client, actions, thread_count=_THREADS, chunk_size=_CHUNK,
            raise_on_error=False, raise_on_exception=True,
        ):  # fmt: skip
            (kind, result), *_ = item.items()
            # 409: a newer version is there already; 404: what should go is gone.
            if good or result["status"] == 409 or (kind == "delete" and result["status"] == 404):
                continue
            busy += result["status"] in _BUSY or "block" in str(result.get("error"))
            refused.append(f"{result['_id']}: {reason_of(result)}")
        if busy:
            raise StoreUnavailable(
                f"{self._index.alias}: {busy} posts were not taken ({refused[0]}); the server is "
                "busy, or its disk is nearly full: free space there; posts wait in the archive "
                "and are tried again at the next ingest"
            )
        if refused:
            raise StoreError(
                f"{self._index.alias}: {len(refused)} posts were refused: {refused[0]}"
            )
