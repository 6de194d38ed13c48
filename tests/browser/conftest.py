import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.elastic.node import node_address
from tests.filled_house import fill
from tests.store.conftest import drop_elastic

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


expect.set_options(timeout=15_000)


# Of the package, not of the session: while playwright runs, no other event loop can, and the
# spiders of other tests need one.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing = "no Chromium: run tests/system_packages.sh (or `apt-get install chromium`)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Do every walk on the embedded index, and those that ask each page's questions on both.

    The others look at what the browser does with an answer, which no engine changes.
    """
    if "store_url" in metafunc.fixturenames:
        engines: list[object] = ["embedded"]
        if metafunc.definition.get_closest_marker("both_stores"):
            engines.append(pytest.param("elastic", marks=pytest.mark.elastic))
        metafunc.parametrize("store_url", engines, indirect=True, scope="package")


@pytest.fixture(scope="package")
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """``GONGSHENG_STORE`` of the house."""
    if request.param == "embedded":
        yield "embedded:"
        return
    node, prefix = node_address(), f"pages-{uuid4().hex[:8]}"
    yield f"{node}/{prefix}"
    drop_elastic(node, prefix)


@pytest.fixture(scope="package")
def house(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    fill(folder, store_url)
    return folder


@pytest.fixture(scope="package")
def address(house: Path, store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "GONGSHENG_DATA": str(house),
        "GONGSHENG_STORE": store_url,
        "GONGSHENG_CHANNELS": str(house / "none.yaml"),
        "GONGSHENG_PORT": str(port),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", "--headless"],
        env=environment,
        cwd=tmp_path_factory.mktemp("elsewhere"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    said = _first_line(server.stdout)
    yield said.split()[1]
    server.terminate()
    assert server.wait(30) == 0
    server.stdout.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(
        locale="zh-CN", viewport={"width": 1366, "height": 768}, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def _first_line(stream: TextIO) -> str:
    for line in stream:
        if line.startswith("Dashboard:"):
            return line
    pytest.fail("the dashboard did not start")
