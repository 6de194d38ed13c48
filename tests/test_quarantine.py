import logging
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.errors import ArchiveError
from posts.quarantine import Quarantine

KEY = b"k" * 32


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "record",
    [
        {"id": None, "text": "找13812345678", "user": {"name": "晴天小雨"}},
        ["a", 1, 2.5, None, 2**70],
        "第7行坏了\ud800",
        b"\xff\x00raw",
    ],
)
def test_a_record_comes_back_with_the_key(tmp_path: Path, record: Any) -> None:
    quarantine = Quarantine(tmp_path, KEY)
    quarantine.put(where="a.csv", reason="missing_id", detail="no id", record=record, line=7)
    (row,) = quarantine.rows()
    assert (row.where, row.line, row.reason, row.detail) == ("a.csv", 7, "missing_id", "no id")
    assert quarantine.open(row) == record


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_json_comes_back(tmp_path_factory: pytest.TempPathFactory, record: Any) -> None:
    quarantine = Quarantine(tmp_path_factory.mktemp("quarantine"), KEY)
    quarantine.put(where="x", reason="r", record=record)
    (row,) = quarantine.rows()
    assert quarantine.open(row) == record


@pytest.mark.parametrize("record", [{("a", 1): 2}, {"when": object()}, {1, 2}])
def test_what_json_cannot_hold_is_kept_as_a_description(tmp_path: Path, record: Any) -> None:
    quarantine = Quarantine(tmp_path, KEY)
    quarantine.put(where="x", reason="r", record=record)
    (row,) = quarantine.rows()
    assert quarantine.open(row)


def test_nothing_readable_is_personal(tmp_path: Path) -> None:
    record = {"user": {"screen_name": "晴天小雨", "id": 1234567890}, "text": "13812345678"}
    Quarantine(tmp_path, KEY).put(
        where="comments of @晴天小雨.csv",
        reason="bad_time",
        detail="found '13812345678', expected a time",
        record=record,
    )
    found = everything(tmp_path)
    for secret in ("晴天小雨", "1234567890", "13812345678"):
        assert secret.encode() not in found


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    Quarantine(tmp_path, KEY).put(where="a.csv", reason="r", record={"a": 1})
    other = Quarantine(tmp_path, b"x" * 32)
    (row,) = other.rows()
    with pytest.raises(ArchiveError, match="another pseudonym key"):
        other.open(row)


def test_a_reason_without_a_record_is_enough(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, KEY)
    quarantine.put(where="weibo-main", reason="bad_shape")
    (row,) = quarantine.rows()
    assert quarantine.open(row) is None
    assert row.line is None


def test_the_oldest_part_is_dropped_beyond_the_limit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quarantine = Quarantine(tmp_path, KEY, limit=20_000)
    with caplog.at_level(logging.WARNING):
        for number in range(200):
            quarantine.put(where="a", reason="r", record="x" * 50, line=number)
    assert len(everything(tmp_path)) <= 22_000
    lines = [row.line for row in quarantine.rows()]
    assert lines == list(range(200 - len(lines), 200))
    assert len(lines) > 50
    assert "dropped" in caplog.text


def test_a_row_cut_short_by_a_kill_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quarantine = Quarantine(tmp_path, KEY)
    quarantine.put(where="a", reason="r", line=1)
    (part,) = tmp_path.glob("*.jsonl")
    with part.open("ab") as file:
        file.write(b'{"at":"2026-')
    quarantine.put(where="a", reason="r", line=2)
    assert [row.line for row in quarantine.rows()] == [1, 2]
    assert "line 2 is not a whole row" in caplog.text


def test_an_empty_quarantine_has_no_rows(tmp_path: Path) -> None:
    assert list(Quarantine(tmp_path / "none", KEY).rows()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="could not be set aside"):
        Quarantine(tmp_path / "file" / "q", KEY).put(where="a", reason="r")


def test_parts_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    Quarantine(tmp_path, KEY).put(where="a", reason="r", record="x")
    (part,) = tmp_path.glob("*.jsonl")
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
