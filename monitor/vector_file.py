"""Vectors of posts beside the index: ``<data>/vectors/<model>/``, a row of 8-bit numbers a post.

``rows.i8`` holds the rows one after the other, ``ids.txt`` the post of each row; a post that
changed has a later row, which counts. ``about.json`` says which tagger, how wide, and up to which
version of the archive. It is derived: lost or made by another model, it is made from the archive.
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from monitor.ingest import text_to_tag
from monitor.progress import Advance, progress
from nlp.reading import RememberingTagger, reads
from nlp.similar import nearest
from nlp.tagger import Tagger
from nlp.vectors import Bytes, Floats, quantise
from posts.archive import Archive
from posts.model import Post

_log = logging.getLogger(__name__)
BATCH = 512
_FORMAT = 1


class GivesVectors(Protocol):
    """What is needed of a tagger."""

    @property
    def version(self) -> str:
        """Other versions make other vectors."""
        ...

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Vectors of length 1 (texts, width)."""
        ...


class VectorFile:
    """The vectors of an archive's posts, made by one tagger."""

    def __init__(self, folder: Path, tagger: GivesVectors) -> None:
        """Open the vectors of a tagger; there are none until ``catch_up``.

        Args:
            folder: ``<data>/vectors``; holds one folder, that of the tagger in use.
            tagger: makes the vectors.
        """
        name = hashlib.sha256(f"{_FORMAT} {tagger.version}".encode()).hexdigest()[:16]
        self._all, self._folder, self._tagger = folder, folder / name, tagger
        self._rows, self._ids = self._folder / "rows.i8", self._folder / "ids.txt"
        self._about = self._folder / "about.json"

    def checkpoint(self) -> int:
        """Version of the archive up to which the file holds it; 0 where there is no file."""
        about = self._read_about()
        return about["checkpoint"] if about else 0

    def catch_up(
        self,
        archive: Archive,
        *,
        until: int | None = None,
        advance: Advance | None = None,
    ) -> int:
        """Add what the archive holds and the file does not; return how many rows were added.

        Killed half way it goes on where it stood. Only one process may write at a time.

        Args:
            archive: what there is.
            until: last version to add; all of them unless given.
            advance: called with the number of versions done.
        """
        about = self._start()
        added = 0
        last_version = archive.head() if until is None else until
        fresh = archive.since(about["checkpoint"])
        for batch in _batches(takewhile(lambda version: version[0] <= last_version, fresh)):
            last = {post.id: post for _, post in batch}
            vectors = self._tagger.vectors([text_to_tag(post) for post in last.values()])
            self._append(list(last), quantise(vectors))
            added += len(last)
            about |= {
                "checkpoint": batch[-1][0],
                "rows": about["rows"] + len(last),
                "width": int(vectors.shape[1]),
            }
            self._write_about(about)
            if advance is not None:
                advance(len(batch))
        return added

    def near(self, text: str, most: int = 10, *, but: str | None = None) -> list[tuple[str, float]]:
        """Posts nearest to a text with their cosines, nearest first.

        Args:
            text: title and text of a post, or any text.
            most: posts at most.
            but: a post to leave out: the one that was asked about.
        """
        about = self._read_about()
        if about is None or about["rows"] == 0:
            return []
        rows: Bytes = np.memmap(self._rows, np.int8, "r", shape=(about["rows"], about["width"]))
        ids = self._ids.read_text("utf-8").splitlines()[: about["rows"]]
        place = {post_id: row for row, post_id in enumerate(ids)}
        [query] = self._tagger.vectors([text])
        wanted = most + 1
        while True:
            found = nearest(query, rows, wanted)
            kept = [(ids[n.row], n.cosine) for n in found if place[ids[n.row]] == n.row]
            kept = [(post_id, cosine) for post_id, cosine in kept if post_id != but]
            if len(kept) >= most or len(found) < wanted:
                return kept[:most]
            wanted *= 4

    def _start(self) -> dict[str, Any]:
        """Make the folder, drop those of other taggers, cut off what was half written."""
        about = self._read_about()
        if about is None:
            if self._all.is_dir():
                for old in self._all.iterdir():
                    shutil.rmtree(old, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._rows.write_bytes(b"")
            self._ids.write_bytes(b"")
            about = {"tagger": self._tagger.version, "checkpoint": 0, "rows": 0, "width": 0}
            self._write_about(about)
            return about
        os.truncate(self._rows, about["rows"] * about["width"])
        with self._ids.open("rb") as file:
            size = sum(len(line) for line in islice(file, about["rows"]))
        os.truncate(self._ids, size)
        return about

    def _append(self, ids: list[str], rows: Bytes) -> None:
        for path, raw in (
            (self._rows, rows.tobytes()),
            (self._ids, "".join(f"{post_id}\n" for post_id in ids).encode()),
        ):
            with path.open("ab") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())

    def _read_about(self) -> dict[str, Any] | None:
        """What is known to be whole; None where there is nothing or it cannot be read."""
        try:
            about: dict[str, Any] = json.loads(self._about.read_text("utf-8"))
            whole = (
                about["tagger"] == self._tagger.version
                and self._rows.stat().st_size >= about["rows"] * about["width"]
                and self._ids.stat().st_size >= 2 * about["rows"]
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return about if whole else None

    def _write_about(self, about: dict[str, Any]) -> None:
        fresh = self._about.with_suffix(".new")
        fresh.write_text(json.dumps(about), "utf-8")
        fresh.replace(self._about)


def _batches(versions: Iterator[tuple[int, Post]]) -> Iterator[list[tuple[int, Post]]]:
    while some := list(islice(versions, BATCH)):
        yield some


class Beside:
    """Keeps vectors while an ingest tags.

    Vectors are derived: where they cannot be written that is logged, and the ingest goes on.
    """

    def __init__(self, folder: Path, archive: Archive, tagger: Tagger, indexed: int) -> None:
        """Bring in what stands in the index already.

        Args:
            folder: of the vectors.
            archive: what is ingested.
            tagger: who tags; of one that gives no vectors none are kept.
            indexed: checkpoint of the index.
        """
        self.tagger = tagger
        """Who shall tag: what it read last is not read again for the vectors."""
        self._archive, self._indexed = archive, indexed
        self._vectors: VectorFile | None = None
        reader = reads(tagger)
        if reader is not None:
            self.tagger = remembering = RememberingTagger(reader)
            self._vectors = VectorFile(folder, remembering)
            missing = indexed - self._vectors.checkpoint()
            if missing > 0:
                with progress("reading for similar posts", missing) as advance:
                    self._catch_up(advance)

    def after(self, advance: Advance) -> Advance:
        """What the ingest shall call after each batch; it calls ``advance`` in turn."""

        def done(count: int) -> None:
            self._indexed += count
            self._catch_up()
            advance(count)

        return done

    def _catch_up(self, advance: Advance | None = None) -> None:
        if self._vectors is None:
            return
        try:
            self._vectors.catch_up(self._archive, until=self._indexed, advance=advance)
        except OSError as error:
            self._vectors = None
            _log.warning("similar posts cannot be kept: %s", error)
