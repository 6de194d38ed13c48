"""Words and characters of a text, for search, keywords and the linear tagger."""

import logging
import os
import re
import warnings
from contextlib import suppress
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from nlp.text import EMOJI, EMOTICON, HAN, fold, split_special

_CHARACTER = re.compile(rf"{EMOTICON}|{EMOJI}|[{HAN}]|[^\W_{HAN}]+")
_UNION_WORD_FREQUENCY = 2000
_REMEMBERED = 4096
"""Cuts kept: the tagger and the index cut the same texts, a batch of 2000 after the other."""
_LONG = 400
"""Characters; longer texts are rare and would make the memory large."""


def _cache_folder() -> Path:
    """Keep jieba's dictionary cache with the user: jieba trusts what it finds in /tmp."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "gongsheng"
    with suppress(OSError):  # jieba then reads its dictionary each time
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def union_words() -> list[str]:
    """Words that jieba's own dictionary lacks or would cut: unions, labour, platforms."""
    lines = (resources.files("nlp") / "union_words.txt").read_text("utf-8").splitlines()
    return [word for line in lines if (word := line.partition("#")[0].strip().lower())]


@cache
def _jieba() -> Any:
    """Load jieba with the union's words, once."""
    with warnings.catch_warnings():  # jieba 0.42 imports pkg_resources, which warns of its end
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(_cache_folder())
    tokenizer.initialize()
    for word in union_words():
        tokenizer.add_word(word, max(_UNION_WORD_FREQUENCY, tokenizer.FREQ.get(word, 0)))
    return tokenizer


def knows(word: str) -> bool:
    """Whether the dictionary, the union's words included, has a folded word."""
    return bool(_jieba().FREQ.get(word))


def cut(folded: str, *, new_words: bool = False) -> list[str]:
    """Cut a folded text into words, emoji and emoticons; blanks and punctuation are left out.

    Args:
        folded: from ``nlp.text.fold`` or ``normalise``.
        new_words: let jieba guess words it does not know. The same guess is not made in a short
            question as in a long text, so search does without.
    """
    if len(folded) > _LONG:
        return _cut(folded, new_words)
    return list(_remembered(folded, new_words))


@lru_cache(maxsize=_REMEMBERED)
def _remembered(folded: str, new_words: bool) -> tuple[str, ...]:
    return tuple(_cut(folded, new_words))


def _cut(folded: str, new_words: bool) -> list[str]:
    words: list[str] = []
    for piece, special in split_special(folded):
        if special:
            words.append(piece)
        else:
            words += (
                word for word in _jieba().cut(piece, HMM=new_words) if any(map(str.isalnum, word))
            )
    return words


def words(text: str) -> list[str]:
    """Cut any text into jieba words, emoji and emoticons, in order."""
    return cut(fold(text))


def characters(text: str) -> list[str]:
    """Cut any text into Han characters, whole Latin words or numbers, emoji and emoticons."""
    return _CHARACTER.findall(fold(text))


class JiebaText:
    """How both stores cut texts and questions; see ``posts.store.SearchText``."""

    def words(self, text: str) -> list[str]:
        """Cut into jieba words of the folded text, in order, without blanks."""
        return words(text)

    def characters(self, text: str) -> list[str]:
        """Cut into single Han characters and whole Latin words or numbers, folded."""
        return characters(text)
