"""Import files into the archive, with what the settings name."""

from collections.abc import Sequence
from pathlib import Path

from crawlers.import_result import ImportResult
from crawlers.imports import import_files
from crawlers.visits import holds_visits, import_visits
from monitor import wiring
from monitor.channels import load_channels
from monitor.progress import progress
from monitor.settings import Settings
from posts.errors import SettingsError


def import_into_archive(
    files: Sequence[Path], *, channel: str | None, settings: Settings
) -> ImportResult:
    """Read the files into the archive.

    Raises:
        SettingsError: a file is not there, or it is not told whose page views these are.
        UnknownFormat: the only file is of no known format.
    """
    for file in files:
        if not file.is_file():
            raise SettingsError(f"{file}: no such file")
    channels = load_channels(settings.channels) if settings.channels.exists() else []
    archive = wiring.archive(settings)
    try:
        keep = wiring.mask(settings, keep_names=frozenset(one.name for one in channels))
        visits = [file for file in files if holds_visits(file)]
        exports = [file for file in files if file not in visits]
        result = ImportResult()
        if exports:
            with progress("reading") as advance:
                result = import_files(
                    exports,
                    channel=channel,
                    archive=archive,
                    mask=keep,
                    quarantine=wiring.quarantine(settings),
                    advance=advance,
                    channels=channels,
                )
        if visits:
            data = settings.data
            counted = import_visits(visits, channel=channel, archive=archive, mask=keep, data=data)
            result = result + counted
        return result
    finally:
        archive.close()
