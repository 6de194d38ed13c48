"""How fast posts come in, against a loop that only writes the same documents into tantivy.

    python bench/ingest.py [--lines 100000]

Prints a table and writes bench/results/ingest.json. See bench/README.md.
"""

import argparse
import json
import os
import pickle
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tantivy

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "ingest.json"

WORDS: dict[str, list[str]] = json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))
"""Invented words and half sentences, by their place in a comment."""


def sentence(chance: random.Random) -> str:
    """Put a comment together from words; numbers make nearly all of them different."""
    pick = {place: chance.choice(words) for place, words in WORDS.items()}
    more = [*WORDS["how"], *WORDS["what"]]
    parts = [pick["who"] + pick["when"] + pick["what"]]
    parts += chance.choices(more, k=chance.choice((0, 0, 1, 1, 2, 4)))
    if chance.random() < 0.3:
        parts.append(
            f"{chance.randint(2, 9999)}{chance.choice(('元', '个人', '天', '分钟', '号'))}"
        )
    if chance.random() < 0.02:
        parts.append(f"电话1{chance.randint(3, 9)}{chance.randint(10**8, 10**9 - 1)}")
    return pick["marks"].join(parts) + pick["end"]


def lines(count: int) -> Iterator[str]:
    """Give posts and comments as lines of our own format."""
    chance = random.Random(20261125)
    for number in range(count):
        kind = "post" if number % 50 == 0 else "comment"
        yield json.dumps(
            {
                "id": f"weibo:{5_000_000_000_000_000 + number}",
                "platform": "weibo",
                "kind": kind,
                "thread_id": f"weibo:{5_000_000_000_000_000 + number - number % 50}",
                "text": sentence(chance),
                "published_at": f"2026-{1 + number % 11:02}-{1 + number % 28:02}"
                f"T{number % 24:02}:{number % 60:02}:00+08:00",
                "author": str(1_000_000_000 + chance.randrange(20_000)),
                "author_name": f"{chance.choice(WORDS['who'])}{chance.randrange(9999)}",
                "region": chance.choice((*WORDS["region"], None)),
                "likes": {"value": int(chance.expovariate(0.1))},
            },
            ensure_ascii=False,
        )


def measured(command: list[str], environment: dict[str, str]) -> tuple[dict[str, float], str]:
    """Run a command; give what it cost and what it printed.

    The peak of a child begins at its parent's size, so this process has to stay small.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    cost = {
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }
    return cost, output


def measure_import(count: int, folder: Path) -> dict[str, Any]:
    """Import, tag and index so many lines with the command line, in a fresh data folder."""
    source = folder / f"{count}.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines(count))
    data = folder / f"data-{count}"
    environment = {"GONGSHENG_DATA": str(data), "GONGSHENG_KEY": "ab" * 32}
    command = [sys.executable, "-m", "monitor", "import", str(source), "--json"]
    cost, output = measured(command, environment)
    printed = json.loads(output)
    assert (printed["read"], printed["new"]) == (count, count), printed
    again, output = measured(command, environment)
    assert json.loads(output)["new"] == 0
    return {
        "posts": count,
        **cost,
        "posts_per_second": round(count / cost["seconds"]),
        "again_seconds": again["seconds"],
        "bytes_archive": _bytes(data / "archive"),
        "bytes_index": _bytes(data / "index"),
        "bytes_input": source.stat().st_size,
    }


def prepare_bare(count: int, index: Path, target: Path) -> None:
    """Lay the finished documents of an index aside, ready to be written again."""
    from nlp.segment import JiebaText
    from posts.query import PostQuery
    from posts.store.embedded import EmbeddedStore
    from posts.store.embedded_schema import document

    search_text = JiebaText()
    store = EmbeddedStore(index, search_text)
    found = store.search(PostQuery(), sort="newest", size=count).hits
    assert len(found) == count
    with target.open("wb") as file:
        for hit in found:
            pickle.dump(document(hit.found, search_text).to_dict(), file)


def write_bare(documents: Path, folder: Path) -> None:
    """Only write documents into tantivy: no reading of exports, masking, archive or tagging."""
    from posts.store.embedded_schema import build_schema, prepare

    schema = build_schema()
    folder.mkdir()
    writer = prepare(tantivy.Index(schema, path=str(folder))).writer(96_000_000, 1)
    with documents.open("rb") as file:
        while True:
            try:
                fields = pickle.load(file)
            except EOFError:
                break
            writer.add_document(tantivy.Document.from_dict(fields, schema))
    writer.commit()
    writer.wait_merging_threads()


def measure_bare(count: int, folder: Path) -> dict[str, Any]:
    """Measure the bare loop in a process of its own, as the import is."""
    documents, index = folder / "documents.pickle", folder / f"data-{count}" / "index"
    this = [sys.executable, str(Path(__file__).resolve())]
    measured([*this, "--lines", str(count), "--prepare", str(index), str(documents)], {})
    cost, _ = measured([*this, "--bare", str(documents), str(folder / "bare")], {})
    return {
        "posts": count,
        **cost,
        "posts_per_second": round(count / cost["seconds"]),
    }


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=100_000)
    arguments.add_argument("--bare", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--prepare", nargs=2, type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.prepare:
        prepare_bare(chosen.lines, *chosen.prepare)
        return
    if chosen.bare:
        write_bare(*chosen.bare)
        return
    with tempfile.TemporaryDirectory() as folder:
        few = measure_import(chosen.lines // 10, Path(folder))
        many = measure_import(chosen.lines, Path(folder))
        bare = measure_bare(chosen.lines, Path(folder))
    results = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "import_few": few,
        "import": many,
        "bare": bare,
        "share_of_bare": round(bare["cpu_seconds"] / many["cpu_seconds"], 2),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"{'':28}{'posts':>9}{'seconds':>9}{'CPU s':>9}{'posts/s':>9}{'peak MB':>9}")
    for name, row in (("import", few), ("import", many), ("bare tantivy loop", bare)):
        print(
            f"{name:28}{row['posts']:>9}{row['seconds']:>9}{row['cpu_seconds']:>9}"
            f"{row['posts_per_second']:>9}{row['peak_mb']:>9}"
        )
    print(f"the same import again: {many['again_seconds']} s")


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
