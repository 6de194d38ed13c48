"""What a crawl works with besides its channel, and what it remembers from one run to the next."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from crawlers.lanes import Lanes
from crawlers.parsed import Rejected
from posts.archive import Archive
from posts.errors import SettingsError
from posts.privacy import Mask
from posts.quarantine import Quarantine

__all__ = ["CrawlContext", "Memory", "Tally"]


def _no_profile(channel: str) -> Path:
    raise SettingsError(f"channel {channel}: no folder for browser profiles was given")


@dataclass(frozen=True)
class CrawlContext:
    """The archive, the mask, the sealed quarantine and the data folder of all crawls."""

    archive: Archive
    mask: Mask
    quarantine: Quarantine
    data: Path
    secrets_file: Path | None = None
    contact: str | None = None
    """Whom to ask about our requests."""
    profile: Callable[[str], Path] = _no_profile
    """Folder of a channel's browser profile, by the channel's id."""
    chromium: Path | None = None
    """The browser; None for the system's."""
    browser_window: bool = False
    lanes: Lanes = field(default_factory=Lanes)
    """Turns of the channels that ask one host."""


@dataclass
class Tally:
    """What one crawl counts while it runs."""

    requests: int = 0
    new: int = 0
    updated: int = 0
    seen: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    comments_declared: int | None = None
    comments_fetched: int = 0

    def reject(self, rejected: Rejected) -> None:
        """Count a record that could not become a post."""
        self.rejected[rejected.reason] = self.rejected.get(rejected.reason, 0) + 1

    def cover(self, declared: int | None, fetched: int) -> None:
        """Add the comments of one post."""
        if declared is not None:
            self.comments_declared = (self.comments_declared or 0) + declared
        self.comments_fetched += fetched


class Memory:
    """What a channel's crawl keeps between runs: today's requests and what was left unread.

    Lives in ``<data>/crawl/<channel>.json``; lost or broken, the next run reads everything again.
    """

    def __init__(self, folder: Path, channel: str) -> None:
        self._path = folder / "crawl" / f"{channel}.json"
        self._day = ""
        self._requests = 0
        self.resume: dict[str, str] | None = {}
        """Parameters of the page from which the channel is unread: none for the first page of all,
        None once a run has read the channel to its oldest post."""
        self.unread: set[str] = set()
        """Posts whose comments were not read to the end."""
        self._load()

    def spend(self, today: date, most: int) -> bool:
        """Note one request of today; False where today's ``most`` are spent."""
        if self._day != today.isoformat():
            self._day, self._requests = today.isoformat(), 0
        if self._requests >= most:
            return False
        self._requests += 1
        self.save()
        return True

    def save(self) -> None:
        """Write it down; a crash in between leaves the older file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = {
            "day": self._day,
            "requests": self._requests,
            "resume": self.resume,
            "unread": sorted(self.unread),
        }
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(kept), "utf-8")
        draft.replace(self._path)

    def _load(self) -> None:
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            self._day, self._requests = str(kept["day"]), int(kept["requests"])
            resume = kept["resume"]
            self.resume = None if resume is None else {str(k): str(v) for k, v in resume.items()}
            self.unread = {str(one) for one in kept["unread"]}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return
