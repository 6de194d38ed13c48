"""Importing the exports of other tools and our own lines."""

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.channels import Channel
from posts.errors import GongshengError, UnknownFormat
from posts.model import Post, post_id
from tests.golden import NOW, Case, cases
from tests.importing import House, open_house

FORMATS = ("mediacrawler", "zeeschuimer", "weibo_crawler", "weibo_spider", "own_jsonl")
GOLDEN = [case for name in FORMATS for case in cases(name)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return open_house(tmp_path / "data")


def line(number: int, **more: Any) -> dict[str, Any]:
    row = {"id": str(number), "platform": "weibo", "kind": "post", "text": f"第{number}条"}
    return {**row, **more}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case.folder.parent.name}-{case}")
def test_exports_become_what_a_person_approved(case: Case, house: House) -> None:
    result = house.take(case.path)
    rejected = [
        {"line": row.line, "reason": row.reason, "detail": row.detail}
        for row in house.quarantine.rows()
    ]
    snapshots = house.archive.snapshots()
    case.check(
        {"result": result, "posts": house.posts(), "snapshots": snapshots, "rejected": rejected}
    )


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case.folder.parent.name}-{case}")
def test_every_record_that_was_read_is_counted_once(case: Case, house: House) -> None:
    for _ in range(2):
        result = house.take(case.path)
        assert result.read == result.new + result.updated + result.seen + result.rejected
        assert result.rejected == sum(result.reasons.values())


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case.folder.parent.name}-{case}")
def test_a_second_import_of_a_file_finds_nothing_new(case: Case, house: House) -> None:
    first, head = house.take(case.path), house.archive.head()
    again = house.take(case.path)
    assert (again.new, again.read, again.rejected) == (0, first.read, first.rejected)
    assert house.archive.head() == head


@pytest.mark.parametrize("name", ["export.csv", "export.txt", "微博.json", "noextension"])
def test_the_name_of_a_file_does_not_matter(name: str, house: House, tmp_path: Path) -> None:
    path = write(tmp_path / name, line(1), line(2))
    assert house.take(path).new == 2


def test_a_gzip_file_is_read_like_a_plain_one(house: House, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(gzip.compress(write(tmp_path / "plain", line(1), line(2)).read_bytes()))
    assert house.take(path).new == 2


def test_a_damaged_gzip_file_keeps_what_came_before(house: House, tmp_path: Path) -> None:
    rows = [line(n, text=str(hash((n, "text")))) for n in range(5000)]
    whole = gzip.compress(write(tmp_path / "plain", *rows).read_bytes())
    path = tmp_path / "export.gz"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    result = house.take(path)
    assert result.new > 1000
    assert result.reasons["unknown_format"] == 1


def test_rejected_rows_are_named_by_line_and_reason(house: House, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", line(1), "no JSON", line(2), line(3, platform="tiktok"))
    named = [(row.file, row.line, row.reason) for row in house.take(path).rejected_rows]
    assert named == [("posts.jsonl", 2, "not_an_object"), ("posts.jsonl", 4, "bad_platform")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_the_encodings_that_occur(
    encoding: str, house: House, tmp_path: Path
) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes("id,正文,点赞数\r\n5238800000000001\t,职工书屋开放,12\r\n".encode(encoding))
    assert house.take(path).new == 1
    assert house.posts()[0].text == "职工书屋开放"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_may_be_cut_by_another_sign(delimiter: str, house: House, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("\n".join(delimiter.join(row) for row in (("id", "正文"), ("52", "通知"))))
    assert house.take(path).new == 1


def test_lines_that_cannot_be_read_cost_only_themselves(house: House, tmp_path: Path) -> None:
    path = write(tmp_path / "export.jsonl", line(1))
    with path.open("ab") as file:
        file.write(b'{"id": "2", "platform": \n')
        file.write('{"id": "3", "platform": "weibo", "text": "乱码'.encode("gb18030") + b'"}\n')
        file.write(b'{"id": "4", "plat\0form": "weibo"}\n\n[1]\n')
        file.write(json.dumps(line(6, text="好", id=5.2e15)).encode() + b"\r\n")
        file.write(json.dumps(line(7, text="\ud800好\0")).encode() + b"\n")
        file.write(b'{"unheard": "of"}\n')
        file.write(json.dumps(line(9)).encode())
    result = house.take(path)
    assert (result.read, result.new) == (9, 3)
    assert house.rejected() == [
        (2, "broken_json"),
        (3, "wrong_encoding"),
        (4, "nul_byte"),
        (6, "not_an_object"),
        (7, "mangled_id"),
        (9, "unknown_record"),
    ]
    assert [post.text for post in house.posts()] == ["第1条", "好", "第9条"]


def test_a_quote_that_never_closes_does_not_swallow_the_table(house: House, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text('id,正文\n51,"没有关上\n52,第二条\n53,"第三条\n换行"\n', "utf-8")
    assert house.take(path).new == 2
    assert house.rejected() == [(2, "broken_csv")]
    assert [post.text for post in house.posts()] == ["第二条", "第三条\n换行"]


def test_an_array_that_breaks_off_keeps_its_whole_elements(house: House, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([line(1), line(2), line(3)], indent=1)[:-40], "utf-8")
    assert house.take(path).new == 2
    assert [reason for _, reason in house.rejected()] == ["broken_json"]


def test_ids_that_a_spreadsheet_rounded_are_refused_with_advice(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,正文\n5.23E+15,通知\n7571732586456812800.0,通知\n", "utf-8")
    assert house.take(path).reasons == {"mangled_id": 2}
    assert all("as text" in row.detail for row in house.quarantine.rows())


def test_a_workbook_is_read_sheet_by_sheet(house: House, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Contents"
    book.active.append(["note_id", "content", "create_date_time", "comments_count"])
    book.active.append(["5238800000000001", "通知", "2026-11-20 09:30:00+08:00", 3])
    book.active.append([5238800000000002, "编号成了数字", None, 3])
    comments = book.create_sheet("Comments")
    comments.append(["comment_id", "note_id", "content", "create_date_time"])
    comments.append(["5337", "5238800000000001", "收到", "2026-11-20 10:30:00+08:00"])
    book.save(tmp_path / "export.csv")
    result = house.take(tmp_path / "export.csv")
    assert (result.new, result.reasons) == (2, {"mangled_id": 1})


def test_our_own_lines_come_back_as_they_were(house: House, tmp_path: Path) -> None:
    house.take(*(case.path for case in GOLDEN))
    kept = house.posts()
    path = tmp_path / "own.jsonl"
    path.write_text("".join(post.model_dump_json() + "\n" for post in kept), "utf-8")
    other = open_house(tmp_path / "other")
    assert other.take(path).new == len(kept)
    assert other.posts() == kept


def test_posts_take_the_channel_that_was_named(house: House, tmp_path: Path) -> None:
    path = write(tmp_path / "own.jsonl", line(1), line(2, channel="douyin-main"))
    house.take(path)
    assert [post.channel for post in house.posts()] == ["import", "douyin-main"]
    other = open_house(tmp_path / "other")
    other.take(path, channel="weibo-main")
    assert [post.channel for post in other.posts()] == ["weibo-main", "weibo-main"]


def test_a_post_that_names_no_unit_takes_the_one_of_its_channel(
    house: House, tmp_path: Path
) -> None:
    plant = Channel(
        id="plant",
        name="云岭厂区工会",
        source="website",
        account="x",
        unit="云岭厂区",
        shift="白班",
    )
    line = {"platform": "site", "kind": "comment", "text": "热水几点停", "channel": "plant"}
    lines = [line | {"id": "1"}, line | {"id": "2", "unit": "东港总装"},
             line | {"id": "3", "channel": "other"}]  # fmt: skip
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    house.take(file, channels=[plant])
    assert [(post.unit, post.shift) for post in house.posts()] == [
        ("云岭厂区", "白班"), ("东港总装", "白班"), (None, None)
    ]  # fmt: skip


def test_a_unit_that_is_no_name_is_rejected_and_kept_apart(house: House, tmp_path: Path) -> None:
    line = {"platform": "site", "kind": "comment", "text": "热水几点停"}
    lines = [line | {"id": "1", "unit": "总装" * 30}, line | {"id": "2", "shift": 3},
             line | {"id": "3", "unit": "联系13800000000"}]  # fmt: skip
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    house.take(file)
    assert house.rejected() == [(1, "bad_value"), (2, "bad_value")]
    (kept,) = house.posts()
    assert kept.unit is not None
    assert "13800000000" not in kept.unit


def test_keys_that_were_ignored_are_named(house: House, tmp_path: Path) -> None:
    result = house.take(write(tmp_path / "own.jsonl", line(1, sentiment="negative", urgent=False)))
    assert result.notes == ("own.jsonl: ignored the keys sentiment, urgent",)


def test_an_author_that_only_claims_to_be_masked_is_masked(house: House, tmp_path: Path) -> None:
    known = "anon-0123456789abcdef"
    rows = (line(1, author="zhangsan", masked=True), line(2, author=known, masked=True))
    house.take(write(tmp_path / "own.jsonl", *rows, line(3, author=known)))
    authors = [post.author for post in house.posts()]
    assert authors[0] == house.mask.author("weibo", "zhangsan")
    assert authors[1] == known
    assert authors[2] != known


def test_the_only_file_of_no_known_format_is_an_error(house: House, tmp_path: Path) -> None:
    path = tmp_path / "strange.json"
    path.write_text('{"colour": "red", "电话13800000000": 1}', "utf-8")
    with pytest.raises(UnknownFormat) as error:
        house.take(path)
    message = str(error.value)
    assert str(path) in message
    assert "colour" in message
    assert "MediaCrawler" in message
    assert "13800000000" not in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"\n \n", b"PK\x03\x04rubbish", b"\x1f\x8brubbish"])
def test_an_empty_or_damaged_file_is_an_error(content: bytes, house: House, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    with pytest.raises(UnknownFormat):
        house.take(path)


def test_of_several_files_a_strange_one_does_not_stop_the_others(
    house: House, tmp_path: Path
) -> None:
    strange = write(tmp_path / "strange.json", {"colour": "red"})
    absent = tmp_path / "absent.json"
    result = house.take(strange, absent, write(tmp_path / "own.jsonl", line(1)))
    assert (result.read, result.new, result.reasons) == (3, 1, {"unknown_format": 2})


def test_what_was_rejected_is_kept_but_not_readable(house: House, tmp_path: Path) -> None:
    bad = line(1, kind="story", author="zhangsan", text="我叫张三丰，电话13800000000")
    house.take(write(tmp_path / "own.jsonl", bad, line(2)))
    assert house.sealed() == [bad]
    for file in house.data.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert "张三丰".encode() not in content
        assert b"13800000000" not in content
        assert b"zhangsan" not in content


def test_progress_counts_every_record(house: House, tmp_path: Path) -> None:
    from crawlers.imports import import_files

    path = write(tmp_path / "own.jsonl", *(line(n) for n in range(1, 2500)), {"id": 1}, [1])
    done: list[int] = []
    result = import_files(
        [path],
        archive=house.archive,
        mask=house.mask,
        quarantine=house.quarantine,
        advance=done.append,
        now=NOW,
    )
    assert sum(done) == result.read == 2501


PLATFORM_KEYS = """
    ok data cards mblog list comments statuses id mid idstr text text_raw user created_at msg
    aweme_list aweme_id cid statistics status_code item_info_list comment_info_list weibo kind
    platform comment_id note_id content create_date_time source_platform item_id rootid extra
    error_code longTextContent userInfo card_type card_group reply_comment _id mblogid
     reposts_count
"""
KEYS = st.sampled_from(sorted(set(PLATFORM_KEYS.split())))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def check_any_content(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        house = open_house(Path(folder) / "data")
        path = Path(folder) / "export"
        path.write_bytes(content)
        try:
            result = house.take(path)
        except GongshengError:
            return
        finally:
            house.archive.close()
        assert result.read == result.new + result.updated + result.seen + result.rejected


@given(
    st.binary(max_size=200)
    | st.text(alphabet='{}[]",;:\n\t\r\\ id正文5', max_size=120).map(
        lambda text: ("id,正文\n" + text).encode()
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    check_any_content(content)


@given(st.dictionaries(KEYS, JSON, min_size=1, max_size=6))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_object_is_read_or_refused_in_words(value: dict[str, Any]) -> None:
    check_any_content(json.dumps(value).encode())


@given(st.text(min_size=0, max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_of_an_own_line_survives(text: str) -> None:
    with TemporaryDirectory() as folder:
        house = open_house(Path(folder) / "data")
        name = post_id("weibo", "1")
        post = Post(
            id=name,
            platform="weibo",
            channel="a",
            kind="post",
            thread_id=name,
            text=text,
            collected_at=NOW,
            source="weibo-mobile",
        )
        path = Path(folder) / "own.jsonl"
        path.write_text(post.model_dump_json(), "utf-8")
        assert house.take(path).new == 1
        expected = house.mask.post(post).text.replace("\0", "").strip()
        assert house.posts()[0].text.strip() == expected
        house.archive.close()
