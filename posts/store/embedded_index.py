"""The tantivy index of a folder: opened, read fresh, written by one process at a time."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import tantivy

from posts.errors import GongshengError, StoreError, StoreUnavailable
from posts.model import TaggedPost
from posts.store import SearchText
from posts.store.embedded_files import (
    REBUILD,
    check_format,
    in_use,
    segments,
    write_checkpoint,
    write_format,
    writing,
)
from posts.store.embedded_schema import build_schema, document, prepare

_WRITER_BYTES = 96_000_000
_BATCH = 500
_COMMIT_EVERY = 50_000
"""Posts after which a long write is committed, so that its list of ids stays small."""
_LOCK_SECONDS = 30.0


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn tantivy's errors, panics included, into ours."""
    try:
        yield
    except GongshengError:
        raise
    except (ValueError, OSError, RuntimeError) as error:
        raise StoreError(f"{folder}: the index cannot be used ({error}); {REBUILD}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise StoreError(f"{folder}: the index is damaged ({error}); {REBUILD}") from error


_State = tuple[int, int, int]


def _state(path: Path) -> _State:
    """What changes when a file is replaced."""
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


class EmbeddedIndex:
    """Owns the folder; see ``embedded_files`` for what lies in it."""

    def __init__(self, folder: Path, search_text: SearchText) -> None:
        self._folder = folder
        self._search_text = search_text
        self._reloading = threading.Lock()
        self._closed = False
        self._index: Any = None
        self._at = folder
        self._pointer: _State | None = None
        self._seen: _State | None = None
        self.schema = build_schema()
        with translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if not check_format(folder):
                self._create()
            self._follow()

    def searcher(self) -> Any:
        """Return a searcher over the last commit of any process."""
        if self._closed:
            raise StoreError(f"{self._folder}: the index was closed")
        with self._reloading:
            self._follow()
            return self._index.searcher()

    def write(self, posts: Iterable[TaggedPost], checkpoint: int) -> None:
        """Upsert posts, commit, then write the checkpoint; other writers are waited for."""
        rest = iter(posts)
        with writing(self._folder):
            with translated(self._folder):
                self.searcher()  # a rebuild may have replaced the generation while we waited
            batch = list(islice(rest, _BATCH))
            if batch:
                self._write_all(batch, rest)
            with translated(self._folder):
                write_checkpoint(self._folder, checkpoint)

    def close(self) -> None:
        """Let go of the files."""
        self._closed = True
        self._index = None

    def _create(self) -> None:
        with writing(self._folder):
            if check_format(self._folder):
                return  # another process was faster
            segments(self._folder).mkdir(exist_ok=True)
            tantivy.Index(self.schema, path=str(segments(self._folder)))
            write_format(self._folder)

    def _follow(self) -> None:
        """Show the last commit of the generation in use, whoever made either."""
        for last_try in (False, False, True):
            try:
                self._look()
                return
            except (OSError, ValueError, StoreError):
                # A rebuild may just have removed what we were about to open.
                if last_try or _state(self._folder / "format.json") == self._pointer:
                    raise

    def _look(self) -> None:
        pointer = _state(self._folder / "format.json")
        if self._index is None or pointer != self._pointer:
            check_format(self._folder)
            at = in_use(self._folder)
            if at != self._at:
                self._index = None
            self._at, self._pointer = at, pointer
        if self._index is None:
            self._index, self._seen = self._open(), None
        seen = _state(segments(self._at) / "meta.json")
        if seen != self._seen:
            self._index.reload()
            self._seen = seen

    def _open(self) -> Any:
        if not (segments(self._at) / "meta.json").exists():
            raise StoreError(f"{self._folder}: the index has lost its files; {REBUILD}")
        return prepare(tantivy.Index.open(str(segments(self._at))))

    def _writer(self) -> Any:
        """Open a writer; a killed process may hold tantivy's own lock for a moment."""
        until = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return self._index.writer(_WRITER_BYTES, 1)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
                if time.monotonic() > until:
                    raise StoreUnavailable(
                        f"{self._folder}: another program has been writing for {_LOCK_SECONDS:.0f} "
                        "seconds; wait for it to end and try again"
                    ) from error
                time.sleep(0.05)

    def _write_all(self, batch: list[TaggedPost], rest: Iterator[TaggedPost]) -> None:
        """Write in batches; errors of the posts' source pass as they are."""
        with translated(self._folder):
            writer = self._writer()
        try:
            added: dict[str, int] = {}
            while batch:
                with translated(self._folder):
                    self._upsert(writer, batch, added)
                    if len(added) >= _COMMIT_EVERY:
                        writer.commit()
                        added.clear()
                batch = list(islice(rest, _BATCH))
            with translated(self._folder):
                writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()

    def _upsert(self, writer: Any, batch: Sequence[TaggedPost], added: dict[str, int]) -> None:
        """Add what is newer than what the index or this write holds."""
        held = self._versions([tagged.post.id for tagged in batch if tagged.post.id not in added])
        for tagged in batch:
            post_id = tagged.post.id
            known = added.get(post_id, held.get(post_id))
            if known is not None and known > tagged.version:
                continue
            if known is not None:
                writer.delete_documents_by_term("id", post_id)
            writer.add_document(document(tagged, self._search_text))
            added[post_id] = tagged.version

    def _versions(self, ids: list[str]) -> dict[str, int]:
        """Versions of the posts held already."""
        if not ids:
            return {}
        searcher = self.searcher()
        wanted = tantivy.Query.term_set_query(self.schema, "id", ids)
        hits = searcher.search(wanted, limit=len(ids), count=False, order_by_field="id").hits
        versions = searcher.fast_field_values("version", [address for _, address in hits])
        return dict(zip((post_id for post_id, _ in hits), versions, strict=True))
