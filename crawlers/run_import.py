"""Import files into the archive, with what the settings name."""

from collections.abc import Sequence
from pathlib import Path

from crawlers.import_result import ImportResult
from crawlers.imports import import_files
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
        SettingsError: a file is not there; nothing was read.
        UnknownFormat: the only file is of no known format.
    """
    for file in files:
        if not file.is_file():
            raise SettingsError(f"{file}: no such file")
    channels = load_channels(settings.channels) if settings.channels.exists() else []
    archive = wiring.archive(settings)
    try:
        with progress("reading") as advance:
            return import_files(
                files,
                channel=channel,
                archive=archive,
                mask=wiring.mask(settings, keep_names=frozenset(one.name for one in channels)),
                quarantine=wiring.quarantine(settings),
                advance=advance,
            )
    finally:
        archive.close()
