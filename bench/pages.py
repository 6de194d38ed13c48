"""How fast the dashboard's pages come up in a real browser, beside a bare page with the same query.

    python bench/pages.py [--posts 1000000] [--data FOLDER] [--rounds 3]

Fills an index with made-up posts (kept in ``--data`` where one is named), serves the dashboard and
a bare Streamlit page, measures both with Chromium, prints a table and writes
bench/results/pages.json. See bench/README.md.
"""

import argparse
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, get_args

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.ingest import sentence  # noqa: E402
from nlp.segment import JiebaText  # noqa: E402
from posts.model import (  # noqa: E402
    CHINA,
    Analysis,
    Count,
    Intent,
    Post,
    Sentiment,
    TaggedPost,
    Topic,
)
from posts.store.embedded import EmbeddedStore  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "pages.json"
BATCH = 20_000
PAGES = {
    "today": ("", ".gs-sentences a"),
    "search": ("search?own=0", ".gs-hit"),
    "search with a word": ("search?own=0&q=食堂", ".gs-hit"),
    "topics": ("topics", ".gs-hit"),
    "channels": ("channels", ".gs-chart path[aria-label]"),
    "system": ("system", "[data-testid=stMetricValue]"),
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
BARE = """
import os
from pathlib import Path
import streamlit as st
from nlp.segment import JiebaText
from posts.query import FacetField, PostQuery
from posts.store.embedded import EmbeddedStore

@st.cache_resource
def store():
    return EmbeddedStore(Path(os.environ["BENCH_DATA"]) / "index", JiebaText())

negative = st.checkbox("negative")
query = PostQuery(by_channel=False, sentiments=("negative",) if negative else ())
page = store().search(query, sort="newest", size=20, facets=tuple(FacetField))
days = store().per_day(query, FacetField.SENTIMENT)
st.markdown(f"found {page.total:,}")
st.bar_chart([day.count for day in days])
for hit in page.hits:
    st.text(hit.found.post.text)
"""


def made_up(count: int) -> Iterator[TaggedPost]:
    """Give tagged posts over two years, spread as on a union's channels."""
    chance = random.Random(20261125)
    first = datetime(2024, 11, 25, tzinfo=CHINA)
    sentiments, intents, topics = get_args(Sentiment), get_args(Intent), get_args(Topic)
    for number in range(count):
        sentiment = chance.choices(sentiments, (3, 5, 2))[0]
        negative = {"negative": 0.9, "neutral": 0.3, "positive": 0.05}[sentiment]
        thread = f"weibo:{number - number % 50}"
        at = first + timedelta(seconds=chance.random() * 730 * 86_400)
        text = sentence(chance)
        yield TaggedPost(
            post=Post(
                id=f"weibo:{number}", platform="weibo", channel=f"channel-{number % 9}",
                kind="comment" if number % 50 else "post", thread_id=thread, text=text,
                published_at=at, collected_at=at + timedelta(hours=1),
                author=f"p{chance.randrange(20_000)}", by_channel=number % 50 == 0,
                region=chance.choice(("江苏", "广东", "河南", "四川", "湖北")),
                likes=Count(value=chance.randrange(500)), source="bench", masked=True,
            ),
            analysis=Analysis(
                sentiment=sentiment,
                probabilities={"negative": negative, "neutral": (1 - negative) / 2,
                               "positive": (1 - negative) / 2},
                intent=chance.choice(intents),
                topics=tuple(chance.sample(topics, chance.choice((0, 1, 1, 2)))),
                urgent=chance.random() < 0.002, keywords=tuple(text[:4:2]), model="bench-1",
            ),
            version=number + 1,
        )  # fmt: skip


def fill(data: Path, count: int) -> float:
    """Write the index unless it is there; seconds it took."""
    store = EmbeddedStore(data / "index", JiebaText())
    begun, batch = time.perf_counter(), []
    if store.health().posts != count:
        for number, post in enumerate(made_up(count), 1):
            batch.append(post)
            if len(batch) == BATCH or number == count:
                store.write(batch, checkpoint=number)
                batch = []
    store.close()
    return time.perf_counter() - begun


def serve(command: list[str], data: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    told = {"GONGSHENG_DATA": str(data), "GONGSHENG_PORT": str(port), "BENCH_DATA": str(data),
            "GONGSHENG_CHANNELS": str(data / "none.yaml"), "PYTHONPATH": str(ROOT)}  # fmt: skip
    server = subprocess.Popen(
        command, env={**os.environ, **told}, cwd=data,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server
        except OSError:
            time.sleep(0.3)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_mb(pid: int) -> float:
    """Resident memory of a process and its children, the largest of them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sizes = []
    for one in (str(pid), *children):
        lines = Path(f"/proc/{one}/status").read_text().splitlines()
        sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    return round(max(sizes))


def timed(browser: Browser, rounds: int, visit: Callable[[Page], None]) -> float:
    """Median seconds of a visit, each with a page of its own; the first only warms up."""
    seconds = []
    for _ in range(rounds + 1):
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(120_000)
        begun = time.perf_counter()
        visit(page)
        seconds.append(time.perf_counter() - begun)
        page.close()
    return round(median(seconds[1:]), 2)


def changed(browser: Browser, rounds: int, address: str, box: str, found: str) -> float:
    """Median seconds from ticking a box until the number of hits is another one."""
    seconds = []
    for _ in range(rounds + 1):
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(120_000)
        page.goto(address)
        before = page.get_by_text(found).first.inner_text()
        page.get_by_text(box).first.wait_for()
        page.wait_for_timeout(1500)
        begun = time.perf_counter()
        page.get_by_text(box).first.click()
        page.wait_for_function(
            "([said, before]) => [...document.querySelectorAll('p')].some(p =>"
            " p.innerText.includes(said) && !p.innerText.includes(before))",
            arg=[found, before], polling=20,
        )  # fmt: skip
        seconds.append(time.perf_counter() - begun)
        page.close()
    return round(median(seconds[1:]), 2)


def measure(data: Path, rounds: int) -> dict[str, Any]:
    """Measure the dashboard and the bare page, one after the other."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        port = free_port()
        server = serve([sys.executable, "-m", "monitor", "serve", "--headless"], data, port)
        address = f"http://127.0.0.1:{port}"
        for name, (path, ready) in PAGES.items():

            def visit(page: Page, path: str = path, ready: str = ready) -> None:
                page.goto(f"{address}/{path}")
                page.locator(ready).first.wait_for()

            found[name] = timed(browser, rounds, visit)
        search = f"{address}/{PAGES['search'][0]}"
        found["filter change"] = changed(browser, rounds, search, "负面（", "找到")
        found["peak_mb"] = memory_mb(server.pid)
        server.terminate()
        server.wait()
        script, port = data / "bare.py", free_port()
        script.write_text(BARE)
        flags = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
        server = serve([sys.executable, "-m", "streamlit", "run", str(script), *flags], data, port)
        bare = f"http://127.0.0.1:{port}"

        def visit_bare(page: Page) -> None:
            page.goto(bare)
            page.get_by_test_id("stText").first.wait_for()

        found["bare search"] = timed(browser, rounds, visit_bare)
        found["bare filter change"] = changed(browser, rounds, bare, "negative", "found")
        found["bare_peak_mb"] = memory_mb(server.pid)
        server.terminate()
        server.wait()
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="keep the index here for the next time")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = (asked.data or Path(folder) / "data").absolute()
        data.mkdir(parents=True, exist_ok=True)
        filled = fill(data, asked.posts)
        found = {
            "posts": asked.posts,
            "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[0], 1),
            "machine": platform.machine(),
            "fill_seconds": round(filled, 1),
            **measure(data, asked.rounds),
            "load_after": round(os.getloadavg()[0], 1),
        }
    for name, value in found.items():
        print(f"{name:24} {value}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
