"""An archive of invented comments and a look at whether an index holds each of them once."""

import json
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from nlp.segment import JiebaText
from posts.archive import Archive
from posts.model import Count
from posts.query import PostQuery
from posts.store import PostStore, open_store
from posts.store.access import ElasticAccess
from tests.archive_posts import comment

PAGE = 2000


def filled(folder: Path, count: int, *, changed: int = 0) -> Archive:
    """Make an archive of so many comments, some of them in two versions."""
    archive = Archive(folder / "archive")
    archive.append([comment(n, f"第{n}条，又拖欠工资了") for n in range(count)])
    again = [comment(n, f"第{n}条，又拖欠工资了", likes=Count(value=7)) for n in range(changed)]
    archive.append(again)
    return archive


def opened(url: str, **access: Any) -> PostStore:
    return open_store(
        url, data=Path("unused"), search_text=JiebaText(), access=ElasticAccess(**access)
    )


def lost_and_doubled(archive: Archive, store: PostStore) -> tuple[set[str], set[str]]:
    """Ids that the archive has and the index has not; ids that the index has twice or wrongly."""
    latest = {post.id: post for _, post in archive.since(0)}
    held: Counter[str] = Counter()
    wrong: set[str] = set()
    for offset in range(0, len(latest) + PAGE, PAGE):
        page = store.search(PostQuery(), sort="oldest", size=PAGE, offset=offset)
        held.update(hit.found.post.id for hit in page.hits)
        wrong |= {h.found.post.id for h in page.hits if latest.get(h.found.post.id) != h.found.post}
    return set(latest) - set(held), {one for one, n in held.items() if n > 1} | wrong


def ask(address: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
    """Ask a node directly, as its operator would."""
    request = urllib.request.Request(
        address, method=method, headers={"Content-Type": "application/json"},
        data=None if body is None else json.dumps(body).encode(),
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")
