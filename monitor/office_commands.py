"""Verbs of the office: who may sign in, and what was done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.roles import NAMES, Role
from monitor.settings import load_settings
from posts.errors import AuditError

if TYPE_CHECKING:  # the database loads slowly; the other verbs shall not wait for it
    from monitor.people import People

users = typer.Typer(
    no_args_is_help=True,
    help="Make, list and remove accounts. Example: gongsheng users add lin --role analyst.",
)
Name = Annotated[str, typer.Argument(help="Name of the account.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
RoleOption = Annotated[
    Role,
    typer.Option(
        help="viewer: numbers only; analyst: search, read, export, correct; handler: also the "
        "original page; admin: also accounts and the audit."
    ),
]


def register(app: typer.Typer) -> None:
    """Hang the verbs on the command line."""
    app.add_typer(users, name="users")
    app.command()(audit)


@users.command()
def add(name: Name, role: RoleOption = Role.VIEWER, as_json: AsJson = False) -> None:
    """Make an account and print its one-time password. Example: users add lin --role analyst."""
    with _people() as people:
        password = people.add(name, role)
    _tell_password(name, role, password, as_json)


@users.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """List the accounts. Example: gongsheng users list --json."""
    with _people() as people:
        accounts = people.all()
    if as_json:
        rows = [
            {
                "name": one.name,
                "role": one.role.value,
                "created": one.created.isoformat(),
                "last_login": one.last_login.isoformat() if one.last_login else None,
                "one_time_password": one.one_time,
                "organisation": one.organisation,
            }
            for one in accounts
        ]
        _say(json.dumps({"accounts": rows}, ensure_ascii=False))
        return
    for one in accounts:
        last = (
            f"last login {one.last_login:%Y-%m-%d %H:%M}" if one.last_login else "never logged in"
        )
        notes = ["one-time password"] * one.one_time + ["organisation login"] * one.organisation
        _say(f"{one.name}: {one.role} {NAMES[one.role]}, " + ", ".join([last, *notes]))
    if not accounts:
        _say("no accounts: the dashboard serves the one person at this computer")


@users.command()
def remove(name: Name) -> None:
    """Remove an account and end its sessions. Example: gongsheng users remove lin."""
    with _people() as people:
        people.remove(name)
    _say(f"{name} removed")


@users.command()
def reset(name: Name, as_json: AsJson = False) -> None:
    """Print a new one-time password and lift a lock. Example: gongsheng users reset lin."""
    with _people() as people:
        password = people.reset(name)
        role = next(one.role for one in people.all() if one.name == name)
    _tell_password(name, role, password, as_json)


@users.command("role")
def set_role(name: Name, role: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Change a role and end the sessions. Example: gongsheng users role lin handler."""
    with _people() as people:
        people.set_role(name, role)
    _say(f"{name} is {role} {NAMES[role]} now")


def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the whole chain; exit code 1 if it is broken.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest lines.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who did what, newest first, or check that nothing was changed.

    Example: gongsheng audit --verify
    """
    from monitor import wiring

    book = wiring.audit(load_settings())
    if verify:
        found = book.verify()
        if found.problem:
            raise AuditError(f"{book.file}: {found.problem}; whole up to line {found.lines}")
        answer = {"lines": found.lines, "torn": found.torn, "whole": True}
        _say(json.dumps(answer) if as_json else f"{found.lines} lines, all as they were written")
        return
    lines = [
        {
            "n": one.number, "at": one.at.isoformat(), "who": one.who, "what": one.what,
            **one.detail,
        }
        for one in book.entries(limit)
    ]  # fmt: skip
    if as_json:
        _say(json.dumps({"lines": lines}, ensure_ascii=False))
        return
    for line in lines:
        first = [str(line.pop(key)) for key in ("n", "at", "who", "what")]
        _say(" ".join([*first, json.dumps(line, ensure_ascii=False)]))


@contextmanager
def _people() -> Iterator["People"]:
    from monitor import wiring

    settings = load_settings()
    office = wiring.office(settings)
    try:
        yield wiring.people(settings, office)
    finally:
        office.close()


def _tell_password(name: str, role: Role, password: str, as_json: bool) -> None:
    answer: dict[str, Any] = {"name": name, "role": role.value, "one_time_password": password}
    line = f"{name} ({role} {NAMES[role]}) signs in once with the password {password}"
    _say(json.dumps(answer) if as_json else line)


def _say(text: str) -> None:
    print(text)  # noqa: T201
