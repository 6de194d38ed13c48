"""An archive, a mask and a quarantine to import into."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.import_result import ImportResult
from crawlers.imports import import_files
from monitor.channels import Channel
from posts.archive import Archive
from posts.model import Post
from posts.privacy import Mask
from posts.quarantine import Quarantine
from tests.golden import NOW

KEY = bytes(range(32))


@dataclass(frozen=True)
class House:
    """A data folder."""

    data: Path
    archive: Archive
    mask: Mask
    quarantine: Quarantine

    def take(
        self, *files: Path, channel: str | None = None, channels: Sequence[Channel] = ()
    ) -> ImportResult:
        """Import files; collected at ``NOW`` where they do not say when."""
        return import_files(
            files,
            channel=channel,
            archive=self.archive,
            mask=self.mask,
            quarantine=self.quarantine,
            now=NOW,
            channels=channels,
        )

    def posts(self) -> list[Post]:
        """The latest versions, in the order of the first."""
        return list({post.id: post for _, post in self.archive.since(0)}.values())

    def rejected(self) -> list[tuple[int | None, str]]:
        """Line and reason of what was set aside."""
        return [(row.line, row.reason) for row in self.quarantine.rows()]

    def sealed(self) -> list[Any]:
        """The records that were set aside."""
        return [self.quarantine.open(row) for row in self.quarantine.rows()]


def open_house(data: Path) -> House:
    """Make an empty data folder."""
    return House(data, Archive(data / "archive"), Mask(KEY), Quarantine(data / "quarantine", KEY))
