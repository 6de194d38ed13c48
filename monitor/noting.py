"""What a person did while reading, written into the audit once while a page only shows it again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from monitor.audit import Audit
from posts.query import PostQuery

AGAIN = timedelta(minutes=10)
"""How long the same search or opening is taken as the same: pages ask anew with every click."""


class Notes:
    """The deeds of one person.

    Args:
        audit: where they are written down.
        who: does them.
        clock: what time it is.
    """

    def __init__(self, audit: Audit, who: str, clock: Callable[[], datetime]) -> None:
        self._audit, self._who, self._now = audit, who, clock
        self._noted: dict[str, datetime] = {}

    def note(self, what: str, **detail: Any) -> None:
        """Write a deed down where it was not written down just now.

        Raises:
            AuditError: it cannot be written down.
        """
        now, deed = self._now(), repr((what, detail))
        before = self._noted.get(deed)
        if before is None or now - before > AGAIN:
            self._audit.write(self._who, what, at=now, **detail)
            self._noted = {d: t for d, t in self._noted.items() if now - t <= AGAIN}
            self._noted[deed] = now


def said(query: PostQuery) -> dict[str, Any]:
    """A question as the audit holds it: only what it asks."""
    return query.model_dump(mode="json", exclude_defaults=True)
