"""One way of writing a text: width, script, emoji and repetition folded.

``fold`` is what search reads, ``normalise`` what the taggers read: it also hides links and people.
Both are pure, idempotent and take any string.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from opencc import OpenCC

LINK = "[网址]"
"""Stands for a web address."""
PERSON = "[某人]"
"""Stands for an ``@mention``, unless it names an institution."""

_REMEMBERED = 4096
"""Folds kept: the tagger and the index read the same texts, a batch of 2000 after the other."""
_LONG = 400
"""Characters; longer texts are rare and would make the memory large."""

EMOTICON = r"\[[a-z\u4e00-\u9fff][a-z0-9_\u4e00-\u9fff]{0,9}\]"
"""A platform's bracketed emoticon in a folded text, such as ``[泪]`` or ``[打call]``."""
_PICTURE = (
    r"\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25fb-\u25fe\u2600-\u27bf\u2b00-\u2bff"
    r"\U0001f000-\U0001f0ff\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
)
_EMOJI_PART = rf"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[{_PICTURE}\U0001f1e6-\U0001f1ff])"
EMOJI = rf"{_EMOJI_PART}(?:\u200d{_EMOJI_PART})*"
"""One emoji in a folded text: joined ones and flags are one."""

HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN_OR_NUMBER = r"\d+(?:[.,:]\d+)*%?|[^\W_\d" + HAN + r"]+(?:['-][^\W_\d" + HAN + r"]+)*"
_TOKEN = re.compile(rf"{EMOTICON}|{EMOJI}|{_LATIN_OR_NUMBER}|[{HAN}]+|\S")
_SPECIAL = re.compile(rf"({EMOTICON}|{EMOJI})")

# Controls, zero-width and bidi marks, fillers, private use, variation selectors, skin tones, tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\uffff\ue000-\uf8ff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_LOOSE_JOINER = re.compile(
    rf"(?<![{_PICTURE}\U0001f1e6-\U0001f1ff])\u200d|\u200d(?![{_PICTURE}\U0001f1e6-\U0001f1ff])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(r"[\s\x1c-\x1f\x85]+")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』〝〞〟", '"') | dict.fromkeys("‘’‚‛", "'"))
_SAME_CHARACTER = re.compile(r"([^\d])\1{3,}")
_SAME_DIGIT = re.compile(r"(?<![\d.,])(\d)\1{4,}(?![\d.,])")
_SAME_EMOTICON = re.compile(rf"({EMOTICON})\1{{3,}}")
_DOMAIN = r"(?:[a-z0-9-]{1,40}\.){1,4}(?:com|cn|net|org|cc|top|xyz|vip|me|gov)"
_LINK = re.compile(
    rf"(?:https?://|(?<![a-z0-9@._-])(?={_DOMAIN}(?:(?![a-z0-9_])|https?://)))"
    r"[a-z0-9._~:/?#!$&'*+,;=%@-]*[a-z0-9/=#&%_-]"
)
_NAME = re.compile(r"@[\w·-]{1,15}")
_MENTIONS = re.compile(rf"(?<![a-z0-9._-])(?:{_NAME.pattern})+(?![\w·-])")
_INSTITUTION = re.compile(r"工会|总工|人社|法院|仲裁|监察|公安|信访|政府|[局委]$|123\d\d|110")


@cache
def _traditional() -> tuple[OpenCC, re.Pattern[str]]:
    """Return the converter and a pattern of the characters it may change."""
    table = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text("utf-8").splitlines() if "\t" in line)
    changed = "".join(old for old, new in pairs if old not in new.split(" ")[:1])
    return OpenCC("t2s"), re.compile(f"[{re.escape(changed)}]")


def simplify(text: str) -> str:
    """Turn traditional characters into simplified ones."""
    converter, changed = _traditional()
    for _ in range(4):  # a phrase may appear only after its neighbours were converted
        if changed.search(text) is None:
            return text
        before, text = text, converter.convert(text)
        if text == before:
            return text
    return text


def _visible(text: str) -> str:
    """Drop what cannot be seen; pairs of surrogates are joined, lone ones dropped."""
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _LOOSE_JOINER.sub("", _INVISIBLE.sub("", text))


def _shorten(text: str) -> str:
    """Cut runs of one character or one emoticon to three; numbers keep their digits."""
    text = _SAME_DIGIT.sub(r"\1\1\1", _SAME_CHARACTER.sub(r"\1\1\1", text))
    return _SAME_EMOTICON.sub(r"\1\1\1", text)


def fold(text: str) -> str:
    """Fold width, script, case, blanks, quotes and long repetitions; drop what cannot be seen.

    Runs of one character or emoticon are cut to three; numbers keep their digits.
    """
    return _fold(text) if len(text) > _LONG else _remembered(text)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", _visible(text)).lower()
    text = simplify(unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    text = _BLANK.sub(" ", _visible(text)).strip()
    return _shorten(text)


def _hide_people(mentions: re.Match[str]) -> str:
    names = _NAME.findall(mentions.group())
    return "".join(name if _INSTITUTION.search(name) else PERSON for name in names)


def normalise(text: str) -> str:
    """Fold a text and put tokens for links and mentioned people; institutions keep their name."""
    text = _MENTIONS.sub(_hide_people, _LINK.sub(LINK, fold(text)))
    return _shorten(text)


def tokens(text: str) -> list[str]:
    """Split a folded text into emoticons, emoji, words, numbers, Han runs and single marks."""
    return _TOKEN.findall(text)


def split_special(text: str) -> list[tuple[str, bool]]:
    """Split a folded text at emoticons and emoji, in order; True marks those."""
    pieces = _SPECIAL.split(text)
    return [(piece, i % 2 == 1) for i, piece in enumerate(pieces) if piece]
