"""The walk of docs/add-a-source.md, followed word by word."""

import json
import re
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest

import crawlers.parsers
import crawlers.spiders
from crawlers.run import chosen_channels, crawl, sources
from monitor import wiring
from monitor.settings import Settings
from posts.model import AccessState
from tests.golden import NOW, Case

DOCS = Path(__file__).parent.parent / "docs" / "add-a-source.md"
_FILE = re.compile(r"^`(\S+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that holds the files of the walk, laid over the packages."""
    for name, text in _FILE.findall(DOCS.read_text("utf-8")):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    for package in (crawlers.parsers, crawlers.spiders):
        folder = tmp_path.joinpath(*package.__name__.split("."))
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    yield tmp_path
    for room in ("parsers", "spiders"):
        sys.modules.pop(f"crawlers.{room}.notice_board", None)


def test_the_walk_is_four_files(house: Path) -> None:
    assert sorted(str(path.relative_to(house)) for path in house.rglob("*") if path.is_file()) == [
        "crawlers/parsers/notice_board.py",
        "crawlers/spiders/notice_board.py",
        "tests/fixtures/notice_board/page/expected.json",
        "tests/fixtures/notice_board/page/payload.json",
    ]


def test_the_parser_gives_what_is_expected(house: Path) -> None:
    parser = import_module("crawlers.parsers.notice_board")
    case = Case(house / "tests" / "fixtures" / "notice_board" / "page")
    case.check(parser.parse_page(case.payload(), channel="board", collected_at=NOW))


def test_the_source_is_there_without_registration_and_crawls(house: Path) -> None:
    assert "notice-board" in sources()
    payload = json.loads(
        (house / "tests/fixtures/notice_board/page/payload.json").read_text("utf-8")
    )

    class Board(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({**payload, "next": 2 if "page=1" in self.path else None}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Board)
    Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    settings = Settings(data=house / "data", key="5a" * 32, channels=house / "channels.yaml")
    described = re.search(r"^```yaml\n(.*?)^```$", DOCS.read_text("utf-8"), re.M | re.S)
    assert described
    address = f"http://127.0.0.1:{http.server_address[1]}"
    settings.channels.write_text(
        f"{described[1]}    base_url: {address}\n    pace: {{delay: 0}}\n", "utf-8"
    )
    (run,) = crawl(chosen_channels(settings, ["board"]), settings)
    http.shutdown()
    http.server_close()
    assert (run.state, run.requests) == (AccessState.OK, 2)
    assert (run.new, run.seen) == (1, 1)
    assert run.rejected == {"missing_id": 2}
    assert len(list(wiring.quarantine(settings).rows())) == 2
