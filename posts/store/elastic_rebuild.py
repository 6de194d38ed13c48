"""A new generation of indices in Elasticsearch, built beside the one that the alias names."""

from posts.store import SearchText
from posts.store.access import ElasticAccess
from posts.store.elastic import ElasticStore
from posts.store.elastic_client import translated


class ElasticGeneration(ElasticStore):
    """``NewGeneration`` on Elasticsearch."""

    def __init__(
        self, url: str, search_text: SearchText, mark: str, access: ElasticAccess | None = None
    ) -> None:
        """Go on with an unfinished generation of the same mark, or begin a new one."""
        super().__init__(url, search_text, access)
        with translated(self._hosts):
            self._index.begin_generation(mark)

    def publish(self) -> None:
        """Let the alias name this generation and none else, in one step."""
        with translated(self._hosts):
            self._index.publish()
        self.close()
