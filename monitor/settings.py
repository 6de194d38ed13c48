"""The settings, read once at the entry points and passed down."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
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
        description="Index: `embedded:` (under the data folder), `embedded:/folder`, or "
        "Elasticsearch as `http(s)://host:port[,host:port][/name]`",
    )
    store_api_key: SecretStr | None = Field(None, description="API key of Elasticsearch")
    store_user: str | None = Field(None, description="User at Elasticsearch, instead of a key")
    store_password: SecretStr | None = Field(None, description="Password of that user")
    store_ca_file: Path | None = Field(
        None, description="Certificate of the authority that signed Elasticsearch's certificate"
    )
    store_timeout: float = Field(
        30, gt=0, description="Seconds that Elasticsearch has for one answer"
    )
    store_shards: int = Field(
        1, ge=1, le=64, description="Primary shards of each month's index in Elasticsearch"
    )
    store_keep_months: int | None = Field(
        None,
        ge=1,
        description="Months that Elasticsearch keeps, the current one included; unset keeps all. "
        "The archive keeps everything",
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
    port: int = Field(8501, description="Port of the dashboard")
    host: str = Field(
        "127.0.0.1",
        description="Address the dashboard listens on; other than loopback it needs accounts",
    )
    accounts: bool = Field(
        False,
        description="`true`: people sign in; the first `gongsheng serve` makes the account `admin` "
        "and prints its one-time password once",
    )
    office: str | None = Field(
        None,
        description="Database of accounts, sessions and corrections; default a SQLite file in "
        "`<data>/office`; or `postgresql+psycopg://...`",
    )
    audit: Path | None = Field(
        None, description="Folder of the audit; default `<data>-audit`, beside the data folder"
    )
    session_hours: float = Field(
        12, gt=0, le=720, description="Hours after which one has to sign in again"
    )
    small_group: int = Field(
        5,
        ge=1,
        description="Smallest group shown by region, gender, unit or shift; 1 hides nothing",
    )
    oidc_issuer: str | None = Field(
        None, description="Address of the organisation's login (OpenID Connect issuer)"
    )
    oidc_client: str | None = Field(
        None,
        description="Client id at the organisation's login; its secret is the environment "
        "variable or the line GONGSHENG_OIDC_SECRET of the secrets file",
    )
    oidc_claim: str = Field(
        "groups", description="Claim of the organisation's login that names roles"
    )
    oidc_roles: dict[str, str] = Field(
        {},
        description='Roles by value of that claim, as JSON: {"union-analysts": "analyst"}',
    )


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
