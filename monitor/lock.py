"""The lock against guessing passwords: longer with every five failures, for any name alike."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.office import ATTEMPTS, moment, seconds

FAILURES = 5
"""Wrong passwords in a row after which an account is locked."""
WINDOW = timedelta(minutes=15)
"""How long a first lock lasts; each further one twice as long."""
LONGEST = timedelta(hours=24)


def locked_until(database: sa.Connection, name: str, now: datetime) -> datetime | None:
    """When the lock ends that the failures of the last days brought; None where there is none."""
    since = seconds(now - 2 * LONGEST)
    found = sa.select(ATTEMPTS.c.at).where(ATTEMPTS.c.name == name, ATTEMPTS.c.at > since)
    failures = sorted(database.execute(found).scalars())
    if len(failures) < FAILURES or len(failures) % FAILURES:
        return None
    locks = len(failures) // FAILURES
    until = moment(failures[-1]) + min(LONGEST, WINDOW * 2 ** (locks - 1))
    return until if until > now else None
