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
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.feed import fill  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "pages.json"
PAGES = {
    "today": ("", ".gs-sentences a"),
    "search": ("search?own=0", ".gs-hit"),
    "search with a word": ("search?own=0&q=食堂", ".gs-hit"),
    "topics": ("topics", ".gs-hit"),
    "channels": ("channels", ".gs-chart path[aria-label]"),
    "system": ("system", "[data-testid=stMetricValue]"),
}
WINDOW: Any = {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"}
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


def serve(command: list[str], data: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    told = {"GONGSHENG_DATA": str(data), "GONGSHENG_PORT": str(port), "BENCH_DATA": str(data),
            "GONGSHENG_CHANNELS": str(data / "none.yaml"), "PYTHONPATH": str(ROOT),
            "STREAMLIT_SERVER_PORT": str(port)}  # fmt: skip
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


def new_tab(browser: Browser | BrowserContext) -> Page:
    """Open a tab: of a context, which keeps what it fetched, or of a browser with nothing kept."""
    page = browser.new_page() if isinstance(browser, BrowserContext) else browser.new_page(**WINDOW)
    page.set_default_timeout(120_000)
    return page


def timed(browser: Browser | BrowserContext, rounds: int, visit: Callable[[Page], None]) -> float:
    """Median seconds of a visit, each in a tab of its own; the first only warms up."""
    seconds = []
    for _ in range(rounds + 1):
        page = new_tab(browser)
        begun = time.perf_counter()
        visit(page)
        seconds.append(time.perf_counter() - begun)
        page.close()
    return round(median(seconds[1:]), 2)


def changed(browser: BrowserContext, rounds: int, address: str, box: str, found: str) -> float:
    """Median seconds from ticking a box until the number of hits is another one."""
    seconds = []
    for _ in range(rounds + 1):
        page = new_tab(browser)
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


@contextmanager
def served(command: list[str], data: Path) -> Iterator[tuple[str, int]]:
    """Serve while it is measured; the address and the process."""
    port = free_port()
    server = serve(command, data, port)
    try:
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait()


def ours(browser: Browser, rounds: int, data: Path) -> dict[str, Any]:
    """Measure the dashboard."""
    found: dict[str, Any] = {}
    used = browser.new_context(**WINDOW)
    with served([sys.executable, "-m", "monitor", "serve", "--headless"], data) as (address, pid):
        for name, (path, ready) in PAGES.items():

            def visit(page: Page, path: str = path, ready: str = ready) -> None:
                page.goto(f"{address}/{path}")
                page.locator(ready).first.wait_for()

            found[name] = timed(used, rounds, visit)
            if name == "search":
                found["search, nothing kept by the browser"] = timed(browser, rounds, visit)
        search = f"{address}/{PAGES['search'][0]}"
        found["filter change"] = changed(used, rounds, search, "负面（", "找到")
        found["peak_mb"] = memory_mb(pid)
    used.close()
    return found


def bare(browser: Browser, rounds: int, data: Path) -> dict[str, Any]:
    """Measure the bare page with the same query."""
    script = data / "bare.py"
    script.write_text(BARE)
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
               "--server.address=127.0.0.1"]  # fmt: skip
    used = browser.new_context(**WINDOW)
    with served(command, data) as (address, pid):

        def visit(page: Page) -> None:
            page.goto(address)
            page.get_by_test_id("stText").first.wait_for()

        found = {
            "bare search": timed(used, rounds, visit),
            "bare search, nothing kept by the browser": timed(browser, rounds, visit),
            "bare filter change": changed(used, rounds, address, "negative", "found"),
            "bare_peak_mb": memory_mb(pid),
        }
    used.close()
    return found


def measure(data: Path, rounds: int) -> dict[str, Any]:
    """Measure the dashboard and the bare page, one after the other."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        found = ours(browser, rounds, data) | bare(browser, rounds, data)
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
        print(f"{name:44} {value}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
