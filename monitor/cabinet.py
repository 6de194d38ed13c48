"""What all desks of a house share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.audit import Audit
from monitor.corrections import Corrections
from monitor.people import People
from monitor.saved import SavedSearches
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
