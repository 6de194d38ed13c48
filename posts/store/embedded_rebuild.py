"""A new generation of an embedded index, built in its folder beside the one in use."""

import shutil
from datetime import date
from pathlib import Path

from posts.errors import StoreError
from posts.store import SearchText
from posts.store.embedded import EmbeddedStore
from posts.store.embedded_files import (
    NEXT,
    put_in_use,
    refuse_strangers,
    write_durably,
    writing,
)


class EmbeddedGeneration(EmbeddedStore):
    """``NewGeneration`` on tantivy. The index in use need not even be readable."""

    first_kept: date | None = None

    def __init__(self, folder: Path, search_text: SearchText, mark: str) -> None:
        """Go on with an unfinished generation of the same mark, or begin a new one.

        Raises:
            StoreError: the folder holds something else than an index.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            refuse_strangers(folder)
            self._home = folder
            self._begin(mark)
        except OSError as error:
            raise StoreError(
                f"{folder}: no index can be built there ({error}); check its owner and its disk"
            ) from error
        try:
            super().__init__(folder / NEXT, search_text)
        except StoreError:  # unfinished and damaged: nothing is lost by beginning again
            shutil.rmtree(folder / NEXT)
            self._begin(mark)
            super().__init__(folder / NEXT, search_text)

    def publish(self) -> None:
        """Put this generation in the place of the one in use; a write under way is waited for."""
        self.close()
        with writing(self._home):
            put_in_use(self._home)

    def _begin(self, mark: str) -> None:
        path = self._home / NEXT / "mark"
        if not path.exists() or path.read_text("utf-8") != mark:
            shutil.rmtree(self._home / NEXT, ignore_errors=True)
            (self._home / NEXT).mkdir()
            write_durably(path, mark)
