"""Take the pictures of docs/images from the real dashboard with the demo's data.

Run from the repository's root: ``python docs/screenshots.py``. Needs Chromium and playwright.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"
WIDE: dict[str, tuple[str, str, int]] = {
    "overview": ("", ".gs-lines", 1250),
    "search": ("search?q=食堂 OR 宿舍&own=0&sort=relevance", ".gs-hit", 1250),
    "topics": ("topics", ".gs-words", 1250),
    "channels": ("channels", ".gs-channels", 1100),
    "system": ("system", "[data-testid=stMetricValue]", 1250),
    "compare": ("compare?a=q%3D食堂&b=q%3D宿舍", "[data-testid=stMetricValue]", 950),
}
"""Pages by picture: address, what to wait for, height."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def dashboard(data: Path) -> Iterator[str]:
    """Fill a data folder with the demo, serve it, and give its address."""
    here = [sys.executable, "-m", "monitor"]
    channels = data / "channels.yaml"
    environment = {**os.environ, "GONGSHENG_DATA": str(data), "GONGSHENG_PORT": "8600"}
    subprocess.run([*here, "demo", "--no-dashboard"], env=environment, check=True)  # noqa: S603
    named = next(iter(data.rglob("*.yaml")), channels)
    environment["GONGSHENG_CHANNELS"] = str(named)
    server = subprocess.Popen(  # noqa: S603
        [*here, "serve", "--headless"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        lines = iter(server.stdout.readline, "") if server.stdout else iter(())
        yield next(line.split()[1] for line in lines if line.startswith("Dashboard:"))
    finally:
        server.terminate()
        server.wait()


def still(page: Page) -> None:
    """Wait until nothing is being drawn or computed any more."""
    busy = "[data-testid=stSpinner], [data-testid=stSkeleton], [data-testid=stStatusWidget]"
    page.wait_for_function("busy => !document.querySelector(busy)", arg=busy, timeout=60_000)
    page.wait_for_timeout(1500)


def take(page: Page, address: str, name: str, path: str, ready: str, height: int) -> None:
    """Take one picture, once the page stands still."""
    page.goto(f"{address}/{path}")
    page.locator(ready).first.wait_for(timeout=60_000)
    still(page)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    still(page)
    page.screenshot(path=IMAGES / f"{name}.png")


def take_words(page: Page, address: str) -> None:
    """Take the lower half of the topics page: rising words and copied texts."""
    page.goto(f"{address}/topics")
    page.locator("ul.gs-words").first.wait_for(timeout=60_000)
    page.set_viewport_size({"width": 1366, "height": 1150})
    page.get_by_text("哪些词多起来了").scroll_into_view_if_needed()
    still(page)
    page.screenshot(path=IMAGES / "words.png")


def take_post(page: Page, address: str) -> None:
    """Take the page of an urgent post with its explanation unfolded."""
    page.goto(address)
    page.get_by_text("打开这一条").first.click(timeout=60_000)
    page.get_by_text("程序是看了哪些词这样判断的").click(timeout=60_000)
    page.get_by_text("逐个去掉一个词再判断一次").wait_for(timeout=60_000)
    page.set_viewport_size({"width": 1366, "height": 1150})
    page.get_by_test_id("stMain").evaluate("e => e.scrollTo(0, 0)")
    still(page)
    page.screenshot(path=IMAGES / "post.png")


def main() -> None:
    """Take all pictures: wide ones of every page, the first visit, and a phone's."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        wide: ViewportSize = {"width": 1366, "height": 768}
        known = browser.new_context(viewport=wide, locale="zh-CN")
        known.add_cookies([{"name": "gongsheng_tour", "value": "1", "url": address}])
        page = known.new_page()
        for name, (path, ready, height) in WIDE.items():
            page.set_viewport_size(wide)
            take(page, address, name, path, ready, height)
        take_words(page, address)
        page.set_viewport_size(wide)
        take_post(page, address)
        page.set_viewport_size({"width": 390, "height": 844})
        take(page, address, "phone", "", ".gs-lines", height=844)
        known.close()
        page = browser.new_page(viewport=wide, locale="zh-CN")
        take(page, address, "tour", "", ".st-key-tour", height=768)
        browser.close()


if __name__ == "__main__":
    main()
