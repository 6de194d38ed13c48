"""The dashboard's real server: who gets in, by which way, and what strangers can learn."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

import anyio
import pytest
from starlette.responses import PlainTextResponse

from dashboard.door import Door
from dashboard.server import make_app
from dashboard.serving import environment, invite
from dashboard.sign_in import safe_next
from monitor import organisation, wiring
from monitor.roles import Role
from monitor.settings import Settings
from posts.errors import SettingsError
from tests.organisation_login import CLIENT, SECRET, Provider

PASSWORD = "a long enough pass phrase"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def provider():
    made = Provider()
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory, provider):
    """Settings of a house with accounts, and the address of its running server."""
    folder = tmp_path_factory.mktemp("house")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        data=folder / "data", port=port, accounts=True, oidc_issuer=provider.issuer,
        oidc_client=CLIENT, oidc_roles={"readers": "viewer", "union": "analyst"},
    )  # fmt: skip
    office = wiring.office(settings)
    people = wiring.people(settings, office)
    once = people.add("lin", Role.ANALYST)
    people.change_password(people.signed_in(people.sign_in("lin", once)), once, PASSWORD)
    people.add("new", Role.VIEWER)
    office.close()
    server = subprocess.Popen(
        [sys.executable, "-m", "dashboard.server"],
        env={**environment(settings), "GONGSHENG_OIDC_SECRET": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health").close()
            break
        except URLError:
            assert server.poll() is None, "the server did not start"
            time.sleep(0.1)
    yield settings, address
    server.terminate()
    server.wait(30)


class Visitor:
    """A browser without scripts."""

    def __init__(self, address):
        self.address = address
        self.cookies = CookieJar()
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        ).open

    def ask(self, path, form=None, **headers):
        """Status, final address and body."""
        data = urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(
            self.address + path, data, {k.replace("_", "-"): v for k, v in headers.items()}
        )
        try:
            with self._open(request, timeout=30) as answer:
                return answer.status, answer.url, answer.read().decode(), answer.headers
        except HTTPError as error:
            with error:
                return error.code, error.url, error.read().decode(), error.headers

    def sign_in(self, name="lin", password=PASSWORD, path="/signin", **headers):
        """Send the form."""
        return self.ask(path, {"name": name, "password": password}, **PAGE, **headers)

    @property
    def signed_in(self):
        """Whether a page is shown."""
        return self.ask("/", **PAGE)[1] == f"{self.address}/"


@pytest.fixture
def visitor(house):
    return Visitor(house[1])


@pytest.mark.parametrize(
    "path", ["/", "/search?q=x", "/_stcore/host-config", "/media/x", "/static/index.html", "/x"]
)
def test_a_stranger_gets_the_form_or_nothing(visitor, path):
    assert visitor.ask(path)[0] == 401
    status, url, body, _ = visitor.ask(path, **PAGE)
    assert (status, url.partition("?")[0]) == (200, f"{visitor.address}/signin")
    assert "密码" in body


def test_the_web_socket_is_closed_to_strangers(visitor):
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "x3JJHMbDL1EzLkh9GBhXDw==",
    }  # fmt: skip
    assert visitor.ask("/_stcore/stream", **upgrade)[0] in (401, 403)


def test_signing_in_leads_back_and_out_again(visitor):
    _, url, _, _ = visitor.sign_in(path="/signin?next=%2Fsearch%3Fq%3Dx")
    assert url == f"{visitor.address}/search?q=x"
    (cookie,) = [c for c in visitor.cookies if c.name == "gongsheng_session"]
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    assert visitor.signed_in
    assert "要退出登录吗" in visitor.ask("/signout")[2]  # a link from elsewhere is asked back
    assert visitor.signed_in
    visitor.ask("/signout", {})
    assert not visitor.signed_in


def test_a_wrong_password_is_told_calmly_and_harmlessly(visitor):
    status, _, body, headers = visitor.sign_in('"><script>x</script>', "wrong")
    assert status == 401
    assert "账号或密码不对" in body
    assert "<script" not in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert not visitor.signed_in


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.invalid"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_forms_of_other_sites_are_refused(visitor, headers):
    assert visitor.sign_in(**headers)[0] == 400
    visitor.sign_in()
    assert visitor.ask("/signout", {}, **headers)[0] == 400
    assert visitor.signed_in


def test_a_form_of_any_size_is_not_read(visitor):
    assert visitor.sign_in("x" * 100_000)[0] == 400


@pytest.mark.parametrize(
    "asked",
    [None, "", "//evil.invalid", "/\\evil.invalid", "https://evil.invalid", "x", "/a\r\nb",
     "/signout", "/signin?next=/"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(asked):
    assert safe_next(asked) == "/"


def by_organisation(visitor, provider, **claims):
    provider.claims = {"sub": "17", **claims}
    return visitor.ask("/signin/organisation?next=%2Fsearch", **PAGE)


def test_the_organisations_login_lets_members_of_a_group_in(visitor, house, provider):
    assert "用单位账号登录" in visitor.ask("/signin")[2]
    claims = {"email": "wang@example.org", "email_verified": True, "groups": ["x", "union"]}
    assert by_organisation(visitor, provider, **claims)[1] == f"{visitor.address}/search"
    assert visitor.signed_in
    office = wiring.office(house[0])
    accounts = {one.name: one for one in wiring.people(house[0], office).all()}
    office.close()
    assert accounts["wang@example.org"].role is Role.ANALYST
    assert accounts["wang@example.org"].organisation


def test_the_organisations_login_turns_others_away(visitor, provider):
    status, _, body, _ = by_organisation(visitor, provider, preferred_username="zhao", groups=["x"])
    assert (status, "还没有使用权限" in body) == (401, True)
    # A name like that of a local account does not open it.
    body = by_organisation(visitor, provider, preferred_username="lin", groups=["union"])[2]
    assert "已有本地账号" in body
    assert not visitor.signed_in


def test_a_token_signed_by_somebody_else_is_worth_nothing(visitor, provider):
    provider.forged = True
    status, _, body, _ = by_organisation(visitor, provider, groups=["union"])
    provider.forged = False
    assert (status, "没有成功" in body) == (401, True)
    assert not visitor.signed_in


def test_an_answer_nobody_asked_for_is_worth_nothing(visitor):
    status, _, body, _ = visitor.ask("/signin/organisation/back?code=x&state=y", **PAGE)
    assert (status, "没有成功" in body) == (401, True)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "a@b.c", "email_verified": True, "sub": "1"}, "a@b.c"),
        ({"email": "a@b.c", "preferred_username": "lin", "sub": "1"}, "lin"),
        ({"sub": "1"}, "1"),
        ({"preferred_username": "<b>lin</b>", "sub": "1"}, "1"),
        ({"preferred_username": "x" * 65, "sub": "1"}, "1"),
    ],
)
def test_only_a_confirmed_mail_address_names_a_person(claims, name):
    assert organisation.name_of(claims) == name


def test_the_furthest_reaching_group_counts():
    roles = {"a": "viewer", "b": "handler", "c": "analyst"}
    assert organisation.role_of({"groups": ["a", "b", "c"]}, "groups", roles) is Role.HANDLER
    assert organisation.role_of({"groups": "a"}, "groups", roles) is Role.VIEWER
    for nothing in ({}, {"groups": []}, {"groups": {"a": 1}}, {"groups": [1, None, ["a"]]}):
        assert organisation.role_of(nothing, "groups", roles) is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"oidc_issuer": "http://login.example.org"}, "GONGSHENG_OIDC_ISSUER"),
        ({"oidc_client": None}, "GONGSHENG_OIDC_CLIENT"),
        ({"oidc_roles": {}}, "GONGSHENG_OIDC_ROLES"),
        ({"oidc_roles": {"a": "king"}}, "GONGSHENG_OIDC_ROLES"),
        ({}, "GONGSHENG_OIDC_SECRET"),
    ],
)
def test_settings_of_the_login_that_cannot_work_are_named_at_the_start(tmp_path, changes, named):
    settings = Settings(
        data=tmp_path, oidc_issuer="https://login.example.org", oidc_client="x",
        oidc_roles={"a": "viewer"},
    )  # fmt: skip
    with pytest.raises(SettingsError, match=named):
        invite(settings.model_copy(update=changes))


def test_a_network_is_not_let_in_without_accounts(tmp_path, capsys):
    settings = Settings(data=tmp_path, host="0.0.0.0")
    with pytest.raises(SettingsError, match="GONGSHENG_ACCOUNTS"):
        invite(settings)
    invite(settings.model_copy(update={"accounts": True}))
    once = capsys.readouterr().out
    assert "one-time password" in once
    invite(settings)  # there is an account now
    invite(settings.model_copy(update={"accounts": True}))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "[::1]:8501"])
def test_without_accounts_this_computer_is_let_in(tmp_path, host):
    assert knock(tmp_path, host) == (200, "inside")


@pytest.mark.parametrize("host", ["gonghui.example", "10.0.0.7:8501", "127.0.0.1.evil.example", ""])
def test_without_accounts_whoever_comes_by_another_name_is_turned_away(tmp_path, host):
    """A reverse proxy, or a site that points its own name at 127.0.0.1."""
    status, body = knock(tmp_path, host)
    assert status == 403
    assert "GONGSHENG_ACCOUNTS=true" in body


def knock(folder, host):
    """Ask for a page of a house without accounts under a host's name."""
    office = wiring.office(Settings(data=folder))
    door = Door(PlainTextResponse("inside"), wiring.people(Settings(data=folder), office), False)
    sent = []
    scope = {
        "type": "http", "method": "GET", "path": "/search", "raw_path": b"/search",
        "query_string": b"", "scheme": "http", "server": ("10.0.0.7", 8501), "root_path": "",
        "headers": [(b"host", host.encode())] if host else [],
    }  # fmt: skip

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    anyio.run(door, scope, receive, send)
    office.close()
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]).decode()


def test_the_server_itself_refuses_a_network_without_accounts(tmp_path):
    with pytest.raises(SettingsError, match="without accounts"):
        make_app(Settings(data=tmp_path, host="0.0.0.0"))


def test_the_settings_reach_the_server_as_they_are(monkeypatch, tmp_path):
    settings = Settings(data=tmp_path, oidc_roles={"工会": "viewer"}, accounts=True)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
    assert os.environ["GONGSHENG_ACCOUNTS"] == "True"
