"""A small house with an office: an index, an archive, accounts and an audit in one folder."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher

from monitor.accounts import Accounts
from monitor.audit import Audit
from monitor.cabinet import Cabinet
from monitor.corrections import Corrections
from monitor.desk import Desk
from monitor.office import TABLES, Office
from monitor.people import People
from monitor.roles import Person, Role
from monitor.saved import SavedSearches
from monitor.sessions import Sessions
from nlp.segment import JiebaText
from posts.archive import Archive
from posts.store.embedded import EmbeddedStore
from tests.sample_posts import SAMPLES

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""argon2 as cheap as it goes; tests guess many passwords."""
POSTGRES = os.environ.get("GONGSHENG_TEST_POSTGRES")
"""An empty database to run the office's tests on, such as postgresql+psycopg://me@127.0.0.1/x."""
PASSWORD = "a long enough pass phrase"


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.at

    def pass_(self, **time: float) -> None:
        """Let time pass."""
        self.at += timedelta(**time)


class House:
    """Everything of one folder."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.office = Office(POSTGRES or f"sqlite:///{folder / 'office.sqlite'}")
        if POSTGRES:
            with self.office.begin() as database:
                TABLES.drop_all(database)
                TABLES.create_all(database)
        self.accounts = Accounts(self.office, QUICK, self.clock)
        self.sessions = Sessions(self.office, timedelta(hours=12), self.clock)
        self.audit = Audit(folder / "audit", folder / "office" / "audit.mark")
        self.people = People(self.accounts, self.sessions, self.audit)
        self.archive = Archive(folder / "archive")
        self.archive.append(one.post for one in SAMPLES)
        self.store = EmbeddedStore(folder / "index", JiebaText())
        self.store.write(SAMPLES, checkpoint=len(SAMPLES))
        self.corrections = Corrections(self.office)
        self.cabinet = Cabinet(
            self.store, self.archive, self.corrections, SavedSearches(self.office), self.audit,
            self.people, clock=self.clock,
        )  # fmt: skip

    def desk(self, role: Role, name: str = "lin") -> Desk:
        """The desk of somebody with a role."""
        return Desk(Person(name, role), self.cabinet)

    def account(self, name: str, role: Role) -> Person:
        """Make an account with a password of its own."""
        once = self.accounts.add(name, role)
        self.accounts.change_password(name, once, PASSWORD)
        return self.accounts.check(name, PASSWORD)

    def deeds(self) -> list[tuple[str, str]]:
        """Who did what, oldest first."""
        return [(entry.who, entry.what) for entry in self.audit.entries()][::-1]

    def close(self) -> None:
        """Let go of everything."""
        self.store.close()
        self.archive.close()
        self.office.close()
