"""What all desks of a house share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from monitor.audit import Audit
from monitor.corrections import Corrections
from monitor.group_counts import GroupCounts
from monitor.people import People
from monitor.saved import SavedSearches
from monitor.still_counts import StillCounts
from posts.archive import Archive
from posts.model import CHINA
from posts.store import PostStore

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Cabinet:
    """The parts; see ``monitor.wiring.cabinet``."""

    store: PostStore
    archive: Archive
    corrections: Corrections
    saved: SavedSearches
    audit: Audit
    people: People
    small_group: int = 5
    clock: Clock = field(default=lambda: datetime.now(CHINA))

    @cached_property
    def groups(self) -> GroupCounts:
        """Counts for those who see no single post's region, the same for all of them."""
        return GroupCounts(StillCounts(self.store, self.clock), self.small_group)
