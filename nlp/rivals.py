"""What a union could run without us: word lists, SnowNLP, cnsenti; yardsticks for the verb eval.

None of them ships or is needed. They know sentiments only; the rest of their tags is empty.
"""

import csv
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from nlp.segment import cut
from nlp.tagger import Tagger
from nlp.text import normalise
from posts.errors import ModelError
from posts.model import Analysis

_NEGATIVE = frozenset({"怒", "哀", "恶", "惧", "neg"})
_POSITIVE = frozenset({"乐", "好", "pos"})
_DENY = "deny"
_DEGREE = {
    "more": 1.2,
    "very": 1.5,
    "most": 2.0,
    "extreme": 2.0,
    "ish": 0.7,
    "insufficiently": 0.5,
    "over": 1.5,
}
_REACH = 3
"""Words before one of feeling that turn or strengthen it."""
_SNOW = (0.4, 0.6)
"""SnowNLP's probability of a good review below and above which it is not neutral."""


class ScoreTagger:
    """A tagger made of a score: below 0 negative, 0 neutral, above 0 positive."""

    def __init__(self, version: str, score: Callable[[str], float]) -> None:
        self.version, self._score = version, score

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given."""
        return [self._tag(self._score(text)) for text in texts]

    def _tag(self, score: float) -> Analysis:
        sure = min(abs(score) / (1 + abs(score)), 0.99)
        share = {"negative": 0.0, "neutral": 1 - sure, "positive": 0.0}
        share["negative" if score < 0 else "positive"] += sure
        sentiment = "neutral" if score == 0 else "negative" if score < 0 else "positive"
        return Analysis.model_validate(
            {
                "sentiment": sentiment,
                "probabilities": share,
                "intent": "chat",
                "model": self.version,
            }
        )


def lexicon(path: Path) -> ScoreTagger:
    """Make a tagger of a word list ``class<TAB>word``.

    Classes are those of HowNet (pos, neg, deny and degrees) or of DUTIR (乐 好 怒 哀 惧 恶 惊). A
    word of feeling counts 1, times the degrees and turned by each denial among the three words
    before it.

    Raises:
        ModelError: the file cannot be read or holds no word of feeling.
    """
    classes: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                classes.setdefault((row["word"] or "").strip().lower(), row["class"])
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path}: expected lines class<TAB>word with a header ({error})"
        ) from error
    classes.pop("", None)
    if not {*classes.values()} & (_NEGATIVE | _POSITIVE):
        raise ModelError(f"{path}: no class of feeling; expected pos and neg, or 乐 好 怒 哀 惧 恶")

    def score(text: str) -> float:
        words = cut(normalise(text))
        total = 0.0
        for at, word in enumerate(words):
            kind = classes.get(word)
            if kind in _NEGATIVE or kind in _POSITIVE:
                value = -1.0 if kind in _NEGATIVE else 1.0
                for before in words[max(0, at - _REACH) : at]:
                    said = classes.get(before, "")
                    value *= -1.0 if said == _DENY else _DEGREE.get(said, 1.0)
                total += value
        return total

    return ScoreTagger(f"word list {path.stem}", score)


def installed() -> Iterator[Tagger]:
    """SnowNLP and cnsenti, those that are installed."""
    for name, score in (("snownlp", _snow), ("cnsenti", _cnsenti)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                logging.getLogger("jieba").setLevel(logging.CRITICAL)
                yield ScoreTagger(name, score())
        except ImportError:
            continue


def _snow() -> Callable[[str], float]:
    nlp = import_module("snownlp").SnowNLP

    def score(text: str) -> float:
        if not text.strip():
            return 0.0
        good = float(nlp(text).sentiments)
        return good - 0.5 if not _SNOW[0] <= good <= _SNOW[1] else 0.0

    return score


def _cnsenti() -> Callable[[str], float]:
    count = import_module("cnsenti").Sentiment().sentiment_count

    def score(text: str) -> float:
        found = count(text)
        return float(found["pos"] - found["neg"])

    return score
