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

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
VIEWS = {"overview": "", "search": "search?q=食堂 OR 宿舍&own=0&sort=relevance"}
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


def take(page: Page, address: str, name: str, path: str, height: int) -> None:
    """Take one picture, once the page stands still."""
    page.goto(f"{address}/{path}")
    page.locator(".gs-hit").first.wait_for(timeout=60_000)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    page.wait_for_timeout(2500)
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """Take all pictures: wide ones of both pages, and a phone's of the overview."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, path in VIEWS.items():
            page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
            take(page, address, name, path, height=1250)
            page.close()
        page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        take(page, address, "phone", VIEWS["overview"], height=844)
        browser.close()


if __name__ == "__main__":
    main()
