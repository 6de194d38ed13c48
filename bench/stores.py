"""Embedded index against Elasticsearch, side by side: questions, bulk, disk, memory.

    python bench/stores.py [--posts 1000000] [--rounds 30]

Starts a real Elasticsearch node (see tests/elastic/node.py), prints a table and writes
bench/results/stores.json. See bench/README.md.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from elasticsearch.helpers import parallel_bulk

from bench.ingest import WORDS
from bench.year import DAYS, FIRST_DAY, RARE, TEXTS, CutOnce, posts, texts
from posts.query import FacetField, PostQuery
from posts.store import PostStore, open_store
from posts.store.elastic import ElasticStore
from posts.store.elastic_mapping import document, month
from tests.elastic.node import Node, running_node

RESULTS = Path(__file__).parent / "results" / "stores.json"
BULK = 30_000
"""Posts of the comparison with the client's own parallel_bulk."""
FACETS = (FacetField.SENTIMENT, FacetField.INTENT, FacetField.TOPIC, FacetField.PLATFORM)
Ask = Callable[[PostStore, random.Random], object]


def span(chance: random.Random, most: int = DAYS) -> PostQuery:
    """A span of days that was hardly asked before, so that no cache answers."""
    since = FIRST_DAY + timedelta(days=chance.randrange(60))
    return PostQuery(since=since, until=since + timedelta(days=most - chance.randrange(60)))


def with_text(text: str, chance: random.Random) -> PostQuery:
    return span(chance).model_copy(update={"text": text})


def overview(store: PostStore, chance: random.Random) -> object:
    query = span(chance, 90)
    return (
        store.search(query, size=5, sort="newest", facets=FACETS),
        store.per_day(query, FacetField.SENTIMENT),
        store.count_by(FacetField.CHANNEL, query),
    )


QUESTIONS: dict[str, Ask] = {
    "trend by day and sentiment": lambda s, c: s.per_day(span(c), FacetField.SENTIMENT),
    "topics by sentiment": lambda s, c: s.cross(FacetField.TOPIC, FacetField.SENTIMENT, span(c)),
    "frequent word, facets": lambda s, c: s.search(
        with_text(c.choice(("加班", "工资", "食堂")), c), facets=FACETS
    ),
    "rare word, facets": lambda s, c: s.search(with_text(c.choice(RARE), c), facets=FACETS),
    "phrase": lambda s, c: s.search(with_text(f'"{c.choice(WORDS["what"])}"', c)),
    "prefix": lambda s, c: s.search(with_text(f"{c.randint(2, 99)}*", c)),
    "filtered, newest first": lambda s, c: s.search(
        span(c).model_copy(update={"sentiments": ("negative",), "topics": ("wages",)}),
        sort="newest",
    ),
    "deep page": lambda s, c: s.search(
        span(c), sort="newest", size=50, offset=9_000 + c.randrange(900)
    ),
    "thread": lambda s, c: s.thread(f"weibo:{c.randrange(1000) * 50}"),
    "overview": overview,
}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ask_all(stores: dict[str, PostStore], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Ask every question of every store in turn; milliseconds."""
    taken: dict[str, dict[str, list[float]]] = {q: {s: [] for s in stores} for q in QUESTIONS}
    for number in range(-2, rounds):
        for question, ask in QUESTIONS.items():
            for name, store in stores.items():
                chance = random.Random(f"{question} {number}")
                seconds = timed(lambda ask=ask, store=store, chance=chance: ask(store, chance))
                if number >= 0:  # the first two warm up
                    taken[question][name].append(1000 * seconds)
    return {
        question: {name: percentiles(values) for name, values in by_store.items()}
        for question, by_store in taken.items()
    }


def percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(statistics.median(values), 2), "p95": round(cuts[18], 2)}


def agree(stores: dict[str, PostStore]) -> None:
    """Stop where the stores do not answer alike: a fast wrong answer is worth nothing."""
    for question, ask in QUESTIONS.items():
        one, other = (ask(store, random.Random(question)) for store in stores.values())
        if question in ("frequent word, facets", "rare word, facets", "phrase", "prefix"):
            one, other = ((page.total, page.facets) for page in (one, other))  # type: ignore[attr-defined]
        if one != other:
            sys.exit(f"{question}: the stores answer differently")


def compare_bulk(node: Node, count: int, pool: list[str], cut: CutOnce) -> dict[str, Any]:
    """Our write against the client's parallel_bulk: same documents, same empty indices, in turn."""
    some = list(posts(count, pool, start=50_000_000))
    taken: dict[str, list[tuple[float, float]]] = {"write": [], "parallel_bulk": []}
    for turn in range(3):
        for name, seconds in taken.items():
            store = ElasticStore(f"{node.url}/{name}{turn}", cut)
            store.checkpoint()
            index = store._index
            places = {one.post.id: index.ensure(month(one)) for one in some}

            def bare(store: ElasticStore = store, places: dict[str, str] = places) -> None:
                actions = (
                    {"_index": places[one.post.id], "_id": one.post.id,
                     "_source": document(one, cut)}
                    for one in some
                )  # fmt: skip
                for _ in parallel_bulk(store._client, actions, thread_count=2, chunk_size=1000):
                    pass
                store._client.indices.refresh(index=store._index.alias)

            def ours(store: ElasticStore = store) -> None:
                store.write(some, count)

            before = processor_seconds(node)
            wall = timed(ours if name == "write" else bare)
            seconds.append((wall, processor_seconds(node) - before))
            index.drop([f"{name}{turn}.*"])
            store._client.indices.delete_index_template(name=f"{name}{turn}")
            store.close()
    figures: dict[str, Any] = {"posts": count}
    for name, seconds in taken.items():
        figures[f"{name}_posts_per_second"] = round(
            count / statistics.median(wall for wall, _ in seconds)
        )
        figures[f"{name}_processor_seconds"] = round(
            statistics.median(processor for _, processor in seconds), 2
        )
    return figures


def processor_seconds(node: Node) -> float:
    """Processor time of the node and of this process so far; other programs do not count."""
    assert node.process is not None
    fields = Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + time.process_time()


def resident_mb(process: int | str, what: str = "VmRSS") -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return round(int(line.split()[1]) / 1024)
    return 0


def measure(count: int, rounds: int, folder: Path) -> dict[str, Any]:
    chance, cut = random.Random(20261125), CutOnce()
    pool = texts(chance)
    cutting = timed(lambda: [(cut.words(text), cut.characters(text)) for text in pool])
    results: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "load_before": os.getloadavg(),
        "posts": count,
        "cutting_texts_per_second": round(TEXTS / cutting),
        "making_posts_per_second": round(
            20_000 / timed(lambda: [None for _ in posts(20_000, pool)])
        ),
    }
    with running_node(folder / "node", quick_start=False) as node:
        results["bulk"] = compare_bulk(node, min(BULK, count), pool, cut)
        print("bulk:", results["bulk"], flush=True)
        urls = {"embedded": f"embedded:{folder / 'index'}", "elasticsearch": f"{node.url}/bench"}
        stores = {name: open_store(url, data=folder, search_text=cut) for name, url in urls.items()}
        for name, store in stores.items():
            seconds = timed(lambda store=store: store.write(posts(count, pool), count))
            health = store.health()
            results[name] = {
                "indexing_posts_per_second": round(count / seconds),
                "megabytes_on_disk": round((health.bytes_on_disk or 0) / 1e6),
                "posts": health.posts,
            }
            print(name, results[name], flush=True)
        agree(stores)
        before = resident_mb("self", "RssAnon")
        results["load_at_questions"] = os.getloadavg()
        results["questions"] = ask_all(stores, rounds)
        results["embedded"]["megabytes_more_while_asked"] = resident_mb("self", "RssAnon") - before
        results["embedded"]["megabytes_of_mapped_files"] = resident_mb("self", "RssFile")
        assert node.process is not None
        results["elasticsearch"]["megabytes_of_the_server"] = resident_mb(node.process.pid)
        for store in stores.values():
            store.close()
    return results


def table(results: dict[str, Any]) -> str:
    lines = [f"{'milliseconds':30}{'embedded':>18}{'elasticsearch':>18}{'times':>8}"]
    for question, by_store in results["questions"].items():
        one, other = by_store["embedded"], by_store["elasticsearch"]
        lines.append(
            f"{question:30}{one['p50']:>9}{one['p95']:>9}{other['p50']:>9}{other['p95']:>9}"
            f"{other['p50'] / one['p50']:>8.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--posts", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=30)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(chosen.posts, chosen.rounds, Path(folder))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
