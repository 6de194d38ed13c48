"""Sessions: who is signed in, by a random token whose hash alone is kept."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.office import ACCOUNTS, SESSIONS, Office, seconds
from monitor.roles import Person, Role


class Sessions:
    """The sessions of an office.

    Args:
        office: the database.
        length: how long a session lasts.
        clock: what time it is.
    """

    def __init__(
        self, office: Office, length: timedelta, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._office = office
        self._length = length
        self._now = clock or (lambda: datetime.now(UTC))

    def start(self, person: Person) -> str:
        """Begin a session and return its token, for the browser's cookie."""
        token = secrets.token_urlsafe(32)
        now = self._now()
        with self._office.begin() as database:
            database.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires <= seconds(now)))
            database.execute(
                sa.insert(SESSIONS).values(
                    token=_hash(token), name=person.name, expires=seconds(now + self._length)
                )
            )
        return token

    def person(self, token: str | None) -> Person | None:
        """Whose session it is, with the role of this moment; None where it ended or never was."""
        if not token:
            return None
        found = (
            sa.select(ACCOUNTS.c.name, ACCOUNTS.c.role, ACCOUNTS.c.one_time, ACCOUNTS.c.password)
            .join(SESSIONS, SESSIONS.c.name == ACCOUNTS.c.name)
            .where(SESSIONS.c.token == _hash(token), SESSIONS.c.expires > seconds(self._now()))
        )
        with self._office.begin(reading=True) as database:
            row = database.execute(found).first()
        if row is None:
            return None
        organisation = row.password is None
        return Person(row.name, Role(row.role), organisation=organisation, must_change=row.one_time)

    def end(self, token: str) -> None:
        """Sign out."""
        with self._office.begin() as database:
            database.execute(sa.delete(SESSIONS).where(SESSIONS.c.token == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
