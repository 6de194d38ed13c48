"""A data folder with the sample posts, some hostile ones, and crawls that ended well and badly."""

from datetime import timedelta
from pathlib import Path

from nlp.segment import JiebaText
from posts.archive import Archive
from posts.model import AccessState, CrawlRun, TaggedPost
from posts.store import open_store
from tests.sample_posts import SAMPLES, china, tagged

HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">",
    "**粗体** # 标题 $x^2$ :red[红] :heart: [链接](javascript:alert(1)) `码` ![图](http://a.invalid/a.png)",
    '=HYPERLINK("http://a.invalid","点我")',
    "你好\u202egnp.exe\u202c后面",
    "<style>body{display:none}</style></article></div>",
)
"""Texts that would do harm where they were not shown as plain text."""

HOSTILE_POSTS: list[TaggedPost] = [
    tagged(
        f"evil-{number}",
        text,
        version=500 + number,
        sentiment="negative",
        intent="complaint",
        thread_id="weibo:5001",
        parent_id="weibo:5001",
        region="**省** :heart: <b>",
        url="javascript:alert(1)",
        published_at=china("2026-11-12 18:00") + timedelta(minutes=number),
    )
    for number, text in enumerate(HOSTILE)
]


def run(channel: str, ended: str, state: AccessState, **changes: object) -> CrawlRun:
    """Make the result of a crawl."""
    at = china(ended)
    fields = {
        "channel": channel,
        "source": "sample",
        "started_at": at,
        "ended_at": at,
        "state": state,
        "new": 7,
        "comments_declared": 48,
        "comments_fetched": 40,
        **changes,
    }
    return CrawlRun.model_validate(fields)


RUNS = [
    run("weibo-main", "2026-11-13 09:00", AccessState.OK),
    run("douyin-main", "2026-11-09 09:00", AccessState.OK),
    run("douyin-main", "2026-11-13 09:10", AccessState.NEEDS_LOGIN, new=0),
    run("weibo-main", "2026-11-17 09:00", AccessState.CAPTCHA, new=0),
]


def fill(data: Path, store_url: str = "embedded:") -> None:
    """Write the posts into an index, and the crawls into the archive of a folder."""
    store = open_store(store_url, data=data, search_text=JiebaText())
    store.write([*SAMPLES, *HOSTILE_POSTS], checkpoint=len(SAMPLES))
    store.close()
    archive = Archive(data / "archive")
    for one in RUNS:
        archive.add_run(one)
    archive.close()
