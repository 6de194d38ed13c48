"""Tag and index what is new in the archive."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from monitor.corrections import Tag, Value, corrected
from nlp.tagger import Tagger
from posts.archive import Archive
from posts.errors import StoreError
from posts.model import Post, TaggedPost
from posts.store import PostStore

PutRight = Callable[[Collection[str]], Mapping[str, Mapping[Tag, Value]]]
"""Ids of posts in, what people put right of their tags out."""
BATCH = 2000
"""Versions tagged and written at once; all that is held in memory."""


@dataclass(frozen=True)
class IngestResult:
    """What one run of ``ingest`` did."""

    read: int
    """Versions read from the archive."""
    indexed: int
    """Posts written to the index; of several versions in one batch only the last is."""
    checkpoint: int
    """Sequence number up to which the index holds the archive now."""


def ingest(
    archive: Archive,
    store: PostStore,
    tagger: Tagger,
    *,
    batch: int = BATCH,
    advance: Callable[[int], None] | None = None,
    put_right: PutRight | None = None,
    tagged_before: PostStore | None = None,
) -> IngestResult:
    """Bring the index up to the archive, batch by batch, from its own checkpoint on.

    The index remembers its checkpoint together with the posts, so a run that was killed goes on
    where it stood: nothing is left out and nothing is in twice.

    Args:
        archive: what there is.
        store: the index.
        tagger: says what the texts mean.
        batch: versions read, tagged and written at once.
        advance: called with the number of versions done.
        put_right: finds what people corrected in posts; it is laid over what the tagger says.
        tagged_before: another index whose tags may be taken over, where the tagger is the same.

    Raises:
        StoreUnavailable: the index is away; the backlog waits in the archive.
        StoreError: the index is ahead of the archive, so it belongs to another one.
    """
    checkpoint = store.checkpoint()
    head = archive.head()
    if checkpoint > head:
        raise StoreError(
            f"the index holds version {checkpoint}, the archive ends at {head}: the index belongs "
            f"to another archive; build it anew with `gongsheng rebuild`"
        )
    held = [index for index in (tagged_before, store if checkpoint > 0 else None) if index]
    read = indexed = 0
    for versions in _batches(archive.since(checkpoint), batch):
        tagged = _put_right(_tag(versions, tagger, held), put_right)
        checkpoint = versions[-1][0]
        store.write(tagged, checkpoint)
        read += len(versions)
        indexed += len(tagged)
        if advance is not None:
            advance(len(versions))
    return IngestResult(read, indexed, checkpoint)


def text_to_tag(post: Post) -> str:
    """Title and text as one, as the tagger reads them; a title that the text repeats once only."""
    if not post.title or post.text.startswith(post.title):
        return post.text
    return f"{post.title}\n{post.text}" if post.text else post.title


def _batches(versions: Iterator[tuple[int, Post]], size: int) -> Iterator[list[tuple[int, Post]]]:
    while some := list(islice(versions, size)):
        yield some


def _tag(
    versions: list[tuple[int, Post]], tagger: Tagger, held: list[PostStore]
) -> list[TaggedPost]:
    """Tag the last version of each post; one whose text is unchanged keeps its tags."""
    last = {post.id: (number, post) for number, post in versions}
    tags = {}
    for index in held:
        for post_id, known in index.find(list(last)).items():
            if known.analysis.model == tagger.version and _reads_alike(
                known.post, last[post_id][1]
            ):
                tags[post_id] = known.analysis
    missing = [(post_id, post) for post_id, (_, post) in last.items() if post_id not in tags]
    analyses = tagger.tag([text_to_tag(post) for _, post in missing])
    tags.update(zip((post_id for post_id, _ in missing), analyses, strict=True))
    return [
        TaggedPost(post=post, analysis=tags[post_id], version=number)
        for post_id, (number, post) in last.items()
    ]


def _put_right(tagged: list[TaggedPost], put_right: PutRight | None) -> list[TaggedPost]:
    found = put_right([one.post.id for one in tagged]) if put_right else {}
    return [
        one.model_copy(update={"analysis": corrected(one.analysis, found[one.post.id])})
        if one.post.id in found
        else one
        for one in tagged
    ]


def _reads_alike(one: Post, other: Post) -> bool:
    return text_to_tag(one) == text_to_tag(other)
