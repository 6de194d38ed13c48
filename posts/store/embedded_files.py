"""Files beside the segments of an embedded index: format, checkpoint, lock.

::

    <folder>/format.json   version of our schema; which generation is in use
    <folder>/checkpoint    archive sequence number, written after the posts are durable
    <folder>/writer.lock   held with flock by the one process that writes
    <folder>/segments/     tantivy's own files
    <folder>/next/         a generation that is being built, laid out like the folder itself
    <folder>/g2/           the generation in use after a rebuild, instead of checkpoint and segments
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posts.errors import StoreError
from posts.store.embedded_schema import SCHEMA_VERSION

REBUILD = "run `gongsheng rebuild` to make it again from the archive"
NEXT = "next"
_GENERATION = re.compile(r"g[1-9]\d*")
_OURS = frozenset(
    {"format.json", "checkpoint", "writer.lock", "segments", NEXT, "mark"}
    | {"format.json.new", "checkpoint.new", "mark.new"}
)


def segments(generation: Path) -> Path:
    """Folder of tantivy's files."""
    return generation / "segments"


def in_use(folder: Path) -> Path:
    """Folder of the generation in use: the index's own one until it was rebuilt.

    Raises:
        StoreError: the pointer cannot be read.
    """
    path = folder / "format.json"
    try:
        name = json.loads(path.read_text("utf-8")).get("generation")
    except FileNotFoundError:
        return folder
    except (ValueError, AttributeError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); {REBUILD}") from error
    return folder if name is None else folder / str(name)


def refuse_strangers(folder: Path) -> None:
    """Raise StoreError where the folder holds files that no index of ours has."""
    for path in folder.iterdir():
        if path.name not in _OURS and not _GENERATION.fullmatch(path.name):
            raise StoreError(
                f"{folder}: holds other files ({path.name}) and no index; name an empty folder in "
                "GONGSHENG_STORE"
            )


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the write lock, waiting for another writer; the system frees it if we die.

    Raises:
        StoreError: the folder cannot be written to.
    """
    try:
        lock = (folder / "writer.lock").open("a")
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written to ({error}); check its owner") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_format(folder: Path) -> bool:
    """Whether the folder holds an index of our format; False for a new or empty one.

    Raises:
        StoreError: it holds something else, or an index of another version.
    """
    try:
        found = json.loads((folder / "format.json").read_text("utf-8"))["schema"]
    except FileNotFoundError:
        refuse_strangers(folder)
        rebuilt = any(_GENERATION.fullmatch(path.name) for path in folder.iterdir())
        if rebuilt or (folder / "checkpoint").exists():
            raise StoreError(f"{folder}: format.json is missing; {REBUILD}") from None
        return False
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder}/format.json: cannot be read ({error}); {REBUILD}") from error
    if found != SCHEMA_VERSION:
        raise StoreError(
            f"{folder}: index of schema {found}, this version needs {SCHEMA_VERSION}; {REBUILD}"
        )
    return True


def write_format(folder: Path, generation: str | None = None) -> None:
    """Mark the folder as an index of our format and name the generation in use."""
    made = {"schema": SCHEMA_VERSION} | ({"generation": generation} if generation else {})
    write_durably(folder / "format.json", json.dumps(made) + "\n")


def put_in_use(folder: Path) -> None:
    """Make ``next`` the generation in use, in one step; the caller holds the write lock."""
    old = [path for path in folder.iterdir() if _GENERATION.fullmatch(path.name)]
    number = max((int(path.name[1:]) for path in old), default=1) + 1
    (folder / NEXT).rename(folder / f"g{number}")
    write_format(folder, f"g{number}")
    # Readers hold the old files open; those that just open them look at the pointer again.
    for path in (*old, segments(folder)):
        shutil.rmtree(path, ignore_errors=True)
    (folder / "checkpoint").unlink(missing_ok=True)


def read_checkpoint(folder: Path) -> int:
    """Return the checkpoint of the generation in use; 0 where none was written.

    Raises:
        StoreError: the file holds no number.
    """
    path = in_use(folder) / "checkpoint"
    try:
        return int(path.read_text("ascii"))
    except FileNotFoundError:
        return 0
    except ValueError as error:
        raise StoreError(f"{path}: expected a number; {REBUILD}") from error


def write_checkpoint(folder: Path, checkpoint: int) -> None:
    """Write the checkpoint; it never goes back."""
    if checkpoint > read_checkpoint(folder):
        write_durably(in_use(folder) / "checkpoint", f"{checkpoint}\n")


def write_durably(path: Path, text: str) -> None:
    """Replace a file as a whole; on the disk when this returns."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def bytes_on_disk(folder: Path) -> int:
    """Size of all files; those that vanish meanwhile are left out."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
