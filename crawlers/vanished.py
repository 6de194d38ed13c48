"""What is no longer there: marked as deleted, and only where its place was read whole."""

from collections.abc import Iterator

from crawlers.channel_spider import ChannelSpider
from posts.model import Post

__all__ = ["as_deleted", "is_whole", "vanished_comments"]


def is_whole(post: Post, fetched: int) -> bool:
    """Whether as many comments were read as the platform declares; a floor declares nothing."""
    declared = post.comments
    return declared is not None and not declared.lower_bound and fetched >= declared.value


def vanished_comments(spider: ChannelSpider, post: Post, fetched: set[str]) -> Iterator[Post]:
    """Comments of ``post`` seen before and missing from a reading of all that it declares.

    Platforms show a changing choice of comments; where fewer came than are declared, a missing one
    may be there still, and nothing is said.
    """
    if not is_whole(post, len(fetched)):
        return
    for missing in sorted(spider.ledger.comments(post.id) - fetched):
        gone = as_deleted(spider, missing)
        if gone is not None:
            yield gone


def as_deleted(spider: ChannelSpider, missing: str) -> Post | None:
    """The version of a post that says it is gone; None where it was never kept or is marked."""
    known = spider.known(missing)
    spider.ledger.forget(missing)
    if known is None or known.deleted:
        return None
    return known.model_copy(update={"deleted": True, "collected_at": spider.now()})
