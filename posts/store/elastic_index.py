"""The indices of one store: generations, months, the alias, the checkpoint.

::

    <prefix>                     alias that is searched: all months of the generation in use
    <prefix>.g1.2026-05          posts of a month; <prefix>.g1.undated those without time
    <prefix>.state               one document a generation: its checkpoint

A rebuild fills a new generation beside the one in use, then the alias is switched in one step.
A prefix holds no dot, so no store's names begin like another one's.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from posts.errors import StoreError, StoreUnavailable
from posts.store.access import ElasticAccess
from posts.store.elastic_mapping import (
    MAPPING,
    SCHEMA_VERSION,
    UNDATED,
    before,
    index_settings,
)


class ElasticIndex:
    """Owns the indices of one generation."""

    def __init__(self, client: Elasticsearch, prefix: str, access: ElasticAccess) -> None:
        self.client, self.alias = client, prefix
        self._shards = access.shards
        self._state_index = f"{prefix}.state"
        self._made: set[str] = set()
        self._generation: int | None = None
        self._hidden = False
        self._template_put = False

    @property
    def target(self) -> str:
        """What a search asks: the alias, or the hidden generation."""
        return self.name("*") if self._hidden else self.alias

    def name(self, month: str) -> str:
        """Index of a month in this generation."""
        return f"{self.alias}.g{self._generation}.{month}"

    def prepare(self) -> None:
        """Find the generation in use; make the first one where there is none.

        Raises:
            StoreError: the generation is of another version of our schema.
        """
        if self._generation is not None:
            return
        found = self._found()
        for name, schema in found.items():
            if schema != SCHEMA_VERSION:
                raise StoreError(
                    f"{name}: index of schema {schema}, this version needs {SCHEMA_VERSION}; run "
                    "`gongsheng rebuild` to make it again from the archive"
                )
        self._generation = self._number(found) or 1
        self._made = set(found)
        if not found:
            self.ensure(UNDATED)

    def begin_generation(self, mark: str) -> None:
        """Work on a generation that no search sees yet.

        An unfinished one of the same mark is gone on with, another one is thrown away.
        """
        # The first generation is made by the first write; a rebuild must never share it.
        self._generation = max(self._number(self._found()) or 0, 1) + 1
        self._hidden = True
        mark = f"{mark} schema {SCHEMA_VERSION} shards {self._shards}"
        state, _ = self._state()
        if state.get("mark") != mark:
            self.drop([self.name("*")])
            self._keep_state({"checkpoint": 0, "mark": mark})
        self._made = set(self._names(self.name("*")))
        self.ensure(UNDATED)

    def publish(self) -> None:
        """Let the alias name this generation and none else, in one step; drop the others."""
        new = self.name("")
        old = [name for name in self._names(f"{self.alias}.g*") if not name.startswith(new)]
        actions: list[dict[str, Any]] = [{"add": {"index": f"{new}*", "alias": self.alias}}]
        actions += [{"remove_index": {"index": name}} for name in old]
        self.client.indices.update_aliases(actions=actions)
        self._hidden = False

    def check_in_use(self) -> None:
        """Raise StoreUnavailable where a rebuild published another generation meanwhile."""
        if self._hidden or self._number(self._aliased()) == self._generation:
            return
        # What this process may have made under the old name is seen by nobody.
        self.drop([self.name("*")])
        self._generation = None
        raise StoreUnavailable(
            f"{self.alias}: the index was rebuilt while posts were written; they wait in the "
            "archive and are written at the next ingest"
        )

    def checkpoint(self) -> int:
        """Return the checkpoint of the generation in use; 0 for a new one."""
        number = None if self._hidden else self._number(self._aliased())
        if number is not None and number != self._generation:  # it was rebuilt meanwhile
            self._generation = number
            self._made.clear()
        return int(self._state()[0].get("checkpoint", 0))

    def keep_checkpoint(self, checkpoint: int) -> None:
        """Keep the checkpoint; it never goes back, whoever else writes."""
        while True:
            state, condition = self._state()
            if checkpoint <= state.get("checkpoint", 0):
                return
            try:
                self._keep_state(state | {"checkpoint": checkpoint}, **condition)
                return
            except ConflictError:  # another writer was faster: look again
                continue

    def ensure(self, month: str) -> str:
        """Make the index of a month where it is missing; returns its name."""
        name = self.name(month)
        if name in self._made:
            return name
        if not self._template_put:
            self._put_template()
        aliases: dict[str, dict[str, str]] = {} if self._hidden else {self.alias: {}}
        self._create(name, aliases=aliases)
        self._made.add(name)
        return name

    def drop_months_before(self, first: date) -> list[str]:
        """Drop whole months before a day's month; returns the indices dropped."""
        start = self.name("")
        old = [name for name in self._names(f"{start}*") if before(name.removeprefix(start), first)]
        self.drop(old)
        self._made.difference_update(old)
        return old

    def drop(self, names: list[str]) -> None:
        """Drop indices; those that are gone already are no error."""
        found = [name for pattern in names for name in self._names(pattern)]
        for start in range(0, len(found), 50):  # names go into the address, which has a limit
            self.client.indices.delete(index=found[start : start + 50], ignore_unavailable=True)

    def _found(self) -> dict[str, int | None]:
        """Indices that the alias names, and the version of our schema in each."""
        try:
            answer = self.client.indices.get_mapping(
                index=self.alias, filter_path="*.mappings._meta,*.mappings.dynamic"
            )
        except NotFoundError:
            return {}
        return {
            name: found["mappings"].get("_meta", {}).get("schema") for name, found in answer.items()
        }

    def _aliased(self) -> list[str]:
        try:
            found = self.client.indices.get_alias(name=self.alias, filter_path="*.aliases")
        except NotFoundError:
            return []
        return list(found)

    def _number(self, names: Iterable[str]) -> int | None:
        start = f"{self.alias}.g"
        numbers = [name.removeprefix(start).split(".")[0] for name in names]
        return max((int(number) for number in numbers if number.isdigit()), default=None)

    def _names(self, pattern: str) -> list[str]:
        found = self.client.indices.get(
            index=pattern, allow_no_indices=True, filter_path="*.settings.index.uuid"
        )
        return sorted(found)

    def _state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """State of this generation, and the condition that it is still the same."""
        try:
            found = self.client.get(index=self._state_index, id=f"g{self._generation}")
        except NotFoundError:
            return {}, {"op_type": "create"}
        condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        return dict(found["_source"]), condition

    def _keep_state(self, state: dict[str, Any], **condition: Any) -> None:
        if self._state_index not in self._made:
            self._create(self._state_index)
            self._made.add(self._state_index)
        self.client.index(
            index=self._state_index, id=f"g{self._generation}", document=state, refresh=True,
            **condition,
        )  # fmt: skip

    def _create(self, name: str, **more: Any) -> None:
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
        if name != self._state_index:
            more["mappings"], settings = MAPPING, index_settings(self._shards)
        try:
            self.client.indices.create(index=name, settings=settings, **more)
        except Exception as error:
            if "resource_already_exists_exception" not in str(error):
                raise

    def _put_template(self) -> None:
        """So that an index made in any other way has our mapping, too."""
        self.client.indices.put_index_template(
            name=self.alias,
            index_patterns=[f"{self.alias}.g*"],
            template={"settings": index_settings(self._shards), "mappings": MAPPING},
        )
        self._template_put = True
