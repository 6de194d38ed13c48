"""The settings, read once at the entry points and passed down."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from posts.errors import SettingsError


class Settings(BaseSettings):
    """Everything that can be set; each field is the variable ``GONGSHENG_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="GONGSHENG_", env_ignore_empty=True)

    data: Path = Field(
        Path("data"), description="Folder of the archive, the index and all other state"
    )
    store: str = Field(
        "embedded:",
        description="Index: `embedded:` (under the data folder) or `embedded:/folder`",
    )
    channels: Path = Field(
        Path("channels.yaml"), description="YAML file that lists the channels to crawl"
    )
    model: str | None = Field(
        None, description="Tagger: unset for the bundled one, `baseline` for the linear one"
    )
    key_file: Path | None = Field(
        None,
        description="File of the pseudonym key; default `~/.config/gongsheng/pseudonym.key`, "
        "made on first run; never inside the data folder",
    )
    key: str | None = Field(
        None, description="The pseudonym key itself (64 hexadecimal digits), instead of a file"
    )
    secrets: Path | None = Field(
        None,
        description="File of logins, one `NAME=value` a line; the environment goes before it",
    )
    profiles: Path | None = Field(
        None,
        description="Folder of the browser profiles that `gongsheng login` makes; default "
        "`~/.config/gongsheng/profiles`; never inside the data folder",
    )
    chromium: Path | None = Field(
        None, description="The Chromium to read channels with; default: the system's own"
    )
    browser_window: bool = Field(
        False, description="`true` shows the browser's window while it reads channels"
    )
    contact: str | None = Field(
        None,
        description="Whom to ask about the requests (an address of a page or of mail); told to "
        "websites and official interfaces",
    )
    port: int = Field(8501, description="Port of the dashboard on loopback")


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a value has the wrong type; the message names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "GONGSHENG_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']} (found {first.get('input')!r})") from error
