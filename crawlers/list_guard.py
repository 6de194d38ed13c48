"""Sees to it that a list that promises more goes on."""

from collections.abc import Hashable

from crawlers.access import Stopped
from posts.model import AccessState

__all__ = ["ListGuard"]


class ListGuard:
    """The pages of one list; platforms may promise more for ever and show nothing.

    Args:
        what: the list, in words.
        start: the cursor of the first page.
        patience: so many pages in a row without anything fresh end it.
    """

    def __init__(self, what: str, *, start: Hashable = None, patience: int = 1) -> None:
        self._what = what
        self._passed = {start}
        self._patience = patience
        self._empty = 0

    def goes_on(self, following: Hashable, *, fresh: bool) -> bool:
        """Whether there is a next page.

        Args:
            following: the cursor of the next page; None at the end.
            fresh: the page just read showed something that was not there before.

        Raises:
            Stopped: ``bad_shape``; so the list says, but it leads back or gives nothing.
        """
        if following is None:
            return False
        self._empty = 0 if fresh else self._empty + 1
        if following in self._passed or self._empty >= self._patience:
            detail = f"{self._what} promises more and does not go on: the same or empty pages"
            raise Stopped(AccessState.BAD_SHAPE, detail)
        self._passed.add(following)
        return True
