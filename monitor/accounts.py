"""Accounts: made, changed and removed; argon2 passwords, and a lock against guessing."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.lock import locked_until
from monitor.office import ACCOUNTS, ATTEMPTS, SESSIONS, Office, moment, seconds
from monitor.roles import Person, Role
from posts.errors import OfficeError

SHORTEST_PASSWORD = 10
FIRST = "admin"
"""Name of the account that the first start makes."""

_NAME = re.compile(r"[\w.@+-]{1,64}")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike on paper
_UNKNOWN = "账号或密码不对。"

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Account:
    """One account, without its password."""

    name: str
    role: Role
    created: datetime
    last_login: datetime | None
    one_time: bool
    """Has a one-time password that was not changed yet."""
    organisation: bool
    """Signs in by the organisation's login only."""


class SignInError(OfficeError):
    """Signing in failed; the Chinese message says as much as a stranger may know."""


class Accounts:
    """The accounts of an office.

    Args:
        office: the database.
        hasher: argon2 with its cost; the default is RFC 9106's for servers with little memory.
        clock: what time it is.
    """

    def __init__(
        self, office: Office, hasher: PasswordHasher | None = None, clock: Clock | None = None
    ) -> None:
        self._office = office
        self._hasher = hasher or PasswordHasher()
        self._now = clock or (lambda: datetime.now(UTC))
        self._decoy: str | None = None

    def any(self) -> bool:
        """Whether there are accounts; without any the dashboard serves one local person."""
        with self._office.begin(reading=True) as database:
            return database.execute(sa.select(ACCOUNTS.c.name).limit(1)).first() is not None

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._office.begin(reading=True) as database:
            rows = database.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.name)).all()
        return [_account(row) for row in rows]

    def add(self, name: str, role: Role) -> str:
        """Make an account and return its one-time password.

        Raises:
            OfficeError: the name is taken or not a name.
        """
        if not _NAME.fullmatch(name):
            raise OfficeError(
                f"{name!r} is no name of an account: expected up to 64 letters, digits and .@+-_"
            )
        password = _one_time_password()
        with self._office.begin() as database:
            if _row(database, name) is not None:
                raise OfficeError(f"there is an account {name} already; see `gongsheng users list`")
            self._insert(database, name, role, self._hasher.hash(password), one_time=True)
        return password

    def first(self) -> str | None:
        """Make the account of the first administrator where there is none; its password."""
        return None if self.any() else self.add(FIRST, Role.ADMIN)

    def reset(self, name: str) -> str:
        """Give a new one-time password, end the sessions, lift a lock.

        Raises:
            OfficeError: there is no such account.
        """
        password = _one_time_password()
        self._update(name, password=self._hasher.hash(password), one_time=True)
        return password

    def set_role(self, name: str, role: Role) -> None:
        """Change a role; the person has to sign in anew.

        Raises:
            OfficeError: there is no such account, or nobody would be left to administer.
        """
        if role is not Role.ADMIN:
            self._keep_an_admin(name)
        self._update(name, role=role.value)

    def remove(self, name: str) -> None:
        """Remove an account; the audit and the corrections keep its name.

        Raises:
            OfficeError: there is no such account, or nobody would be left to administer.
        """
        self._keep_an_admin(name)
        with self._office.begin() as database:
            _known(database, name)
            for table in (ACCOUNTS, SESSIONS, ATTEMPTS):
                database.execute(sa.delete(table).where(table.c.name == name))

    def change_password(self, name: str, old: str, new: str) -> None:
        """Replace one's own password; ends the sessions.

        Raises:
            SignInError: the old one is wrong, or the new one is too short or the same.
        """
        self.check(name, old)
        if len(new) < SHORTEST_PASSWORD:
            raise SignInError(f"新密码至少要有 {SHORTEST_PASSWORD} 个字符。")
        if new == old or new.strip().lower() == name.lower():
            raise SignInError("新密码不能和旧密码或账号名相同。")
        self._update(name, password=self._hasher.hash(new), one_time=False)

    def check(self, name: str, password: str) -> Person:
        """Check a password.

        The attempt is written down before the password is looked at, so that many attempts at once
        are counted as many.

        Raises:
            SignInError: it is wrong, or the account is locked for now; the same for any name.
        """
        name = name.strip()[:64]
        now = self._now()
        with self._office.begin() as database:
            row = _row(database, name)
            until = locked_until(database, name, now)
            if until is not None:
                minutes = max(1, -(-int((until - now).total_seconds()) // 60))
                raise SignInError(
                    f"密码错误次数太多，请过 {minutes} 分钟再试，或请管理员重置密码。"
                )
            database.execute(sa.insert(ATTEMPTS).values(name=name, at=seconds(now)))
        if not self._fits(row, password) or row is None:
            raise SignInError(_UNKNOWN)
        with self._office.begin() as database:
            database.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.name == name))
            changes = {"last_login": seconds(now)}
            database.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(**changes))
        return Person(name, Role(row.role), must_change=bool(row.one_time))

    def organisation(self, name: str, role: Role) -> Person:
        """The person whom the organisation's login vouches for; its role is renewed each time.

        Raises:
            SignInError: an account with a password bears this name.
        """
        with self._office.begin() as database:
            row = _row(database, name)
            if row is None:
                self._insert(database, name, role, None, one_time=False)
            elif row.password is not None:
                raise SignInError("这个名字已有本地账号，不能用单位账号登录。请找管理员。")
            changes = {"role": role.value, "last_login": seconds(self._now())}
            database.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(**changes))
        return Person(name, role)

    def _insert(
        self, database: sa.Connection, name: str, role: Role, password: str | None, one_time: bool
    ) -> None:
        database.execute(
            sa.insert(ACCOUNTS).values(
                name=name,
                role=role.value,
                password=password,
                one_time=one_time,
                created=seconds(self._now()),
            )
        )

    def _update(self, name: str, **changes: object) -> None:
        with self._office.begin() as database:
            _known(database, name)
            database.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(**changes))
            for table in (SESSIONS, ATTEMPTS):
                database.execute(sa.delete(table).where(table.c.name == name))

    def _keep_an_admin(self, name: str) -> None:
        admins = {account.name for account in self.all() if account.role is Role.ADMIN}
        if admins == {name}:
            raise OfficeError(f"{name} is the only administrator; make another one first")

    def _fits(self, row: sa.Row[tuple[object, ...]] | None, password: str) -> bool:
        if row is None or row.password is None:
            # As slow as a real check: nobody learns from the time which names there are.
            self._decoy = self._decoy or self._hasher.hash(secrets.token_hex())
        known = self._decoy if row is None or row.password is None else row.password
        try:
            return self._hasher.verify(str(known), password) and known is not self._decoy
        except (VerificationError, InvalidHashError):
            return False


def _row(database: sa.Connection, name: str) -> sa.Row[tuple[object, ...]] | None:
    found = sa.select(ACCOUNTS).where(ACCOUNTS.c.name == name).with_for_update()
    return database.execute(found).first()


def _known(database: sa.Connection, name: str) -> None:
    if _row(database, name) is None:
        raise OfficeError(f"there is no account {name}; see `gongsheng users list`")


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    return Account(
        name=row.name,
        role=Role(row.role),
        created=moment(row.created),
        last_login=None if row.last_login is None else moment(row.last_login),
        one_time=row.one_time,
        organisation=row.password is None,
    )


def _one_time_password() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
