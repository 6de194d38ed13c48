"""A post in its thread. No Streamlit."""

from collections import defaultdict
from dataclasses import dataclass

from monitor.desk import Desk
from posts.model import TaggedPost


@dataclass(frozen=True)
class Place:
    """A post in its thread."""

    found: TaggedPost
    depth: int
    """0 for the post, 1 for its comments, 2 for answers to them and so on."""
    here: bool
    """This is the post the reader came from."""


def thread(desk: Desk, post: TaggedPost) -> list[Place]:
    """Order a thread so that every answer stands under what it answers."""
    if post.post.thread_id is None:
        return [Place(post, 0, here=True)]
    posts = desk.thread(post.post.thread_id)
    ids = {p.post.id for p in posts}
    below: dict[str | None, list[TaggedPost]] = defaultdict(list)
    for found in posts:
        parent = found.post.parent_id
        root = found.post.thread_id if found.post.id != found.post.thread_id else None
        below[parent if parent in ids else root if root in ids else None].append(found)
    places: list[Place] = []
    waiting = [(found, 0) for found in reversed(below.pop(None, []))]
    while waiting:
        found, depth = waiting.pop()
        places.append(Place(found, depth, here=found.post.id == post.post.id))
        waiting += [(p, depth + 1) for p in reversed(below.pop(found.post.id, []))]
    # Posts that name each other as parents hang nowhere; they are shown, not lost.
    places += [Place(p, 1, p.post.id == post.post.id) for rest in below.values() for p in rest]
    return places
