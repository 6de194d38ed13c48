"""Keywords of a text: its rarest telling words, by TF-IDF over the union's own language."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import resources

from nlp.segment import cut, union_words
from nlp.text import normalise

TOP = 5
"""Keywords of one text at most."""
_DOMAIN = 1.5
"""How much more a word of unions and labour tells than an equally rare one."""


@cache
def _stop_words() -> frozenset[str]:
    lines = (resources.files("nlp") / "stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _idf() -> tuple[dict[str, float], float]:
    """Return the inverse document frequencies of known words, and that of unknown ones."""
    text = (resources.files("nlp") / "weights" / "idf.tsv").read_text("utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    idf = {word: float(value) for word, value in pairs}
    rarest = max(idf.values())
    domain = {word: _DOMAIN * idf.get(word, rarest) for word in union_words()}
    return idf | domain, rarest


def telling(word: str) -> bool:
    """Whether a word can be a keyword: two letters or more, no number, no stop word."""
    return len(word) > 1 and word.isalpha() and word not in _stop_words()


def of_words(words: Sequence[str], top: int = TOP) -> tuple[str, ...]:
    """Return the keywords among the words of one text, most telling first."""
    idf, unknown = _idf()
    counts = Counter(filter(telling, words))
    ranked = sorted(counts, key=lambda word: -counts[word] * idf.get(word, unknown))
    return tuple(ranked[:top])


def keywords(text: str, top: int = TOP) -> tuple[str, ...]:
    """Return the keywords of any text, most telling first; ties keep the text's order."""
    return of_words(cut(normalise(text)), top)
