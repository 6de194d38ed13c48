import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.errors import SettingsError
from posts.model import CHINA, Post
from posts.privacy import PSEUDONYM, Mask, load_key

MASK = Mask(b"k" * 32, frozenset({"星河集团工会"}))


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("打13812345678找我", "打[手机号]找我"),
        ("打１３８１２３４５６７８找我", "打[手机号]找我"),
        ("+86 138-1234-5678", "[手机号]"),
        ("（+86）138 1234 5678", "[手机号]"),
        ("008613812345678", "[手机号]"),
        ("138—1234—5678", "[手机号]"),
        ("138.1234.5678", "[手机号]"),
        ("1 3 8 1 2 3 4 5 6 7 8", "[手机号]"),
        ("1、3、8、1、2、3、4、5、6、7、8", "[手机号]"),
        ("1-3-8-1-2-3-4-5-6-7-8", "[手机号]"),
        ("13 81 23 45 67 8", "[手机号]"),
        ("①③⑧①②③④⑤⑥⑦⑧", "[手机号]"),
        ("一三八一二三四五六七八", "[手机号]"),
        ("幺三八一二三四五六七八", "[手机号]"),
        ("13八12三4567八", "[手机号]"),
        ("周一13812345678", "周一[手机号]"),
        ("2024-05-06 13812345678", "2024-05-06 [手机号]"),
        ("1381234567813912345678", "[手机号]"),
        ("13812345678 13912345678", "[手机号] [手机号]"),
        ("138\u200b1234\u200b5678", "[手机号]"),
        ("010-88886666", "[座机号]"),
        ("(0512)8888666", "[座机号]"),
        ("（010）8888 6666", "[座机号]"),
        ("051288886666转8012", "[座机号]转8012"),
        ("办公电话：8888-6666", "办公电话：[座机号]"),
        ("110101199003078888", "[身份证号]"),
        ("11010119900307888X", "[身份证号]"),
        ("11010119900307888x的", "[身份证号]的"),
        ("110101 19900307 888X", "[身份证号]"),
        ("110101900307888", "[身份证号]"),
        ("6222021234567890123", "[银行卡号]"),
        ("6222 0212 3456 7890 123", "[银行卡号]"),
        ("4111-1111-1111-1111", "[银行卡号]"),
        ("zhang.san+1@example.com谢谢", "[邮箱]谢谢"),
        ("13812345678@example.com", "[邮箱]"),
        ("微信abc_1234", "微信[微信号]"),
        ("加微信：abc_1234", "加微信：[微信号]"),
        ("vx:abc_1234", "vx:[微信号]"),
        ("VXabc_1234", "VX[微信号]"),
        ("加V abc_1234", "加V [微信号]"),
        ("薇信号是abc-1234", "薇信号是[微信号]"),
        ("我wxid_a1b2c3d4", "我[微信号]"),
        ("微信13812345678", "微信[手机号]"),
        ("QQ123456789", "QQ[QQ号]"),
        ("qq号：123 456 789", "qq号：[QQ号]"),
        ("加扣扣 123456", "加扣扣 [QQ号]"),
        ("回复@晴天小雨:说得对", "回复@晴**:说得对"),
        ("说得对//@晴天小雨：加班", "说得对//@晴**：加班"),
        ("@某***会 你好", "@某** 你好"),
        ("@🌟晴天 你好", "@🌟** 你好"),
        ("看 https://weibo.com/u/1234567890", "看 [个人主页]"),
        ("weibo.com/1234567890/Nabc看", "[个人主页]看"),
        ("https://weibo.com/n/晴天小雨 看", "[个人主页] 看"),
        ("/n/晴天小雨", "[个人主页]"),
        ("https://www.douyin.com/user/MS4wLjABAAAA", "[个人主页]"),
        ("https://example.com/a?uid=1234567890", "[个人主页]"),
        ("https://example.com/a?tel=13812345678", "https://example.com/a?tel=[手机号]"),
    ],
)
def test_personal_data_leaves_the_text(found: str, kept: str) -> None:
    assert MASK.text(found) == kept


@pytest.mark.parametrize(
    "text",
    [
        "维权热线12351，社保12333，报警110，急救120",
        "工资3500.00元，年终奖12000元，房补1500 2000 300",
        "2024年11月24日 2024-11-24 13:30:00 2024/11/24",
        "2019 2020 2021 2022",
        "内线8012，工号20231145",
        "#2024金秋助学#",
        "6666666666666666666666",
        "投资13800000000元",
        "@星河集团工会 请看看",
        "微信公众号 微信支付 加微信群",
        "视频 https://www.douyin.com/video/7312345678901234567",
        "https://m.weibo.cn/detail/4987654321098765",
        "第38条、第44条、第46条",
        "二〇二四年十一月二十四日",
        "每天8:30-17:30，一周6天",
        "",
        "加班费什么时候发",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert MASK.text(text) == text


_PIECES = st.sampled_from(
    [
        *"0123456789１①一八〇xX@＠:： -—()（）[]【】*/.·,，、+\n\u200b元",
        *("微信", "vx", "wx", "QQ", "扣扣", "加", "我", "号", "电话", "tel", "abc", "张三", "回复"),
        *("138", "1234", "5678", "13812345678", "0512", "86", "6222", "19900307", "110101"),
        *("https://", "weibo.com/", "/u/", "/n/", "qq.com", "?uid=", "[手机号]", "[微信号]", "**"),
        *("🌟", "\u20e3", "\ufe0f", "星河集团工会"),
    ]
)
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=25).map("".join))


@given(_TEXTS)
def test_masking_again_changes_nothing(text: str) -> None:
    once = MASK.text(text)
    assert MASK.text(once) == once


@given(_TEXTS, st.integers(10**8, 10**9 - 1), st.sampled_from("3456789"), _TEXTS)
def test_no_mobile_number_survives_between_words(
    before: str, rest: int, second: str, after: str
) -> None:
    number = f"1{second}{rest}"
    assert number not in MASK.text(f"{before}。{number}，{after}")


@given(_TEXTS)
def test_a_name_shows_one_character_and_not_its_length(name: str) -> None:
    masked = MASK.name(name)
    assert MASK.name(masked) == masked
    if name.strip() and name not in {"星河集团工会"}:
        assert masked == name.strip()[0] + "**"


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "a",
        "a.",
        "1 ",
        "1、",
        "@",
        "a@",
        "微信",
        "微信  ",
        "QQ 1-",
        "https://",
        "/u/",
        "一",
        "(",
    ],
)
def test_a_very_long_text_is_masked_like_a_short_one(unit: str) -> None:
    text = unit * (100_000 // len(unit)) + "。13812345678"
    assert "13812345678" not in MASK.text(text)


def _post(**changes: Any) -> Post:
    fields: dict[str, Any] = {
        "id": "weibo:1",
        "platform": "weibo",
        "channel": "weibo-main",
        "kind": "comment",
        "title": "找13812345678",
        "text": "加微信abc_1234",
        "author": "1234567890",
        "author_name": "晴天小雨",
        "url": "https://m.weibo.cn/detail/1",
        "collected_at": datetime(2026, 11, 20, 9, tzinfo=CHINA),
        "source": "weibo-mobile",
    }
    return Post(**(fields | changes))


def test_a_post_is_masked_in_every_field() -> None:
    masked = MASK.post(_post())
    assert masked.masked
    assert masked.title == "找[手机号]"
    assert masked.text == "加微信[微信号]"
    assert masked.author_name == "晴**"
    assert masked.author is not None
    assert PSEUDONYM.fullmatch(masked.author)
    assert masked.url == "https://m.weibo.cn/detail/1"


def test_a_masked_post_stays_as_it_is() -> None:
    once = MASK.post(_post())
    assert MASK.post(once) == once


def test_a_post_that_only_claims_to_be_masked_is_masked() -> None:
    claims = MASK.post(_post(masked=True))
    assert claims.author == MASK.author("weibo", "1234567890")
    assert claims.author_name == "晴**"


@pytest.mark.parametrize(
    "url",
    [
        "https://weibo.com/1234567890/Nabc",
        "https://weibo.com/u/99999",
        "https://example.com/x?from=1234567890",
    ],
)
def test_an_address_that_names_the_author_is_dropped(url: str) -> None:
    assert MASK.post(_post(url=url)).url is None


def test_the_official_name_stays() -> None:
    assert MASK.post(_post(author_name="星河集团工会")).author_name == "星河集团工会"


def test_unknown_stays_unknown() -> None:
    masked = MASK.post(_post(author=None, author_name=None, title=None, url=None))
    assert (masked.author, masked.author_name, masked.title, masked.url) == (None,) * 4


def test_a_pseudonym_depends_on_platform_and_key() -> None:
    others = {
        MASK.author("weibo", "1"),
        MASK.author("douyin", "1"),
        MASK.author("weibo", "2"),
        Mask(b"x" * 32).author("weibo", "1"),
    }
    assert len(others) == 4
    assert MASK.author("weibo", "1") == Mask(b"k" * 32).author("weibo", "1")


def test_the_first_run_makes_a_key_only_the_owner_can_read(tmp_path: Path) -> None:
    file = tmp_path / "config" / "pseudonym.key"
    key = load_key(key=None, key_file=file, data=tmp_path / "data")
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_key(key=None, key_file=file, data=tmp_path / "data") == key
    assert os.listdir(file.parent) == ["pseudonym.key"]


def test_the_key_lies_in_the_home_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    load_key(key=None, key_file=None, data=tmp_path / "data")
    assert (tmp_path / ".config/gongsheng/pseudonym.key").exists()


def test_a_key_given_goes_before_the_file(tmp_path: Path) -> None:
    assert load_key(key="ab" * 32, key_file=tmp_path / "no", data=tmp_path) == b"\xab" * 32


@pytest.mark.parametrize("key", ["", "abc", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_malformed_key_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="GONGSHENG_KEY: expected 64 hexadecimal"):
        load_key(key=key, key_file=None, data=tmp_path)


@pytest.mark.parametrize("place", ["pseudonym.key", "deep/er/key", "../data/key"])
def test_a_key_inside_the_data_folder_is_refused(place: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with pytest.raises(SettingsError, match="inside the data folder"):
        load_key(key=None, key_file=data / place, data=data)
    assert not data.exists()


def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=str(file)):
        load_key(key=None, key_file=file, data=tmp_path / "data")
    with pytest.raises(SettingsError, match=str(tmp_path)):
        load_key(key=None, key_file=tmp_path, data=tmp_path / "data")
