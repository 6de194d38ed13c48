"""Files beside the segments of an embedded index: format, checkpoint, lock.

::

    <folder>/format.json   version of our schema
    <folder>/checkpoint    archive sequence number, written after the posts are durable
    <folder>/writer.lock   held with flock by the one process that writes
    <folder>/segments/     tantivy's own files
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posts.errors import StoreError
from posts.store.embedded_schema import SCHEMA_VERSION

REBUILD = "run `gongsheng rebuild` to make it again from the archive"


def segments(folder: Path) -> Path:
    """Folder of tantivy's files."""
    return folder / "segments"


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
        strangers = [path for path in folder.iterdir() if path.name != "writer.lock"]
        if strangers and [path.name for path in strangers] != ["segments"]:
            raise StoreError(
                f"{folder}: holds other files ({strangers[0].name}) and no index; name an empty "
                "folder in GONGSHENG_STORE"
            ) from None
        return False
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder}/format.json: cannot be read ({error}); {REBUILD}") from error
    if found != SCHEMA_VERSION:
        raise StoreError(
            f"{folder}: index of schema {found}, this version needs {SCHEMA_VERSION}; {REBUILD}"
        )
    return True


def write_format(folder: Path) -> None:
    """Mark the folder as an index of our format."""
    write_durably(folder / "format.json", json.dumps({"schema": SCHEMA_VERSION}) + "\n")


def read_checkpoint(folder: Path) -> int:
    """Return the checkpoint; 0 where none was written.

    Raises:
        StoreError: the file holds no number.
    """
    path = folder / "checkpoint"
    try:
        return int(path.read_text("ascii"))
    except FileNotFoundError:
        return 0
    except ValueError as error:
        raise StoreError(f"{path}: expected a number; {REBUILD}") from error


def write_checkpoint(folder: Path, checkpoint: int) -> None:
    """Write the checkpoint; it never goes back."""
    if checkpoint > read_checkpoint(folder):
        write_durably(folder / "checkpoint", f"{checkpoint}\n")


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
