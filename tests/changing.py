"""Things that happen on a replayed channel between two visits, and what the archive holds."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from crawlers.replay import douyin, weibo_shapes
from crawlers.replay.feed import FeedComment, FeedPost
from crawlers.replay.server import ReplayServer
from crawlers.replay.website import address
from monitor import wiring
from monitor.ingest import ingest
from monitor.settings import Settings
from nlp.segment import JiebaText
from posts.model import Platform, Post
from posts.query import PostQuery
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import WordTagger

EDITED = "通知改了：食堂周一开门。"

NATIVE: Mapping[str, tuple[Callable[[int], object], Callable[[int], object]]] = {
    "weibo": (weibo_shapes.mid, weibo_shapes.comment_id),
    "douyin": (douyin.aweme_id, douyin.cid),
}


class Happened(NamedTuple):
    """Ids of the posts and comments to which something happened."""

    edited: str
    vanished: str
    """A comment that was deleted."""
    deleted: str
    """A post that was deleted."""
    liked: str
    """A comment that is liked more."""


def let_things_happen(server: ReplayServer, platform: Platform, *, third: int = 3) -> Happened:
    """Edit the youngest post that has comments; delete one of them and another post.

    Args:
        third: place of the post that is deleted.
    """
    feed = server.feed
    post = next(
        post
        for post in feed.of(platform)
        if len(post.comments) > 3 and len(lone(feed_of(post))) > 1
    )
    lost, said = lone(feed_of(post))[:2]
    other = [one for one in feed.of(platform) if one.number != post.number][third]
    server.edit(lambda feed: feed.change(post.number, text=EDITED))
    server.edit(lambda feed: feed.without(lost.number).without(other.number))
    server.edit(lambda feed: feed.change(said.number, likes=said.likes + 7))
    return Happened(name_of(post), name_of(post, lost), name_of(other), name_of(post, said))


def feed_of(post: FeedPost) -> list[tuple[FeedPost, FeedComment]]:
    return [(post, one) for one in post.comments]


def lone(rows: list[tuple[FeedPost, FeedComment]]) -> list[FeedComment]:
    """Comments that answer the post and that nobody answered."""
    return [one for post, one in rows if one.reply_to is None and not post.replies(one.number)]


def name_of(post: FeedPost, comment: FeedComment | None = None) -> str:
    """The id by which a post or a comment of it is kept."""
    if post.platform == "site":
        own = f"{address(post)}#comment-{comment.number}" if comment else None
        return own or address(post)
    of_post, of_comment = NATIVE[post.platform]
    native = of_post(post.number) if comment is None else of_comment(comment.number)
    return f"{post.platform}:{native}"


def versions(settings: Settings) -> dict[str, list[Post]]:
    """All versions of all posts, the newest last; articles and their comments by their address."""
    found: dict[str, list[Post]] = {}
    archive = wiring.archive(settings)
    for _, post in archive.since(0):
        found.setdefault(post.id if post.platform != "site" else post.url or "", []).append(post)
    archive.close()
    return found


def changed(settings: Settings, before: Mapping[str, list[Post]]) -> dict[str, Post]:
    """The last versions of what is new or has changed."""
    return {
        name: found[-1]
        for name, found in versions(settings).items()
        if len(found) > len(before.get(name, []))
    }


def indexed(settings: Settings) -> dict[str, Post]:
    """What the index holds once it has taken in the archive."""
    archive = wiring.archive(settings)
    index = EmbeddedStore(settings.data / "index", JiebaText())
    ingest(archive, index, WordTagger())
    total = index.search(PostQuery(), size=0).total
    found = {post.id: index.get(post.id) for _, post in archive.since(0)}
    assert total == len(found)
    index.close()
    archive.close()
    return {name: tagged.post for name, tagged in found.items() if tagged is not None}
