"""People sign in, stay signed in over a reload, see what their role allows, and sign out."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from monitor import wiring
from monitor.roles import Role
from monitor.settings import Settings
from posts.errors import OfficeError
from tests.filled_house import fill

pytestmark = pytest.mark.browser

PASSWORD = "a long enough pass phrase"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A house with accounts: its address, the first administrator's password, its settings."""
    folder = tmp_path_factory.mktemp("guarded") / "data"
    folder.mkdir()
    fill(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", "--headless"],
        env={
            **os.environ, "GONGSHENG_DATA": str(folder), "GONGSHENG_ACCOUNTS": "true",
            "GONGSHENG_CHANNELS": str(folder / "none.yaml"), "GONGSHENG_PORT": str(port),
        },
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    said = [server.stdout.readline()]
    while not said[-1].startswith("Dashboard:"):
        assert said[-1], "the dashboard did not start"
        said.append(server.stdout.readline())
    first = next(line for line in said if line.startswith("Account admin"))
    yield said[-1].split()[1], first.split("password ")[1].split()[0], Settings(data=folder)
    server.terminate()
    assert server.wait(30) == 0
    server.stdout.close()


def add(settings, name, role, *, choose=True):
    """Make an account with a password of its own; anew where a failed test runs again."""
    office = wiring.office(settings)
    people = wiring.people(settings, office)
    with suppress(OfficeError):
        people.remove(name)
    once = people.add(name, role)
    if choose:
        people.change_password(people.signed_in(people.sign_in(name, once)), once, PASSWORD)
    office.close()
    return once


def sign_in(page, address, name, password):
    page.goto(address)
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_strangers_reach_nothing_but_the_form(guarded):
    address, _, _ = guarded
    with urlopen(Request(address, headers={"Accept": "text/html"})) as answer:
        assert answer.url.startswith(f"{address}/signin")
        assert "食堂" not in answer.read().decode()
    for path in ("_stcore/host-config", "static/index.html", "media/x", "search?q=a"):
        with pytest.raises(OSError, match="401"):
            urlopen(f"{address}/{path}")


def test_the_password_of_the_first_start_opens_nothing_but_its_own_change(page, guarded):
    address, once, _ = guarded
    sign_in(page, address, "admin", once)
    expect(page.get_by_role("heading", name="设置密码")).to_be_visible()
    page.goto(f"{address}/search")
    expect(page.get_by_role("heading", name="设置密码")).to_be_visible()


def test_whoever_has_chosen_a_password_goes_on_where_they_were_going(page, guarded):
    address, _, settings = guarded
    once = add(settings, "xin", Role.ADMIN, choose=False)
    sign_in(page, address, "xin", once)
    expect(page.get_by_role("heading", name="设置密码")).to_be_visible()
    page.goto(f"{address}/search")
    page.get_by_label("现在的密码").fill(once)
    page.get_by_label("新密码（").fill(PASSWORD)
    page.get_by_label("再输一遍").fill(PASSWORD)
    page.get_by_role("button", name="保存").click()
    page.locator(".gs-hit").first.wait_for()
    assert "/search" in page.url


def test_a_session_survives_a_reload_and_ends_with_signing_out(page, guarded):
    address, _, settings = guarded
    add(settings, "lin", Role.ANALYST)
    sign_in(page, f"{address}/search?q=食堂", "lin", PASSWORD)
    page.locator(".gs-hit").first.wait_for()
    page.reload()
    page.locator(".gs-hit").first.wait_for()
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "gongsheng_session"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.goto(f"{address}/signout")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.context.add_cookies([cookie])  # a copied token is worth nothing any more
    page.goto(f"{address}/search?q=食堂")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


def test_a_viewer_sees_numbers_and_no_posts_whatever_the_address(page, guarded):
    address, _, settings = guarded
    add(settings, "kan", Role.VIEWER)
    sign_in(page, address, "kan", PASSWORD)
    expect(page.get_by_text("每天有多少发言")).to_be_visible()
    assert page.locator(".gs-hit").count() == 0
    for path in ("search", "search?region=江苏", "search?q=食堂", "search?thread=weibo:5001"):
        page.goto(f"{address}/{path}")
        expect(page.get_by_text("不能检索和阅读单条发言").first).to_be_visible()
        assert page.locator(".gs-hit").count() == 0


def test_an_analyst_cannot_single_out_a_region_by_the_address(page, guarded):
    address, _, settings = guarded
    add(settings, "fen", Role.ANALYST)
    sign_in(page, f"{address}/search?q=班车&region=江苏", "fen", PASSWORD)
    expect(page.get_by_text("按地区、性别、单位或班次只能看统计数字").first).to_be_visible()
    page.goto(f"{address}/search?q=班车")
    page.locator(".gs-hit").first.wait_for()
    assert "江苏" not in page.locator("body").inner_text()


def test_a_wrong_password_says_nothing_about_the_account(page, guarded):
    address, _, settings = guarded
    add(settings, "zhang", Role.HANDLER)
    said = []
    for name in ("zhang", "nobody"):
        sign_in(page, address, name, "not the password")
        said.append(page.get_by_role("alert").inner_text())
    assert said[0] == said[1]
