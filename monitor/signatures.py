"""What channels call themselves, for those that stand in no channel file."""

from posts.query import FacetField, PostQuery
from posts.store import PostStore

_STAR = "*"
"""In a masked nickname: not the channel's own, or it was not known as one."""


def signed_names(store: PostStore) -> dict[str, tuple[str, str]]:
    """Name and platform by channel, from the newest post that the channel wrote itself.

    Raises:
        StoreError: the index does not answer.
    """
    found: dict[str, tuple[str, str]] = {}
    own = PostQuery(by_channel=True)
    for channel in store.count_by(FacetField.CHANNEL, own):
        asked = own.model_copy(update={"channels": (channel,)})
        for hit in store.search(asked, sort="newest", size=1).hits:
            name = hit.found.post.author_name
            if name and _STAR not in name:
                found[channel] = name, hit.found.post.platform
    return found
