"""Requests and posts per second of a crawl of many channels, against Scrapy that only downloads.

    python bench/crawl.py [--channels 200]

Three processes: the replayed channels, our crawl, and a bare Scrapy spider that downloads the
addresses that our crawl asked for and throws the answers away. Nobody waits (pace 0), so that the
programs are measured and not the manners.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.people import Person
from crawlers.replay.server import respond
from crawlers.replay.weibo_shapes import UID
from posts.model import CHINA

RESULTS = Path(__file__).parent / "results"
POSTS, COMMENTS = 10, 10
"""Posts a channel, comments a post."""
TEXTS = ("食堂的菜又涨价了，能不能管一管", "夜班补贴什么时候发", "谢谢工会送清凉", "班车能加一趟吗")


def feed_of(channel: int) -> Feed:
    """An invented channel whose ids are no other channel's."""
    midnight = datetime.now(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    posts = []
    for place in range(POSTS):
        number = channel * POSTS + place + 1000
        at = midnight - timedelta(days=place, hours=3)
        comments = tuple(
            FeedComment(
                number=number * COMMENTS + n, reply_to=None, text=TEXTS[n % len(TEXTS)], likes=n,
                region="江西", gender=None, published_at=at + timedelta(minutes=n),
                author=Person(10**9 + number * COMMENTS + n, "铸造老周", None, "江西"),
                by_channel=False,
            )
            for n in range(COMMENTS)
        )  # fmt: skip
        posts.append(FeedPost(number, "weibo", None, f"第{place}条通知", 3, 1, 9, at, comments))
    return Feed(tuple(posts), {post.number: post for post in posts})


def serve(channels: int) -> None:
    """Serve the channels below /c0, /c1, ...; say where, and log what is asked."""
    feeds = [feed_of(number) for number in range(channels)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            own, _, path = parts.path[2:].partition("/")
            answer = respond(feeds[int(own)], "/" + unquote(path), dict(parse_qsl(parts.query)))
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.request_queue_size = 512
    http.socket.listen(512)
    print(f"http://127.0.0.1:{http.server_address[1]}", flush=True)
    http.serve_forever()


def ours(base_url: str, channels: int) -> dict[str, Any]:
    """Crawl all channels into a fresh data folder."""
    from crawlers.channel_spider import ChannelSpider
    from crawlers.run import crawl
    from monitor.channels import Channel, Pace
    from monitor.settings import Settings

    asked: list[str] = []
    plain = ChannelSpider._request

    def noted(self: ChannelSpider, *args: Any) -> Any:
        request = plain(self, *args)
        asked.append(request.url)
        return request

    ChannelSpider._request = noted  # type: ignore[method-assign]
    entries = [
        Channel(
            id=f"c{n}", name="工会", source="weibo-mobile", account=str(UID),
            base_url=f"{base_url}/c{n}", pace=Pace(delay=0),
        )
        for n in range(channels)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, Memory() as memory:
        settings = Settings(data=Path(folder) / "data", key="5a" * 32)
        begun = time.perf_counter()
        runs = crawl(entries, settings)
        seconds = time.perf_counter() - begun
    states = sorted({run.state.value for run in runs})
    Path(os.environ["ASKED"]).write_text("\n".join(asked))
    requests, posts = sum(run.requests for run in runs), sum(run.new for run in runs)
    return {**figures(requests, seconds, memory), "posts": posts, "states": states,
            "posts_per_second": round(posts / seconds, 1)}  # fmt: skip


def bare() -> dict[str, Any]:
    """Download the same addresses with a spider that does nothing with them."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    addresses = Path(os.environ["ASKED"]).read_text().splitlines()

    class Bare(scrapy.Spider):
        name = "bare"
        custom_settings = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False,  # noqa: RUF012
                           "CONCURRENT_REQUESTS": 200, "CONCURRENT_REQUESTS_PER_DOMAIN": 200,
                           "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": False}  # fmt: skip

        async def start(self) -> Any:
            for address in addresses:
                yield scrapy.Request(address, dont_filter=True)

        def parse(self, response: Any) -> None:
            pass

    with Memory() as memory:
        begun = time.perf_counter()
        process = CrawlerProcess()
        process.crawl(Bare)
        process.start()
        seconds = time.perf_counter() - begun
    return figures(len(addresses), seconds, memory)


class Memory:
    """Resident memory of this process in MB, looked at twice a second."""

    def __enter__(self) -> "Memory":
        self.seen: list[float] = []
        self._done = Event()
        Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _look(self) -> None:
        while not self._done.wait(0.5):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.seen.append(round(pages * resource.getpagesize() / 2**20, 1))

    def quarters(self) -> list[float]:
        """At a quarter, a half, three quarters and the end of the run."""
        last = len(self.seen) - 1
        return [self.seen[last * n // 4] for n in range(1, 5)] if self.seen else []


def figures(requests: int, seconds: float, memory: Memory) -> dict[str, Any]:
    """What one run came to."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "requests": requests,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "requests_per_second": round(requests / seconds, 1),
        "memory_mb_at_quarters": memory.quarters(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--role", choices=["serve", "ours", "bare"])
    parser.add_argument("--base-url", default="")
    given = parser.parse_args()
    if given.role == "serve":
        serve(given.channels)
    elif given.role == "ours":
        print(json.dumps(ours(given.base_url, given.channels)))
    elif given.role == "bare":
        print(json.dumps(bare()))
    else:
        measure(given.channels)


def measure(channels: int) -> None:
    """Run all three and write the figures."""
    me = [sys.executable, __file__, "--channels", str(channels), "--role"]
    server = subprocess.Popen([*me, "serve"], stdout=subprocess.PIPE, text=True)
    base_url = server.stdout.readline().strip() if server.stdout else ""
    found = {"channels": channels, "comments": channels * POSTS * COMMENTS}
    with tempfile.NamedTemporaryFile() as asked:
        env = {**os.environ, "ASKED": asked.name}
        for role in ("ours", "bare"):
            run = subprocess.run(
                [*me, role, "--base-url", base_url], env=env, check=True, text=True,
                stdout=subprocess.PIPE,
            )  # fmt: skip
            found[role] = json.loads(run.stdout.splitlines()[-1])
            print(role, json.dumps(found[role]))
    server.terminate()
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "crawl.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
