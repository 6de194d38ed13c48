"""Nothing personal lies in the data folder: not in the archive, the index, the quarantine."""

import json
from pathlib import Path

import pytest
import zstandard

from monitor.ingest import ingest
from nlp.segment import JiebaText
from posts.frames import MAGIC
from posts.query import PostQuery
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import WordTagger
from tests.importing import House, open_house

NAMES = ("晴天小雨伞", "星河边的老王", "一颗糖豆儿")
IDS = ("7654321098", "5544332211", "MS4wLjABAAAAinvented")
NUMBERS = ("13800000000", "13900000001", "110101199003078888", "6222021234567890123")
CONTACTS = ("tangdou_1990", "yusan@example.com", "987654321", "0512-88886666")
SECRETS = (*NAMES, *IDS, *NUMBERS, *CONTACTS)

OWN = [
    {
        "id": f"weibo:{50 + n}",
        "platform": "weibo",
        "kind": "comment",
        "text": text,
        "author": IDS[n % 2],
        "author_name": NAMES[n % 2],
        "url": f"https://weibo.com/{IDS[n % 2]}/Nx{n}",
    }
    for n, text in enumerate(
        [
            f"拖欠工资三个月了，我电话{NUMBERS[0]}，找{' '.join(NUMBERS[1])}也行",
            f"回复@{NAMES[1]}:你加微信 {CONTACTS[0]} 说",
            f"身份证{NUMBERS[2]} 卡号{NUMBERS[3]}，一直没发//@{NAMES[0]}:转",
            f"发到{CONTACTS[1]}或者QQ{CONTACTS[2]}，座机{CONTACTS[3]}",
            f"看他主页 https://weibo.com/u/{IDS[1]} 和 https://weibo.com/n/{NAMES[2]}",
        ]
    )
]
MEDIACRAWLER = [
    {
        "comment_id": "5012345678901234",
        "create_time": 1731900000,
        "note_id": "5012345678900000",
        "content": f"@{NAMES[2]} 我的号码{NUMBERS[0]}",
        "sub_comment_count": "0",
        "comment_like_count": "3",
        "last_modify_ts": 1731900000000,
        "user_id": IDS[0],
        "nickname": NAMES[0],
        "gender": "f",
        "profile_url": f"https://m.weibo.cn/u/{IDS[0]}",
        "avatar": f"https://example.com/{IDS[0]}.jpg",
        "ip_location": "江苏",
        "parent_comment_id": "",
    }
]
BROKEN = [
    {"platform": "weibo", "kind": "comment", "text": f"{NAMES[0]} {NUMBERS[0]}", "author": IDS[0]},
    {"id": "weibo:9", "platform": NUMBERS[0], "kind": "comment", "text": NAMES[1]},
    {"id": "weibo:9", "platform": "weibo", "kind": NAMES[2], "text": IDS[0]},
]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A data folder that has taken in everything above."""
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    for name, rows in (("own", [*OWN, *BROKEN]), ("creator_comments", MEDIACRAWLER)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        cut_short = f'{{"a": "{NAMES[0]}'
        (inputs / f"{name}.jsonl").write_text("\n".join([*lines, cut_short]), "utf-8")
    house = open_house(tmp_path / "data")
    result = house.take(*sorted(inputs.iterdir()), channel="weibo-main")
    assert result.new == len(OWN) + len(MEDIACRAWLER)
    assert result.rejected >= len(BROKEN)
    store = EmbeddedStore(house.data / "index", JiebaText())
    ingest(house.archive, store, WordTagger())
    store.close()
    house.archive.close()
    return house


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _unpacked(data: bytes) -> bytes:
    """The records of all frames of a segment."""
    out, header = [], 24
    while data.startswith(MAGIC):
        end = header + int.from_bytes(data[4:8])
        out.append(zstandard.ZstdDecompressor().decompress(data[header:end]))
        data = data[end:]
    assert not data
    return b"\n".join(out)


def test_no_file_of_the_data_folder_holds_anything_personal(house: House) -> None:
    files = _files(house.data)
    assert {path.relative_to(house.data).parts[0] for path in files} >= {
        "archive",
        "index",
        "quarantine",
    }
    for path, data in files.items():
        for secret in SECRETS:
            assert secret.encode() not in data, (path, secret)
            assert secret not in str(path)


def test_no_record_of_the_archive_holds_anything_personal(house: House) -> None:
    records = b"".join(
        _unpacked(data) for path, data in _files(house.data).items() if path.suffix == ".log"
    )
    assert b"[\xe6\x89\x8b\xe6\x9c\xba\xe5\x8f\xb7]" in records
    for secret in SECRETS:
        assert secret.encode() not in records, secret


def test_no_post_of_the_index_holds_anything_personal(house: House) -> None:
    store = EmbeddedStore(house.data / "index", JiebaText())
    hits = store.search(PostQuery(), size=100).hits
    assert len(hits) == len(OWN) + len(MEDIACRAWLER)
    text = "".join(hit.found.model_dump_json() for hit in hits)
    for secret in SECRETS:
        assert secret not in text, secret


@pytest.mark.parametrize("secret", [*NAMES, *NUMBERS, *CONTACTS[:1]])
def test_searching_for_a_person_finds_nothing(house: House, secret: str) -> None:
    store = EmbeddedStore(house.data / "index", JiebaText())
    assert store.search(PostQuery(text=f'"{secret}"')).total == 0


def test_what_was_set_aside_opens_with_the_key(house: House) -> None:
    assert any(NAMES[0] in str(record) for record in house.sealed())
