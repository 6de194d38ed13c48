"""Workers that a test kills: each prints a line when it is under way, and one per batch done.

python -m tests.crashing append FOLDER FIRST LAST
python -m tests.crashing ingest FOLDER
python -m tests.crashing rebuild DATA STORE
"""

import sys
import time
from pathlib import Path

from monitor.ingest import ingest
from nlp.segment import JiebaText
from posts.archive import Archive
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import WordTagger, comment

BATCH = 5


def append(folder: Path, first: int, last: int) -> None:
    """Append comments FIRST to LAST in small batches; say which were confirmed."""
    archive = Archive(folder / "archive", segment_bytes=20_000)
    _say("start")
    for start in range(first, last, BATCH):
        archive.append([comment(n, f"第{n}条") for n in range(start, min(start + BATCH, last))])
        _say(str(start))


def index(folder: Path) -> None:
    """Bring the index up to the archive in small batches."""
    archive = Archive(folder / "archive")
    store = EmbeddedStore(folder / "index", JiebaText())
    _say("start")
    ingest(archive, store, WordTagger(), batch=20, advance=lambda done: _say(str(done)))


def rebuild(data: Path, url: str) -> None:
    """Build an index anew in small batches, one every tenth of a second; never ends it."""
    from nlp.tagger import open_tagger
    from posts.store import open_new_generation

    tagger = open_tagger("baseline")
    new = open_new_generation(url, data=data, search_text=JiebaText(), mark=tagger.version)
    _say("start")

    def advance(done: int) -> None:
        _say(str(done))
        time.sleep(0.1)

    ingest(Archive(data / "archive"), new, tagger, batch=20, advance=advance)


def crawl_demo(folder: Path, base_url: str) -> None:
    """Crawl the demo's channels from a replay server, then tag and index."""
    # Scrapy loads slowly, and the other workers are killed before they would need it.
    from crawlers.demo import demo_channels
    from crawlers.run import crawl
    from monitor import wiring
    from monitor.settings import Settings

    settings = Settings(data=folder, key="ab" * 32)
    _say("start")
    crawl(demo_channels(base_url), settings)
    wiring.ingest_backlog(settings)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    work, folder, *rest = sys.argv[1:]
    if work == "append":
        append(Path(folder), *map(int, rest))
    elif work == "ingest":
        index(Path(folder))
    elif work == "rebuild":
        rebuild(Path(folder), *rest)
    else:
        crawl_demo(Path(folder), *rest)
