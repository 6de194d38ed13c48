"""The indices of one store: generations, months, the alias, the checkpoint, bulk upserts.

::

    <prefix>                     alias that is searched: all months of the generation in use
    <prefix>-g<n>-2026-05        posts of a month; <prefix>-g<n>-undated those without time
    <prefix>-state               one document a generation: its checkpoint

A rebuild fills a new generation beside the one in use, then the alias is switched in one step.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import parallel_bulk

from posts.errors import StoreError, StoreUnavailable
from posts.model import TaggedPost
from posts.store import SearchText
from posts.store.elastic_client import ElasticAccess, reason_of
from posts.store.elastic_mapping import MAPPING, UNDATED, document, index_settings, month

_LOOK_UP = 1000
"""Ids that are looked up at once."""
_CHUNK = 500
_THREADS = 2
_BUSY = {429, 503}


class ElasticIndex:
    """Owns the indices of one generation."""

    def __init__(
        self, client: Elasticsearch, prefix: str, access: ElasticAccess, search_text: SearchText
    ) -> None:
        self.client, self.alias = client, prefix
        self._access = access
        self._search_text = search_text
        self._made: set[str] = set()
        self._generation: int | None = None
        self._hidden = False

    def prepare(self) -> None:
        """Make the template and the first generation where they are missing."""
        if self._generation is not None:
            return
        self.client.indices.put_index_template(
            name=self.alias,
            index_patterns=[f"{self.alias}-g*"],
            template={"settings": index_settings(self._access.shards), "mappings": MAPPING},
        )
        current = self.generation_in_use()
        self._generation = current or 1
        if current is None:
            self._ensure(self._name(UNDATED))

    def begin_generation(self) -> None:
        """Work on a generation that no search sees yet; an unfinished one is gone on with."""
        self.prepare()
        self._generation = (self.generation_in_use() or 0) + 1
        self._hidden = True
        self._made.clear()
        self._ensure(self._name(UNDATED))

    def publish(self) -> None:
        """Let the alias name this generation and none else, in one step; drop the old one."""
        new = f"{self.alias}-g{self._generation}-"
        old = [name for name in self._names(f"{self.alias}-g*") if not name.startswith(new)]
        actions: list[dict[str, Any]] = [{"add": {"index": f"{new}*", "alias": self.alias}}]
        actions += [{"remove_index": {"index": name}} for name in old]
        self.client.indices.update_aliases(actions=actions)
        self._hidden = False

    @property
    def target(self) -> str:
        """What a search asks: the alias, or the hidden generation."""
        return f"{self.alias}-g{self._generation}-*" if self._hidden else self.alias

    def checkpoint(self) -> int:
        """Return the checkpoint of this generation; 0 for a new one."""
        self.prepare()
        try:
            found = self.client.get(index=f"{self.alias}-state", id=f"g{self._generation}")
        except NotFoundError:
            return 0
        return int(found["_source"]["checkpoint"])

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert by id, make it searchable, then keep the checkpoint."""
        self.prepare()
        stale: list[tuple[str, str]] = []
        actions = self._actions(posts, stale)
        self._bulk(actions)
        if stale:  # only now: a post whose month changed must never be in no index at all
            self._bulk({"_op_type": "delete", "_index": i, "_id": d} for i, d in stale)
        self.client.indices.refresh(index=self.target)
        if checkpoint > self.checkpoint():
            self.client.index(
                index=f"{self.alias}-state",
                id=f"g{self._generation}",
                document={"checkpoint": checkpoint},
                refresh=True,
            )

    def drop_months_before(self, first: date) -> list[str]:
        """Drop whole months before a day's month; returns the indices dropped."""
        start = f"{self.alias}-g{self._generation}-"
        old = [
            name
            for name in self._names(f"{start}*")
            if not name.endswith(UNDATED) and name.removeprefix(start) < f"{first:%Y-%m}"
        ]
        for name in old:
            self.client.indices.delete(index=name)
            self._made.discard(name)
        return old

    def generation_in_use(self) -> int | None:
        """Number of the generation that the alias names, or None."""
        try:
            names = self.client.indices.get_alias(name=self.alias)
        except NotFoundError:
            return None
        numbers = [name.removeprefix(f"{self.alias}-g").split("-")[0] for name in names]
        return max((int(number) for number in numbers if number.isdigit()), default=None)

    def _names(self, pattern: str) -> list[str]:
        return sorted(self.client.indices.get(index=pattern, allow_no_indices=True))

    def _name(self, month_name: str) -> str:
        return f"{self.alias}-g{self._generation}-{month_name}"

    def _ensure(self, name: str) -> None:
        if name in self._made:
            return
        aliases: dict[str, dict[str, str]] = {} if self._hidden else {self.alias: {}}
        if not self.client.indices.exists(index=name):
            try:
                self.client.indices.create(index=name, aliases=aliases, wait_for_active_shards=1)
            except Exception as error:
                if "resource_already_exists_exception" not in str(error):
                    raise
        self._made.add(name)

    def _actions(
        self, posts: Iterable[TaggedPost], stale: list[tuple[str, str]]
    ) -> Iterator[dict[str, Any]]:
        rest = iter(posts)
        while batch := list(islice(rest, _LOOK_UP)):
            held = self._held([tagged.post.id for tagged in batch])
            for tagged in batch:
                name = self._name(month(tagged))
                places = held.get(tagged.post.id, [])
                if any(version > tagged.version for _, version in places):
                    continue
                stale += [(place, tagged.post.id) for place, _ in places if place != name]
                self._ensure(name)
                yield {
                    "_index": name,
                    "_id": tagged.post.id,
                    "version": tagged.version,
                    # The same version again is a new set of tags; an older one is refused.
                    "version_type": "external_gte",
                    "_source": document(tagged, self._search_text),
                }

    def _held(self, ids: list[str]) -> dict[str, list[tuple[str, int]]]:
        """Where posts are held, and in which version; a post's month may have become known."""
        found: dict[str, list[tuple[str, int]]] = {}
        answer = self.client.search(
            index=self.target,
            query={"terms": {"id": ids}},
            size=2 * len(ids),
            source=False,
            docvalue_fields=[{"field": "id"}, {"field": "version"}],
            sort=["_doc"],
        )
        for hit in answer["hits"]["hits"]:
            place = (hit["_index"], int(hit["fields"]["version"][0]))
            found.setdefault(hit["fields"]["id"][0], []).append(place)
        return found

    def _bulk(self, actions: Iterable[dict[str, Any]]) -> None:
        refused: list[str] = []
        busy = 0
        for good, item in parallel_bulk(
            self.client, actions, thread_count=_THREADS, chunk_size=_CHUNK,
            raise_on_error=False, raise_on_exception=True,
        ):  # fmt: skip
            result: dict[str, Any] = next(iter(item.values()))
            # 409: a newer version is there already; 404: what should go is gone.
            if good or result["status"] in (404, 409):
                continue
            busy += result["status"] in _BUSY or "block" in str(result.get("error"))
            refused.append(f"{result['_id']}: {reason_of(result)}")
        if busy:
            raise StoreUnavailable(
                f"{self.alias}: {busy} posts were not taken ({refused[0]}); they wait in the "
                "archive and are tried again at the next ingest"
            )
        if refused:
            raise StoreError(f"{self.alias}: {len(refused)} posts were refused: {refused[0]}")
