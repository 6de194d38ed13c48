import threading

import pytest
import sqlalchemy as sa

from monitor.accounts import SHORTEST_PASSWORD, SignInError
from monitor.lock import FAILURES
from monitor.office import ACCOUNTS, Office
from monitor.roles import Role
from posts.errors import OfficeError, SettingsError
from tests.office_house import PASSWORD, House


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


def fail(house, name="lin", times=1):
    for _ in range(times):
        with pytest.raises(SignInError):
            house.accounts.check(name, "not the password")


def test_the_first_administrator_is_made_once_and_changes_the_one_time_password(house):
    once = house.people.first()
    assert house.people.first() is None
    person = house.accounts.check("admin", once)
    assert (person.role, person.must_change) == (Role.ADMIN, True)
    house.people.change_password(person, once, PASSWORD)
    assert not house.accounts.check("admin", PASSWORD).must_change
    with pytest.raises(SignInError):
        house.accounts.check("admin", once)


def test_passwords_lie_on_the_disk_as_argon2_only(house, tmp_path):
    house.account("lin", Role.ANALYST)
    token = house.people.sign_in("lin", PASSWORD)
    with house.office.begin(reading=True) as database:
        kept = database.execute(sa.select(ACCOUNTS.c.password)).scalar_one()
    assert kept.startswith("$argon2id$")
    held = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert PASSWORD.encode() not in held
    assert token.encode() not in held


def test_a_session_lasts_as_long_as_said_and_no_longer(house):
    house.account("lin", Role.ANALYST)
    token = house.people.sign_in("lin", PASSWORD)
    house.clock.pass_(hours=11.9)
    assert house.people.signed_in(token).name == "lin"
    house.clock.pass_(hours=0.2)
    assert house.people.signed_in(token) is None


def test_signing_out_ends_this_session_and_no_other(house):
    house.account("lin", Role.ANALYST)
    one, other = (house.people.sign_in("lin", PASSWORD) for _ in range(2))
    house.people.sign_out(one)
    assert house.people.signed_in(one) is None
    assert house.people.signed_in(other) is not None


@pytest.mark.parametrize("token", [None, "", "x", "' OR 1=1 --"])
def test_an_invented_token_is_nobody(house, token):
    assert house.people.signed_in(token) is None


@pytest.mark.parametrize("change", ["reset", "remove", "role", "password"])
def test_whoever_is_changed_is_signed_out_everywhere(house, change):
    house.account("boss", Role.ADMIN)
    person = house.account("lin", Role.ANALYST)
    token = house.people.sign_in("lin", PASSWORD)
    match change:
        case "reset":
            house.people.reset("lin")
        case "remove":
            house.people.remove("lin")
        case "role":
            house.people.set_role("lin", Role.VIEWER)
        case "password":
            house.people.change_password(person, PASSWORD, PASSWORD + "!")
    assert house.people.signed_in(token) is None


def test_five_failures_lock_an_account_and_each_further_lock_is_longer(house):
    house.account("lin", Role.ANALYST)
    for minutes in (15, 30, 60):
        fail(house, times=FAILURES)
        with pytest.raises(SignInError, match=f"请过 {minutes} 分钟"):
            house.accounts.check("lin", PASSWORD)
        house.clock.pass_(minutes=minutes - 0.5)
        with pytest.raises(SignInError, match="次数太多"):
            house.accounts.check("lin", PASSWORD)
        house.clock.pass_(minutes=1)
    assert house.accounts.check("lin", PASSWORD).name == "lin"
    fail(house, times=FAILURES - 1)  # the right password forgave the wrong ones
    assert house.accounts.check("lin", PASSWORD).name == "lin"


def test_a_reset_lifts_a_lock(house):
    house.account("lin", Role.ANALYST)
    fail(house, times=FAILURES)
    once = house.people.reset("lin")
    assert house.accounts.check("lin", once).must_change


def test_names_without_an_account_are_answered_as_those_with_one(house):
    house.account("lin", Role.ANALYST)
    said = {}
    for name in ("lin", "nobody"):
        answers = []
        for _ in range(FAILURES + 1):
            with pytest.raises(SignInError) as refused:
                house.accounts.check(name, "wrong")
            answers.append(str(refused.value))
        said[name] = answers
    assert said["lin"] == said["nobody"]


def test_many_guesses_at_once_count_as_many(house):
    house.account("lin", Role.ANALYST)
    looked_at = []

    def guess():
        try:
            house.accounts.check("lin", "wrong")
        except SignInError as error:
            looked_at.append("次数太多" not in str(error))

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == 20
    assert sum(looked_at) == FAILURES


@pytest.mark.parametrize("new", ["short", "x" * (SHORTEST_PASSWORD - 1), PASSWORD, "administrator"])
def test_a_poor_new_password_is_refused(house, new):
    house.account("administrator", Role.ADMIN)
    with pytest.raises(SignInError):
        house.accounts.change_password("administrator", PASSWORD, new)
    assert house.accounts.check("administrator", PASSWORD)


def test_the_last_administrator_cannot_be_removed_or_demoted(house):
    house.account("boss", Role.ADMIN)
    with pytest.raises(OfficeError, match="only administrator"):
        house.people.remove("boss")
    with pytest.raises(OfficeError, match="only administrator"):
        house.people.set_role("boss", Role.VIEWER)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a\nb", "<b>"])
def test_a_name_that_is_none_is_refused(house, name):
    with pytest.raises(OfficeError, match="no name"):
        house.accounts.add(name, Role.VIEWER)


def test_an_account_is_not_made_twice(house):
    house.accounts.add("lin", Role.VIEWER)
    with pytest.raises(OfficeError, match="already"):
        house.accounts.add("lin", Role.ADMIN)


def test_the_organisations_login_never_takes_over_a_local_account(house):
    house.account("lin", Role.ADMIN)
    with pytest.raises(SignInError, match="本地账号"):
        house.people.sign_in_organisation("lin", Role.VIEWER)
    token = house.people.sign_in_organisation("wang@example.org", Role.ANALYST)
    found = house.people.signed_in(token)
    assert (found.role, found.organisation) == (Role.ANALYST, True)
    house.people.sign_in_organisation("wang@example.org", Role.VIEWER)
    assert house.people.signed_in(token).role is Role.VIEWER
    fail(house, "wang@example.org")
    with pytest.raises(SignInError, match="还没有使用权限"):
        house.people.sign_in_organisation("zhao@example.org", None)


def test_what_happens_at_the_door_is_written_down(house):
    house.people.add("lin", Role.ANALYST)
    with pytest.raises(SignInError):
        house.people.sign_in("lin", "wrong")
    once = house.people.reset("lin")
    token = house.people.sign_in("lin", once)
    house.people.sign_out(token)
    assert house.deeds() == [
        ("command line", "add_person"), ("lin", "failed_login"),
        ("command line", "reset_password"), ("lin", "login"), ("lin", "logout"),
    ]  # fmt: skip
    assert once not in house.audit.file.read_text()


def test_saved_searches_belong_to_their_owner(house):
    lin, wang = house.desk(Role.ANALYST, "lin"), house.desk(Role.ANALYST, "wang")
    lin.keep_search(" 食堂 ", "q=食堂")
    lin.keep_search("食堂", "q=食堂&urgent=1")
    wang.keep_search("食堂", "q=x")
    assert [(s.name, s.address) for s in lin.saved_searches()] == [("食堂", "q=食堂&urgent=1")]
    lin.drop_search("食堂")
    assert lin.saved_searches() == []
    assert len(wang.saved_searches()) == 1
    with pytest.raises(OfficeError, match="名称"):
        lin.keep_search("  ", "q=x")


@pytest.mark.parametrize("url", ["nonsense", "mysterydb://x/y"])
def test_an_address_of_no_database_is_a_setting_to_mend(url):
    with pytest.raises(SettingsError, match="GONGSHENG_OFFICE"):
        Office(url)


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tmp_path):
    (tmp_path / "office.sqlite").write_bytes(b"not a database at all, but long enough to look" * 99)
    with pytest.raises(OfficeError, match="office database"):
        Office(f"sqlite:///{tmp_path / 'office.sqlite'}")
