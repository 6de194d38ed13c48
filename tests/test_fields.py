"""How platforms write a value."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsers import fields
from posts.errors import ParseError
from posts.model import CHINA, Count

NOW = datetime(2026, 1, 2, 10, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("written", "value", "is_floor"),
    [
        (45, 45, False),
        ("45\t", 45, False),
        ("280,199", 280_199, False),
        ("1.2万", 12_000, False),
        ("3.5亿", 350_000_000, False),
        ("100万+", 1_000_000, True),
        ("903万次观看", 9_030_000, False),
        ("45.0", 45, False),
        (0, 0, False),
    ],
)
def test_counters_are_read_as_platforms_write_them(
    written: Any, value: int, is_floor: bool
) -> None:
    assert fields.count(written) == Count(value=value, lower_bound=is_floor)


@pytest.mark.parametrize(
    "written", [None, "", "-", "None", "$undefined", "赞", True, -1, float("nan"), [], "1.2.3"]
)
def test_a_counter_that_is_not_there_is_unknown_and_not_zero(written: Any) -> None:
    assert fields.count(written) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (1763082950, "2025-11-14T09:15:50+08:00"),
        ("1763082950", "2025-11-14T09:15:50+08:00"),
        (1763082950000, "2025-11-14T09:15:50+08:00"),
        ("Sat Jun 15 11:44:46 +0800 2019", "2019-06-15T11:44:46+08:00"),
        ("2025-11-20 09:33:20+08:00", "2025-11-20T09:33:20+08:00"),
        ("2026-11-20T09:30:00", "2026-11-20T09:30:00+08:00"),
        ("2026/11/20 9:30", "2026-11-20T09:30:00+08:00"),
        ("发布于2025年10月27日 10:42", "2025-10-27T10:42:00+08:00"),
        ("06-14", "2025-06-14T00:00:00+08:00"),
        ("01-02", "2026-01-02T00:00:00+08:00"),
        ("刚刚", "2026-01-02T10:00:00+08:00"),
        ("3分钟前", "2026-01-02T09:57:00+08:00"),
        ("昨天 08:30", "2026-01-01T08:30:00+08:00"),
    ],
)
def test_times_are_read_as_platforms_write_them(written: Any, expected: str) -> None:
    found = fields.moment(written, NOW)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize("written", [None, "", "None", 0])
def test_a_time_that_is_not_there_is_unknown(written: Any) -> None:
    assert fields.moment(written) is None


@pytest.mark.parametrize("written", ["2026-13-01", "三天前", -5, 1e300, [], True, "3分钟前"])
def test_a_time_that_cannot_be_read_is_refused(written: Any) -> None:
    with pytest.raises(ParseError, match="bad_time"):
        fields.moment(written)


def test_a_refused_time_is_described_and_not_quoted() -> None:
    with pytest.raises(ParseError) as error:
        fields.moment("张三 13800000000")
    assert "张三" not in str(error.value)
    assert "138" not in str(error.value)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "missing_id"),
        (" \t", "missing_id"),
        ("5.23E+15", "mangled_id"),
        (5.23e15, "mangled_id"),
        ("7571732586456812800.0", "mangled_id"),
        ("a b", "bad_id"),
        ({}, "bad_id"),
        (True, "bad_id"),
    ],
)
def test_ids_that_are_none_are_refused_by_reason(written: Any, reason: str) -> None:
    with pytest.raises(ParseError) as error:
        fields.native_id(written)
    assert error.value.reason == reason


@pytest.mark.parametrize("written", ["5238800000000001\t", 5238800000000001, "5238800000000001.0"])
def test_an_id_is_the_same_however_it_was_exported(written: Any) -> None:
    assert fields.native_id(written) == "5238800000000001"


@pytest.mark.parametrize("written", ["来自 陕西", "来自陕西", "发布于 陕西", "IP属地：陕西"])
def test_a_region_is_told_without_its_introduction(written: str) -> None:
    assert fields.region(written) == "陕西"


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(ANYTHING)
def test_any_value_is_read_unknown_or_refused(value: Any) -> None:
    fields.count(value)
    fields.region(value)
    fields.gender(value)
    for read in (fields.moment, fields.native_id, fields.optional_id, fields.digits):
        with suppress(ParseError):
            read(value)
