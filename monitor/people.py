"""What administrators do: accounts and the audit, every change of them written down."""

import csv
import io
import json
from collections.abc import Iterator

from monitor.accounts import Account, Accounts, SignInError
from monitor.audit import Audit, Entry, Verified
from monitor.exports import csv_safe
from monitor.roles import Person, Role
from monitor.sessions import Sessions

COMMAND_LINE = "command line"
"""Who did it where it was typed on the machine itself."""


class People:
    """Accounts and sessions of a house, with the audit of what is done to them."""

    def __init__(
        self, accounts: Accounts, sessions: Sessions, audit: Audit, who: str = COMMAND_LINE
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._audit = audit
        self._who = who

    def by(self, person: Person) -> "People":
        """The same in the hands of a person."""
        return People(self._accounts, self._sessions, self._audit, person.name)

    def any(self) -> bool:
        """Whether there are accounts."""
        return self._accounts.any()

    def all(self) -> list[Account]:
        """Every account, by name."""
        return self._accounts.all()

    def add(self, name: str, role: Role) -> str:
        """Make an account; its one-time password, to be told once."""
        password = self._accounts.add(name, role)
        self._audit.write(self._who, "add_person", person=name, role=role.value)
        return password

    def first(self) -> str | None:
        """Make the first administrator where there are no accounts; its one-time password."""
        password = self._accounts.first()
        if password is not None:
            self._audit.write(self._who, "add_person", person="admin", role=Role.ADMIN.value)
        return password

    def reset(self, name: str) -> str:
        """Give a new one-time password."""
        password = self._accounts.reset(name)
        self._audit.write(self._who, "reset_password", person=name)
        return password

    def set_role(self, name: str, role: Role) -> None:
        """Change a role; the person has to sign in anew."""
        self._accounts.set_role(name, role)
        self._audit.write(self._who, "set_role", person=name, role=role.value)

    def remove(self, name: str) -> None:
        """Remove an account."""
        self._accounts.remove(name)
        self._audit.write(self._who, "remove_person", person=name)

    def sign_in(self, name: str, password: str) -> str:
        """Sign in and return the token of the session; both ends are written down.

        Raises:
            SignInError: the Chinese message says as much as a stranger may know.
        """
        try:
            person = self._accounts.check(name, password)
        except SignInError as error:
            self._audit.write(name.strip()[:64], "failed_login", reason=str(error))
            raise
        self._audit.write(person.name, "login", role=person.role.value)
        return self._sessions.start(person)

    def sign_in_organisation(self, name: str, role: Role | None) -> str:
        """Sign in whom the organisation's login vouches for.

        Raises:
            SignInError: no role is meant for the person, or a local account bears the name.
        """
        try:
            if role is None:
                raise SignInError("您的单位账号还没有使用权限，请找管理员。")
            person = self._accounts.organisation(name, role)
        except SignInError as error:
            self._audit.write(name[:64], "failed_login", reason=str(error), organisation=True)
            raise
        self._audit.write(person.name, "login", role=role.value, organisation=True)
        return self._sessions.start(person)

    def signed_in(self, token: str | None) -> Person | None:
        """Whose session it is; None where it ended or never was."""
        return self._sessions.person(token)

    def sign_out(self, token: str) -> None:
        """End a session."""
        person = self._sessions.person(token)
        self._sessions.end(token)
        if person is not None:
            self._audit.write(person.name, "logout")

    def change_password(self, person: Person, old: str, new: str) -> str:
        """Change one's own password; the token of a fresh session, as the others are ended.

        Raises:
            SignInError: the old one is wrong, or the new one will not do.
        """
        self._accounts.change_password(person.name, old, new)
        self._audit.write(person.name, "change_password")
        return self._sessions.start(person)


class AuditBook:
    """The audit in the hands of an administrator."""

    def __init__(self, audit: Audit, person: Person) -> None:
        self._audit = audit
        self._person = person

    def entries(self, limit: int = 200) -> list[Entry]:
        """The newest lines, newest first."""
        return list(self._audit.entries(limit))

    def verify(self) -> Verified:
        """Check the whole chain."""
        return self._audit.verify()

    def export(self) -> bytes:
        """Every line as CSV for a spreadsheet, oldest first; written down itself."""
        self._audit.write(self._person.name, "export_audit")
        out = io.StringIO(newline="")
        write = csv.writer(out, lineterminator="\r\n")
        write.writerow(("序号", "时间", "谁", "做了什么", "详情"))
        write.writerows([csv_safe(cell) for cell in row] for row in self._rows())
        return out.getvalue().encode("utf-8-sig")

    def _rows(self) -> Iterator[list[object]]:
        for entry in reversed(list(self._audit.entries())):
            detail = json.dumps(entry.detail, ensure_ascii=False)
            yield [entry.number, entry.at.isoformat(), entry.who, entry.what, detail]
