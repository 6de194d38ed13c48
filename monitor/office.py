"""The office: accounts, sessions, corrections and saved searches in one database.

SQLite beside the data by default; any other database that SQLAlchemy knows by its address. The
use cases live in ``monitor.accounts``, ``monitor.sessions``, ``monitor.corrections`` and
``monitor.saved``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from posts.errors import OfficeError, SettingsError

TABLES = sa.MetaData()
ACCOUNTS = sa.Table(
    "accounts",
    TABLES,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password", sa.String(255)),  # argon2; none for people of the organisation's login
    sa.Column("one_time", sa.Boolean, nullable=False, default=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("last_login", sa.Float),
)
ATTEMPTS = sa.Table(
    "attempts",  # also of names there is no account for: both are answered alike
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
)
SESSIONS = sa.Table(
    "sessions",
    TABLES,
    sa.Column("token", sa.String(64), primary_key=True),  # SHA-256 of what the browser holds
    sa.Column("name", sa.String(64), nullable=False, index=True),
    sa.Column("expires", sa.Float, nullable=False),
)
CORRECTIONS = sa.Table(
    "corrections",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("field", sa.String(16), nullable=False),
    sa.Column("old", sa.JSON),
    sa.Column("new", sa.JSON),
    sa.Column("said", sa.JSON, nullable=False),  # the whole analysis before
    sa.Column("withdrawn", sa.Boolean, nullable=False, default=False),
)
SAVED = sa.Table(
    "saved",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.UniqueConstraint("owner", "name"),
)


class Office:
    """The database. Threads and programs may share it.

    Args:
        url: address of the database, such as ``sqlite:////srv/office.sqlite``.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = sa.make_url(url)
            self._engine = sa.create_engine(parsed, **_options(parsed))
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                f"GONGSHENG_OFFICE: not an address of a database we can open ({error}); expected "
                "sqlite:////folder/office.sqlite or postgresql+psycopg://user@host/name"
            ) from error
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _sqlite)
            sa.event.listen(self._engine, "begin", _begin)
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.begin() as database:
            TABLES.create_all(database)

    @contextmanager
    def begin(self, *, reading: bool = False) -> Iterator[sa.Connection]:
        """Open a transaction; it is undone where an error leaves the block.

        Args:
            reading: nothing will be written, so nobody need be kept waiting.

        Raises:
            OfficeError: the database refuses or is away.
        """
        try:
            with self._engine.execution_options(reading=reading).begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise OfficeError(
                f"the office database ({self._engine.url.render_as_string()}) refused: {reason}; "
                "nothing was changed"
            ) from error

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def address(setting: str | None, data: Path) -> str:
    """The database that ``GONGSHENG_OFFICE`` names, or the one of the data folder."""
    return setting or f"sqlite:///{(data / 'office' / 'office.sqlite').absolute()}"


def exists(setting: str | None, data: Path) -> bool:
    """Whether there may be accounts: a database is named, or the file is there."""
    return setting is not None or (data / "office" / "office.sqlite").exists()


def seconds(at: datetime) -> float:
    """A time as the tables hold it."""
    return at.timestamp()


def moment(value: float) -> datetime:
    """The time of a value in the tables."""
    return datetime.fromtimestamp(value, UTC)


def _options(url: sa.URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 30}}
    return {"pool_pre_ping": True}


def _sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver shall not begin transactions by itself
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """Be the only writer from the first statement on: what was read is still true when writing."""
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
