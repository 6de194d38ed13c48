"""Vectors of posts beside the index: ``<data>/vectors/<model>/``, a row of 8-bit numbers a post.

``rows.i8`` holds the rows one after the other, ``ids.txt`` the post of each row; a post that
changed has a later row, which counts. ``about.json`` says which tagger, how wide, and up to which
version of the archive. It is derived: lost or made by another model, it is made from the archive.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from monitor.ingest import text_to_tag
from monitor.progress import Advance
from nlp.similar import nearest
from nlp.vectors import Bytes, Floats, quantise
from posts.archive import Archive
from posts.model import Post

BATCH = 512
FORMAT = 1
_ROWS, _IDS, _ABOUT = "rows.i8", "ids.txt", "about.json"


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
        name = hashlib.sha256(f"{FORMAT} {tagger.version}".encode()).hexdigest()[:16]
        self._all, self._folder, self._tagger = folder, folder / name, tagger
        self._rows, self._ids = self._folder / _ROWS, self._folder / _IDS
        self._about = self._folder / _ABOUT

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
        held = _held(self._folder, self._read_about())
        return held.near(self._tagger.vectors([text])[0], most, but) if held else []

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


@dataclass(frozen=True, eq=False)
class _Held:
    """The rows of a file, mapped into memory."""

    rows: Bytes
    ids: list[str]
    place: dict[str, int]
    """The row that counts of each post."""

    def near(self, query: Floats, most: int, but: str | None) -> list[tuple[str, float]]:
        wanted = most + 1
        while True:
            found = nearest(query, self.rows, wanted)
            kept = [(self.ids[n.row], n.cosine) for n in found if self._counts(n.row, but)]
            if len(kept) >= most or len(found) < wanted:
                return kept[:most]
            wanted *= 4  # rows of older versions were in the way

    def _counts(self, row: int, but: str | None) -> bool:
        return self.place[self.ids[row]] == row and self.ids[row] != but


def _held(folder: Path, about: dict[str, Any] | None) -> _Held | None:
    if about is None or about["rows"] == 0:
        return None
    shape = (about["rows"], about["width"])
    rows: Bytes = np.memmap(folder / _ROWS, np.int8, "r", shape=shape)
    ids = (folder / _IDS).read_text("utf-8").splitlines()[: about["rows"]]
    return _Held(rows, ids, {post_id: row for row, post_id in enumerate(ids)})


def posts_like(folder: Path, post_id: str, most: int = 5) -> list[tuple[str, float]]:
    """Posts nearest to a post with their cosines, nearest first; no tagger is loaded.

    Empty where there are no vectors yet, or none of this post.

    Args:
        folder: ``<data>/vectors``.
        post_id: of the post.
        most: posts at most.
    """
    for path in sorted(folder.glob(f"*/{_ABOUT}")):
        try:
            about = json.loads(path.read_text("utf-8"))
            held = _held(path.parent, about)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if held is not None and post_id in held.place:
            query = held.rows[held.place[post_id]].astype(np.float32)
            return held.near(query, most, post_id)
    return []
