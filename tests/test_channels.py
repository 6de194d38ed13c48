from pathlib import Path

import pytest

from monitor.channels import Channel, Pace, load_channels, secret
from posts.errors import ChannelFileError, SettingsError

GOOD = """\
channels:
  - id: weibo-main
    name: 星河集团工会
    source: weibo-mobile
    account: 0012345678901234567890
    base_url: http://127.0.0.1:9000/
    pace: {delay: 8, jitter: 0.5, daily: 2000}
    secrets: WEIBO_MAIN_COOKIE
  - {id: site, name: 工会官网, source: website, account: "https://union.example/news"}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "channels.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_file_of_the_manual_is_read(tmp_path: Path) -> None:
    weibo, site = load_channels(write(tmp_path, GOOD))
    assert weibo.account == "0012345678901234567890", "a long uid stays as it is written"
    assert weibo.base_url == "http://127.0.0.1:9000"
    assert weibo.pace == Pace(delay=8, jitter=0.5, daily=2000)
    assert site.pace == Pace()
    shortest, longest = (site.pace.delay * (1 + sign * site.pace.jitter) for sign in (-1, 1))
    assert 8 <= shortest < longest <= 15
    assert site.secrets is None


def test_a_channel_may_name_the_unit_and_the_shift_of_all_who_write_there(tmp_path: Path) -> None:
    named = GOOD.replace("    name: 星", "    unit: 云岭厂区\n    shift: 夜班\n    name: 星")
    weibo, site = load_channels(write(tmp_path, named))
    assert (weibo.unit, weibo.shift) == ("云岭厂区", "夜班")
    assert (site.unit, site.shift) == (None, None)


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (("    name: 星", "    nam: 星"), 3, "unknown key `nam`"),
        (("channels:", "chanels:"), 1, "unknown key `chanels`"),
        (("id: site", "id: weibo-main"), 9, "the id `weibo-main` is there twice"),
        (("delay: 8", "delay: fast"), 7, "`delay`: expected seconds"),
        (("delay: 8", "delay: -1"), 7, "found '-1'"),
        (("jitter: 0.5", "jiter: 0.5"), 7, "unknown key `jiter`; expected one of delay"),
        (("daily: 2000", "daily: 0"), 7, "a whole number of 1 or more"),
        (("daily: 2000", "run: 0"), 7, "`run`: expected a whole number"),
        (("daily: 2000", "quiet: at night"), 7, "hours such as 23:00-06:00, found 'at night'"),
        (("http://127.0.0.1:9000/", "the relay"), 6, "found 'the relay'"),
        (("source: weibo-mobile", "source: Weibo"), 4, "found 'Weibo'"),
        (("    account: 0012345678901234567890\n", ""), 2, "the key `account` is missing"),
        (
            ("    source: weibo", "    name: x\n    source: weibo"),
            3,
            "the key `name` is there twice",
        ),
        (("    name: 星", "    unit: ''\n    name: 星"), 3, "`unit`: expected the name of a unit"),
        (("id: weibo-main", "id: ../up"), 2, "found '../up'"),
        (("{id: site", "{id: [site"), 9, ""),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, reason: str
) -> None:
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(ChannelFileError) as caught:
        load_channels(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}: ")
    assert reason in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "[]", "channels: 3", "channels: [3]", "channels:\n- - a\n"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ChannelFileError, match="expected `channels:` with a list"):
        load_channels(write(tmp_path, text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ChannelFileError, match="no such file"):
        load_channels(tmp_path / "none.yaml")


def test_an_unknown_source_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ChannelFileError, match=r"line 9: unknown source `website`; known: weibo-m"):
        load_channels(write(tmp_path, GOOD), sources={"weibo-mobile"})


def test_a_pasted_login_is_refused_and_never_repeated(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("WEIBO_MAIN_COOKIE", "SUB=_2AkM-very-secret"))
    with pytest.raises(ChannelFileError, match="line 8: bad value of `secrets`") as caught:
        load_channels(path)
    assert "very-secret" not in str(caught.value)


def test_a_secret_comes_from_the_environment_or_the_secrets_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Channel(id="a", name="甲", source="weibo-mobile", account="1", secrets="COOKIE_A")
    monkeypatch.delenv("COOKIE_A", raising=False)
    with pytest.raises(SettingsError, match="COOKIE_A is not set"):
        secret(channel)
    kept = tmp_path / "secrets.env"
    kept.write_text("# logins\nCOOKIE_B=no\nCOOKIE_A = 'SUB=file; X=1'\n", "utf-8")
    assert secret(channel, kept) == "SUB=file; X=1"
    monkeypatch.setenv("COOKIE_A", "SUB=environment")
    assert secret(channel, kept) == "SUB=environment"
    assert secret(channel.model_copy(update={"secrets": None})) is None
