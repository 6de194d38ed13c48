"""Everything about one post. No Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.corrections import Correction
from monitor.desk import Desk
from posts.errors import GongshengError
from posts.model import Post, TaggedPost
from posts.query import Hit, PostQuery

SIMILAR = 5
_WORDS = 4


@dataclass(frozen=True)
class Change:
    """What differs between two collected versions of a post."""

    post: Post
    fields: tuple[str, ...]
    """Names of what changed since the version before; empty for the first."""


def open_post(desk: Desk, post_id: str) -> TaggedPost | None:
    """The post of an id, or None."""
    return desk.get(post_id) if post_id else None


def similar(desk: Desk, found: TaggedPost, near: Sequence[str]) -> tuple[Hit, ...]:
    """Posts that say alike, nearest first: those named, or else those that share its keywords.

    Args:
        desk: who asks.
        found: the post.
        near: ids of the posts whose vectors are nearest; empty where there are no vectors.
    """
    if near:
        return tuple(Hit(found=one) for one in desk.beside(near[:SIMILAR]))
    words = [word for word in found.analysis.keywords if word.isalnum()][:_WORDS]
    if not words:
        return ()
    asked = PostQuery(text=" OR ".join(f'"{word}"' for word in words))
    try:
        hits = desk.search(asked, sort="relevance", size=SIMILAR + 1, shown_by="similar").hits
    except GongshengError:
        return ()
    return tuple(hit for hit in hits if hit.found.post.id != found.post.id)[:SIMILAR]


def versions(posts: Sequence[Post]) -> list[Change]:
    """What changed from version to version, oldest first."""
    changes = []
    before: Post | None = None
    for post in posts:
        names = (
            ()
            if before is None
            else tuple(
                name
                for name in Post.model_fields
                if name not in ("collected_at", "source")
                and getattr(before, name) != getattr(post, name)
            )
        )
        changes.append(Change(post, names))
        before = post
    return changes


def corrected_by(corrections: Sequence[Correction]) -> dict[str, Correction]:
    """The correction that stands, by tag."""
    return {one.field: one for one in corrections if not one.withdrawn}
