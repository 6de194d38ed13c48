"""Accounts and the audit on the command line."""

import json

import pytest
import typer
from typer.testing import CliRunner

from monitor import wiring
from monitor.office_commands import register
from monitor.roles import Role
from monitor.settings import Settings
from posts.errors import AuditError, OfficeError


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.setenv("GONGSHENG_DATA", str(tmp_path / "data"))
    app = typer.Typer()
    register(app)

    def run(*arguments):
        return CliRunner().invoke(app, arguments)

    return run


def said(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_account_is_made_listed_changed_and_removed(command, tmp_path):
    made = said(command("users", "add", "lin", "--role", "analyst", "--json"))
    office = wiring.office(Settings(data=tmp_path / "data"))
    people = wiring.people(Settings(data=tmp_path / "data"), office)
    token = people.sign_in("lin", made["one_time_password"])
    assert people.signed_in(token).role is Role.ANALYST
    office.close()
    assert "lin is admin" in command("users", "role", "lin", "admin").stdout
    command("users", "add", "boss", "--role", "admin")
    again = said(command("users", "reset", "lin", "--json"))
    assert again["one_time_password"] != made["one_time_password"]
    accounts = said(command("users", "list", "--json"))["accounts"]
    assert [(one["name"], one["role"], one["one_time_password"]) for one in accounts] == [
        ("boss", "admin", True), ("lin", "admin", True),
    ]  # fmt: skip
    assert "lin removed" in command("users", "remove", "lin").stdout
    assert "lin" not in command("users", "list").stdout


def test_without_accounts_the_list_says_what_that_means(command):
    assert "the one person at this computer" in command("users", "list").stdout


@pytest.mark.parametrize("verb", ["remove", "reset"])
def test_an_unknown_account_is_said(command, verb):
    assert isinstance(command("users", verb, "nobody").exception, OfficeError)


def test_the_audit_is_shown_and_checked(command, tmp_path):
    command("users", "add", "lin")
    (line,) = said(command("audit", "--json"))["lines"]
    assert (line["who"], line["what"], line["person"]) == ("command line", "add_person", "lin")
    assert "add_person" in command("audit").stdout
    assert said(command("audit", "--verify", "--json")) == {"lines": 1, "torn": 0, "whole": True}
    file = tmp_path / "data-audit" / "audit.jsonl"
    file.write_bytes(file.read_bytes().replace(b"lin", b"wei"))
    assert isinstance(command("audit", "--verify").exception, AuditError)
