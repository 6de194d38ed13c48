"""Build an index anew from the archive, beside the one in use, and put it in its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from monitor import wiring
from monitor.backlog import KnownCheckpoint, only_writer
from monitor.corrections import corrected
from monitor.ingest import IngestResult, ingest, text_to_tag
from monitor.progress import progress
from monitor.settings import Settings
from nlp.tagger import Tagger
from posts.archive import Archive
from posts.errors import StoreError
from posts.model import CHINA, Post, TaggedPost
from posts.store import NewGeneration, PostStore

SAMPLE = 200
"""Posts of the new index that are compared with the archive."""
_TRIES = 20


def rebuild_index(settings: Settings, store_url: str | None = None) -> IngestResult:
    """Build an index from the archive while the old one serves, check it, then switch.

    A rebuild that was ended in any way goes on where it stood, unless the tagger changed.

    Args:
        settings: name the archive, the tagger and the credentials.
        store_url: the index to build; None for the one in use. Tags are taken over from the one
            in use where another one is built and the tagger is the same.

    Raises:
        StoreUnavailable: the index is away; run it again, it goes on.
        StoreError: another rebuild runs, or the new index is not what the archive holds; the old
            one stays in use.
    """
    url = store_url or settings.store
    with _alone(settings.data):
        kept, tags = wiring.archive(settings), wiring.tagger(settings)
        new = wiring.new_generation(settings, url, tags.version)
        before = _in_use(settings) if url != settings.store else None
        try:
            done = _bring_up(kept, new, tags, settings, before)
            with only_writer(settings.data):
                done = _finish(kept, new, tags, settings, done)
                new.publish()
            KnownCheckpoint(settings.data, url).keep(done.checkpoint)
            return done
        finally:
            for opened in (kept, new, before):
                if opened is not None:
                    opened.close()


def _in_use(settings: Settings) -> PostStore | None:
    """The index whose tags may be taken over; None where it cannot be opened."""
    try:
        index = wiring.store(settings)
        index.find(["weibo:0"])
        return index
    except StoreError:
        return None


def _bring_up(
    kept: Archive, new: NewGeneration, tags: Tagger, settings: Settings, before: PostStore | None
) -> IngestResult:
    with progress("rebuilding", kept.head() - new.checkpoint()) as advance:
        return ingest(
            kept, new, tags, advance=advance,
            put_right=wiring.put_right(settings), tagged_before=before,
        )  # fmt: skip


def _finish(
    kept: Archive, new: NewGeneration, tags: Tagger, settings: Settings, done: IngestResult
) -> IngestResult:
    """Take in what came meanwhile until the new index holds the archive, and check that."""
    for _ in range(_TRIES):
        more = ingest(kept, new, tags, put_right=wiring.put_right(settings))
        done = replace(more, read=done.read + more.read, indexed=done.indexed + more.indexed)
        _put_right_again(new, tags, settings)
        wrong = differences(kept, new)
        if kept.head() == done.checkpoint:  # else a crawl was faster: look again
            break
    else:
        wrong = "posts came in faster than they could be checked"
    if wrong:
        raise StoreError(
            f"the new index is not used: {wrong}; the old one stays in use, run `gongsheng "
            "rebuild` again"
        )
    return done


def differences(kept: Archive, new: NewGeneration) -> str:
    """What an index has otherwise than the archive: number of posts, a sample; else empty."""
    expected = kept.count() if new.first_kept is None else _count_kept(kept, new)
    held = new.health().posts
    if held != expected:
        return f"it holds {held} posts, the archive {expected}"
    for latest in _sample(kept):
        found = new.find([latest.id]).get(latest.id)
        if found is None and not _is_kept(latest, new):
            continue
        if found is None or found.post != latest:
            return f"{latest.id} is {'missing' if found is None else 'another version'}"
    return ""


def _sample(kept: Archive) -> Iterator[Post]:
    """Some posts, evenly spread over the archive."""
    head = kept.head()
    for number in range(0, head, max(1, head // SAMPLE)):
        for _, post in kept.since(number, limit=1):
            latest = kept.latest(post.id)
            if latest is not None:
                yield latest


def _count_kept(kept: Archive, new: NewGeneration) -> int:
    last = {post.id: _is_kept(post, new) for _, post in kept.since(0)}
    return sum(last.values())


def _is_kept(post: Post, new: NewGeneration) -> bool:
    first = new.first_kept
    if first is None or post.published_at is None:
        return True
    return post.published_at.astimezone(CHINA).date() >= first


def _put_right_again(new: NewGeneration, tags: Tagger, settings: Settings) -> None:
    """Bring in corrections that people made or took back while the index was built."""
    put_right = wiring.put_right(settings)
    if put_right is None:
        return
    held = list(new.find(wiring.corrected_posts(settings)).values())
    standing = put_right([tagged.post.id for tagged in held])
    stale = [
        tagged
        for tagged in held
        if corrected(tagged.analysis, standing.get(tagged.post.id, {})) != tagged.analysis
        or set(tagged.analysis.corrected) != set(standing.get(tagged.post.id, {}))
    ]
    said = tags.tag([text_to_tag(tagged.post) for tagged in stale])
    fresh: list[TaggedPost] = [
        tagged.model_copy(
            update={"analysis": corrected(analysis, standing.get(tagged.post.id, {}))}
        )
        for tagged, analysis in zip(stale, said, strict=True)
    ]
    if fresh:
        new.write(fresh, new.checkpoint())


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / "rebuild.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreError("another rebuild of this data folder is running; let it end") from error
    try:
        yield
    finally:
        lock.release()
