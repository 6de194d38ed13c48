"""How platforms and exports write a value: counters, times, ids, regions, genders.

Unknown comes back as None; a value that is there but cannot be read raises ``ParseError``.
"""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from posts.errors import ParseError
from posts.model import CHINA, Count, Gender, Post

_ABSENT = frozenset({"", "-", "--", "—", "none", "null", "nan", "undefined", "$undefined"})
_COUNT = re.compile(r"(\d+(?:\.\d+)?)(千|万|亿|[kKwW])?(\+)?(?:次.*)?")
_GROUPING = re.compile(r"[,，\s]")
_UNITS = {"千": 10**3, "k": 10**3, "万": 10**4, "w": 10**4, "亿": 10**8}
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_BEFORE_REGION = re.compile(r"^(?:(?:发布于|来自|IP\s*属地\s*[:：]?)\s*)+")
_EXPONENT = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d+")
_DECIMAL = re.compile(r"(\d+)\.0+")
_EXACT = 2**53
"""Above this a float no longer holds every whole number."""


def count(value: Any) -> Count | None:
    """Read a counter: 45, "280,199", "1.2万", "3.5亿", "100万+" (a floor), "903万次观看"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else -1
    if isinstance(value, int):
        return Count(value=value) if 0 <= value < 10**18 else None
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isdigit() and len(value) <= 18:
        return Count(value=int(value))
    match = _COUNT.fullmatch(_GROUPING.sub("", value).replace("＋", "+"))
    if match is None or len(match[1]) > 18:
        return None
    number = Decimal(match[1]) * _UNITS.get((match[2] or "").lower(), 1)
    return Count(value=int(number), lower_bound=match[3] is not None)


def text_or_none(value: Any) -> str | None:
    """Return a text without outer blanks, or None for "", "None", "$undefined" and the like."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = _UNREADABLE.sub("", value).strip()
    return None if text.lower() in _ABSENT else text


def plain_text(value: Any) -> str:
    """Return the text of a post as written, without outer blanks; "" where there is none."""
    return _UNREADABLE.sub("", value).strip() if isinstance(value, str) else ""


def region(value: Any) -> str | None:
    """Read a region: "发布于 北京", "来自河南", "IP属地：广东" become 北京, 河南, 广东."""
    text = text_or_none(value)
    if text is None:
        return None
    return text_or_none(_BEFORE_REGION.sub("", text))


def gender(value: Any) -> Gender | None:
    """Read a gender: m, f, 男, 女, male, female; anything else is unknown."""
    word = (text_or_none(value) or "").lower()
    if word in {"m", "男", "male"}:
        return "m"
    return "f" if word in {"f", "女", "female"} else None


def native_id(value: Any) -> str:
    """Return a platform's id as text, without the blanks and tabs some exports append.

    Raises:
        ParseError: ``missing_id``; ``mangled_id`` where a spreadsheet made a float of it;
            ``bad_id`` where it is no id at all.
    """
    if isinstance(value, str) and 0 < len(value) <= 20 and value.isascii() and value.isdigit():
        return value
    if isinstance(value, float):
        raise ParseError(
            "mangled_id", "the id is a rounded number; export again with the id column as text"
        )
    if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
        raise ParseError("bad_id", f"expected a text or a number, found {type(value).__name__}")
    text = text_or_none(str(value) if isinstance(value, int) else value)
    if text is None:
        raise ParseError("missing_id", "the id is empty")
    text = text.strip("\"'\ufeff").removeprefix('="').strip()
    if _EXPONENT.fullmatch(text):
        raise ParseError(
            "mangled_id",
            "a spreadsheet rounded the id to a number with an exponent; export again and "
            "import the id column as text",
        )
    if whole := _DECIMAL.fullmatch(text):
        if int(whole[1]) >= _EXACT:
            raise ParseError(
                "mangled_id", "the id went through a float; import the id column as text"
            )
        text = whole[1]
    if not text or len(text) > 200 or re.search(r"\s", text):
        raise ParseError("bad_id", "an id has 1 to 200 characters and no blanks")
    return text


def digits(value: Any) -> str:
    """Return an id as ``native_id`` does; it must be made of digits, as weibo's and douyin's are.

    Raises:
        ParseError: as ``native_id``.
    """
    text = native_id(value)
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise ParseError("bad_id", f"expected digits, found {_shape(text)}")
    return text


def optional_id(value: Any) -> str | None:
    """Return an id as ``native_id`` does, or None where it is absent or zero.

    Raises:
        ParseError: ``mangled_id`` or ``bad_id``.
    """
    if value in (None, 0, "0") or (isinstance(value, str) and text_or_none(value) is None):
        return None
    return native_id(value)


_ENGLISH = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})"
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CHINESE = re.compile(
    r"(?:(\d{4})[年/.-])?(\d{1,2})[月/.-](\d{1,2})日?(?:[T ]*(\d{1,2}):(\d\d)(?::(\d\d))?)?"
)
_AGO = re.compile(r"(\d+) *(秒|分钟|小时|天)前")
_STEPS = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days"}
_DAY = re.compile(r"(今天|昨天|前天) *(?:(\d{1,2}):(\d\d))?")


def moment(value: Any, now: datetime | None = None) -> datetime | None:
    """Read a time: Unix seconds or milliseconds, ISO, weibo's English form, Chinese forms.

    A time without an offset is China's. "3分钟前", "昨天 08:30" and "06-14" count from ``now``.

    Raises:
        ParseError: ``bad_time``.
    """
    try:
        return _moment(value, now)
    except (ValueError, OverflowError, OSError) as error:
        raise ParseError("bad_time", f"no time could be read from {_shape(value)}") from error


def _shape(value: Any) -> str:
    """Show the form of a value and not the value, which may be personal: "Ab 12" is "aa 99"."""
    if not isinstance(value, str):
        return f"a {type(value).__name__}"
    return repr(re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value[:40])))


def _moment(value: Any, now: datetime | None) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=CHINA)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_unix(float(value))
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(value)
    text = text_or_none(value)
    text = text_or_none(re.sub(r"^(?:发布于|编辑于|已编辑)\s*", "", text)) if text else None
    if text is None:
        return None
    if re.fullmatch(r"\d{9,14}(?:\.\d*)?", text):
        return _from_unix(float(text))
    if english := _ENGLISH.fullmatch(text):
        month, day, hour, minute, second, offset, year = english.groups()
        number = _MONTHS.index(month) + 1
        return datetime.fromisoformat(
            f"{year}-{number:02}-{int(day):02}T{hour}:{minute}:{second}{offset}"
        )
    return _from_chinese(text, now) or _from_iso(text)


def _from_unix(seconds: float) -> datetime | None:
    if seconds == 0:
        return None
    if abs(seconds) > 10**11:
        seconds /= 1000
    if not 0 < seconds < 4_102_444_800:
        raise ValueError(seconds)
    return datetime.fromtimestamp(seconds, CHINA)


def _from_iso(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=CHINA)


def _from_chinese(text: str, now: datetime | None) -> datetime | None:
    today = None if now is None else now.astimezone(CHINA).replace(second=0, microsecond=0)
    if today is not None and now is not None:
        if text == "刚刚":
            return now
        if ago := _AGO.fullmatch(text):
            return now - timedelta(**{_STEPS[ago[2]]: int(ago[1])})
        if day := _DAY.fullmatch(text):
            back = today - timedelta(days=["今天", "昨天", "前天"].index(day[1]))
            return back.replace(hour=int(day[2] or 0), minute=int(day[3] or 0))
    match = _CHINESE.fullmatch(text)
    if match is None or (match[1] is None and today is None):
        return None
    month, day_, hour, minute, second = (int(part or 0) for part in match.groups()[1:])
    year = int(match[1]) if match[1] else today.year if today else 0
    read = datetime(year, month, day_, hour, minute, second, tzinfo=CHINA)
    # A date without a year is the latest such day that is not to come.
    if match[1] is None and today and read > today + timedelta(days=1):
        read = read.replace(year=year - 1)
    return read


def build_post(**values: Any) -> Post:
    """Build a post from read values.

    Raises:
        ParseError: ``bad_value``, naming the fields that do not fit (never their content).
    """
    try:
        return Post(**values)
    except ValidationError as error:
        wrong = ", ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
        )
        raise ParseError("bad_value", wrong) from error
