"""Hashed character n-grams and words of texts; the same code in training and at run time."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.segment import cut
from nlp.text import EMOJI, EMOTICON, normalise

BITS = 18
"""Features live in 2**BITS buckets."""
LONGEST = 2
"""Characters in the longest n-gram."""
START, END = "\x02", "\x03"
_PICTURE = re.compile(rf"{EMOTICON}|{EMOJI}")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_WORD_SEED = 0x5EED


@dataclass(frozen=True, slots=True)
class Counts:
    """Feature counts of texts, one entry for each feature of each text, rows ascending."""

    rows: npt.NDArray[np.int64]
    buckets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float32]
    texts: int


def _one_character(picture: re.Match[str]) -> str:
    """Stand in for an emoticon by one character, so that n-grams see it as one."""
    return chr(0xF0000 + zlib.crc32(picture.group().encode()) % 0xFFF0)


def _ngram_keys(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Hash the n-grams of texts into ``row << BITS | bucket``."""
    units = [START + _PICTURE.sub(_one_character, text) + END for text in texts]
    codes = np.frombuffer("".join(units).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    rows = np.repeat(np.arange(len(units)), [len(unit) for unit in units])
    keys = []
    mixed = np.zeros(len(codes), dtype=np.uint64)
    for length in range(1, LONGEST + 1):
        last = len(codes) - length + 1
        mixed = (mixed[:last] + codes[length - 1 :] + np.uint64(length)) * _MIX
        mixed ^= mixed >> np.uint64(29)
        inside = rows[:last] == rows[length - 1 :]
        bucket = ((mixed * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)
        keys.append((rows[:last][inside] << BITS) | bucket[inside])
    return np.concatenate(keys)


def _word_keys(words: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
    """Hash the words of texts into ``row << BITS | bucket``."""
    mask = (1 << BITS) - 1
    return np.array(
        [
            (row << BITS) | (zlib.crc32(word.encode(), _WORD_SEED) & mask)
            for row, of_text in enumerate(words)
            for word in of_text
        ],
        dtype=np.int64,
    )


def count(texts: Sequence[str], words: Sequence[Sequence[str]]) -> Counts:
    """Count the features of normalised texts and their words."""
    if not texts:
        empty = np.zeros(0, dtype=np.int64)
        return Counts(empty, empty, empty.astype(np.float32), 0)
    keys = np.concatenate([_ngram_keys(texts), _word_keys(words)])
    unique, counts = np.unique(keys, return_counts=True)
    mask = (1 << BITS) - 1
    return Counts(unique >> BITS, unique & mask, counts.astype(np.float32), len(texts))


def weigh(found: Counts, idf: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn counts into TF-IDF values of length 1 per text (sublinear term frequency)."""
    values = (1 + np.log(found.counts)) * idf[found.buckets]
    squares = np.bincount(found.rows, weights=values * values, minlength=found.texts)
    lengths = np.sqrt(squares).astype(np.float32)
    lengths[lengths == 0] = 1
    return (values / lengths[found.rows]).astype(np.float32)


def prepare(text: str) -> tuple[str, list[str]]:
    """Normalise a text and cut its words, as both ``count`` and the keywords want them."""
    normal = normalise(text)
    return normal, cut(normal)
