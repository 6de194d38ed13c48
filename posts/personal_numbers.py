"""Telephone, identity card and bank card numbers in running text, however they are spelt.

A run of digits with separators is cut into its groups of digits; every window of whole groups is
compared with the shapes numbers are written in. A run is read once and windows are at most 24
digits wide, so the time is linear in the length of the text.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

MOBILE, LANDLINE, ID_CARD, BANK_CARD = "[手机号]", "[座机号]", "[身份证号]", "[银行卡号]"

_HAN = dict(
    zip("〇零一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0011223456789123456789", strict=True)
)
_DIGIT = r"\d①-⑨⓪❶-❾⓿"
_SOFT = (
    r" \t\u3000\xa0()（）.．·•_~～/\u2010-\u2015\u2212\uff0d\-\u200b-\u200d\u2060\ufeff\ufe0f\u20e3"
)
_LOOSE = "、，,;；"
_RUN = re.compile(
    rf"[(（]?[+＋]?[{_DIGIT}](?:[{_SOFT}{_LOOSE}]{{0,3}}[{_DIGIT}])*(?:[ \-]?[XxＸｘ](?![A-Za-z]))?"
)
_GROUP = re.compile(rf"[{_DIGIT}]+")
_HAN_RUN = re.compile(rf"[{''.join(_HAN)}{_DIGIT}]{{11,}}")

_MOBILE = re.compile(r"(?:0?0?86)?1[3-9]\d{9}")
_MOBILES = re.compile(r"(?:1[3-9]\d{9}){2,}")
_LANDLINE = re.compile(r"(?:0?0?86)?0(?:10|2\d|[3-9]\d{2})[1-9]\d{6,7}")
_ID_18 = re.compile(
    r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]"
)
_ID_18_TYPO = re.compile(r"[1-8]\d{5}(?:18|19|20)\d{9}[\dX]")
_ID_15 = re.compile(r"[1-8]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_MOBILE_SHAPES = frozenset({(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (3, 5, 3), (4, 7)})
_DASHED_MOBILE_SHAPES = frozenset(
    {(4, 4, 3), (4, 3, 4), (5, 6), (6, 5), (2, 9), (1, 10), (5, 3, 3)}
)
_WIDEST = 24


@dataclass(frozen=True)
class _Window:
    """Neighbouring groups of digits, as one candidate."""

    digits: str
    sizes: tuple[int, ...]
    separators: str
    after: str

    @property
    def spelt(self) -> bool:
        """Digits one by one or two by two, as people write to get around filters."""
        return len(self.sizes) >= 6 and max(self.sizes) <= 2

    @property
    def loose(self) -> bool:
        """Separated by what also separates the items of a list."""
        return any(mark in _LOOSE for mark in self.separators)

    @property
    def dashed(self) -> bool:
        return bool(self.separators) and not self.separators.strip(
            "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
        )


def mask_numbers(text: str, *, bank_cards: bool = True) -> str:
    """Replace personal numbers by placeholders such as ``[手机号]``.

    Amounts, dates, times, hotlines and other short numbers stay.

    Args:
        text: any text.
        bank_cards: False leaves bank cards, for addresses that hold 16 to 19 digit post ids.
    """
    text = _RUN.sub(lambda found: _mask_run(found, bank_cards), text)
    return _HAN_RUN.sub(_mask_han, text)


def _mask_run(found: re.Match[str], bank_cards: bool) -> str:
    run = found.group()
    groups = [(group.start(), group.end()) for group in _GROUP.finditer(run)]
    if sum(end - start for start, end in groups) < 10:
        return run
    out, done, first = [], 0, 0
    while first < len(groups):
        last, placeholder = _widest(found, groups, first, bank_cards)
        if placeholder is None:
            first += 1
            continue
        start, end = groups[first][0], groups[last][1]
        if last == len(groups) - 1 and run[-1] in "XxＸｘ" and placeholder is ID_CARD:
            end = len(run)
        if start > done and run[start - 1] in "+＋":
            start -= 1
        if (
            start > done
            and run[start - 1] in "(（"
            and any(mark in run[start:end] for mark in ")）")
        ):
            start -= 1
        out += [run[done:start], placeholder]
        done, first = end, last + 1
    return "".join([*out, run[done:]])


def _widest(
    found: re.Match[str], groups: list[tuple[int, int]], first: int, bank_cards: bool
) -> tuple[int, str | None]:
    """Find the widest window from group ``first`` on that is a personal number."""
    run, digits, ends = found.group(), "", []
    for number in range(first, len(groups)):
        start, end = groups[number]
        if number > first and len(digits) + end - start > _WIDEST:
            break
        digits += _ascii(run[start:end])
        ends.append((number, digits))
    windows = [
        (last, _window(found, groups[first : last + 1], digits, last == len(groups) - 1))
        for last, digits in reversed(ends)
        if len(digits) >= 10
    ]
    for judge in (_judge, _judge_bank_card) if bank_cards else (_judge,):
        for last, window in windows:
            placeholder = judge(window)
            if placeholder is not None:
                return last, placeholder
    return first, None


def _window(
    found: re.Match[str], groups: list[tuple[int, int]], digits: str, at_end: bool
) -> _Window:
    run = found.group()
    if at_end and run[-1] in "XxＸｘ" and len(digits) == 17:
        digits += "X"
    after = found.start() + groups[-1][1]
    between = (run[a[1] : b[0]] for a, b in pairwise(groups))
    return _Window(
        digits,
        tuple(end - start for start, end in groups),
        "".join("".join(between).split()),
        found.string[after : after + 2] if at_end else "",
    )


def _judge(window: _Window) -> str | None:
    if window.loose and not window.spelt:
        return None
    if _is_mobile(window):
        return MOBILE
    if _is_id_card(window):
        return ID_CARD
    if _is_landline(window):
        return LANDLINE
    return None


def _judge_bank_card(window: _Window) -> str | None:
    if window.loose and not window.spelt:
        return None
    return BANK_CARD if _is_bank_card(window) else None


def _is_mobile(window: _Window) -> bool:
    if len(window.sizes) == 1 and _MOBILES.fullmatch(window.digits):
        return True
    if not _MOBILE.fullmatch(window.digits):
        return False
    if window.after[:1] == "元" and window.after[1:] not in ("旦", "宵", "月"):
        return False
    sizes = _without_country(window, 11)
    return (
        window.spelt
        or sizes in _MOBILE_SHAPES
        or (window.dashed and sizes in _DASHED_MOBILE_SHAPES)
    )


def _without_country(window: _Window, length: int) -> tuple[int, ...]:
    """Sizes of the groups behind 86, +86 or 0086, of a number of ``length`` digits."""
    extra = sum(window.sizes) - length
    if extra <= 0:
        return window.sizes
    if window.sizes[0] == extra:
        return window.sizes[1:]
    return (window.sizes[0] - extra, *window.sizes[1:])


def _is_landline(window: _Window) -> bool:
    if not _LANDLINE.fullmatch(window.digits):
        return False
    if window.spelt or len(window.sizes) == 1:
        return True
    national = re.sub(r"^0?0?86", "", window.digits)
    sizes = _without_country(window, len(national))
    return sizes[0] in (3, 4) and len(sizes) <= 4


def _is_id_card(window: _Window) -> bool:
    if len(window.digits) == 18 and _ID_18.fullmatch(window.digits):
        return True
    if len(window.sizes) > 1:
        return window.spelt and bool(_ID_15.fullmatch(window.digits))
    return bool(_ID_18_TYPO.fullmatch(window.digits) or _ID_15.fullmatch(window.digits))


def _is_bank_card(window: _Window) -> bool:
    """Length, first digit and grouping of a card; the check digit decides where they do not.

    A card issued in China starts with 62, an older one with 3, 4, 5 or 9 (ISO/IEC 7812).
    Years in a row, ids of videos and order numbers mostly start with 1, 2 or 7.
    """
    digits = window.digits
    if not (16 <= len(digits) <= 19 and digits.isdigit()):
        return False
    if len(set(digits)) <= 2 and (len(set(digits)) == 1 or not _luhn(digits)):
        return False  # 666666… is applause
    if len(window.sizes) == 1 or window.spelt:
        return digits[0] in "345689" or _luhn(digits)
    if window.sizes[0] not in (4, 6) or len(window.sizes) > 5:
        return False
    return digits.startswith("62") or (digits[0] in "34569" and _luhn(digits))


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.digit(mark)) for mark in digits)


def _mask_han(found: re.Match[str]) -> str:
    """Mask mobile numbers spelt in Chinese digits, alone or mixed with Arabic ones."""
    run = found.group()
    digits = "".join(_HAN.get(mark) or _ascii(mark) for mark in run)
    if digits == run:
        return run
    out, done = [], 0
    for mobile in re.finditer(r"1[3-9]\d{9}", digits):
        out += [run[done : mobile.start()], MOBILE]
        done = mobile.end()
    return "".join([*out, run[done:]])
