"""Words the dictionary lacks: slang, nicknames, names of campaigns.

A run of characters is a word where it holds together and stands freely.

* Cohesion: the least pointwise mutual information, in bits, over all ways to cut it in two
  (Church & Hanks, "Word association norms, mutual information, and lexicography", 1990).
* Freedom: the lesser of the entropies, in bits, of the characters before and after it (branching
  entropy: Jin & Tanaka-Ishii, "Unsupervised segmentation of Chinese text by use of branching
  entropy", 2006).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from nlp import segment
from nlp.keywords import telling
from nlp.text import HAN, normalise

LONGEST = 5
"""Characters of a new word at most."""
_RUN = re.compile(rf"[{HAN}]+|(?<![a-z0-9@._])[a-z][a-z0-9]{{1,9}}(?![a-z0-9._])")
_HIDDEN = re.compile(r"\[[^\[\]\s]{1,10}\]|#[^#\n]{1,40}#|@[\w·-]{1,15}")
_EDGES = frozenset(
    "的了是我你他她它们这那个和与及就都也还又在有没不很太吗呢吧啊呀嘛哦把被给让对到从向着过地得"
    "一二三四五六七八九十几两多少每各某啥么什谁怎为之其以于而或但要会能可想说去来上下里再才只跟"
)


_FIRSTS = frozenset("句件张个位等日月年号次家天条份块") | _EDGES
"""Characters that begin no word worth finding; those behind a number among them."""


@dataclass(frozen=True)
class NewWord:
    """A word the dictionary lacks."""

    word: str
    texts: int
    """Different texts that hold it."""
    cohesion: float | None
    """Bits; None for Latin words, whose ends are plain to see."""
    freedom: float | None
    """Bits; None for Latin words."""


def new_words(
    texts: Iterable[str],
    known: Callable[[str], bool] = segment.knows,
    *,
    least: int = 5,
    cohesion: float = 5.0,
    freedom: float = 1.5,
    top: int = 50,
) -> list[NewWord]:
    """Find words that the dictionary lacks, most frequent first.

    Texts that are the same count once, so that a pasted text does not coin words.

    Args:
        texts: any texts, in any number; a hundred thousand short ones take about a minute.
        known: whether the dictionary has a word.
        least: texts that must hold it.
        cohesion: least bits of mutual information.
        freedom: least bits of branching entropy on either side.
        top: most words returned.
    """
    runs = [_runs(text) for text in dict.fromkeys(map(normalise, texts))]
    counts, in_texts = _count(runs, least)
    total = sum(count for gram, count in counts.items() if len(gram) == 1)
    held = {
        gram: bits
        for gram in in_texts
        if len(gram) > 1 and (bits := _cohesion(gram, counts, total)) >= cohesion
        if not known(gram) and _may_be_word(gram)
    }
    free = _freedom(runs, frozenset(held))
    found = [
        NewWord(gram, in_texts[gram], round(bits, 2), round(free[gram], 2))
        for gram, bits in held.items()
        if free.get(gram, 0.0) >= freedom
    ]
    found += _latin(runs, known, least)
    return sorted(_whole(found), key=lambda one: (-one.texts, one.word))[:top]


def _runs(normal: str) -> list[str]:
    """Runs of Han characters and Latin words; emoticons, topics and people are left out."""
    return _RUN.findall(_HIDDEN.sub(" ", normal))


def _han(runs: Sequence[str]) -> Iterator[str]:
    return (run for run in runs if not run.isascii())


def _count(runs: Sequence[Sequence[str]], least: int) -> tuple[Counter[str], Counter[str]]:
    """Count runs of 1 to ``LONGEST`` characters: all of them, and the texts that hold them.

    Only what is made of frequent parts can be frequent (Agrawal & Srikant, 1994), so the counts
    stay small.
    """
    counts: Counter[str] = Counter(char for text in runs for run in _han(text) for char in run)
    in_texts: Counter[str] = Counter()
    for size in range(2, LONGEST + 1):
        some: Counter[str] = Counter()
        holding: Counter[str] = Counter()
        for text in runs:
            grams = [
                gram
                for run in _han(text)
                for gram in (run[at : at + size] for at in range(len(run) - size + 1))
                if counts[gram[:-1]] >= least and counts[gram[1:]] >= least
            ]
            some.update(grams)
            holding.update(set(grams))
        frequent = {gram: count for gram, count in holding.items() if count >= least}
        if not frequent:
            break
        in_texts.update(frequent)
        counts.update({gram: some[gram] for gram in frequent})
    return counts, in_texts


def _may_be_word(gram: str) -> bool:
    if gram[0] in _FIRSTS or gram[-1] in _EDGES or not telling(gram):
        return False
    # Two words of two characters side by side are a phrase.
    return any(len(word) == 1 for word in segment.cut(gram))


def _cohesion(gram: str, counts: Counter[str], total: int) -> float:
    return min(
        log2(counts[gram] * total / (counts[gram[:at]] * counts[gram[at:]]))
        for at in range(1, len(gram))
    )


def _freedom(runs: Sequence[Sequence[str]], grams: frozenset[str]) -> dict[str, float]:
    """The lesser branching entropy of each run of characters."""
    before: dict[str, Counter[str]] = defaultdict(Counter)
    after: dict[str, Counter[str]] = defaultdict(Counter)
    for number, text in enumerate(runs):
        for run in _han(text):
            for size in range(2, min(LONGEST, len(run)) + 1):
                for at in range(len(run) - size + 1):
                    if (gram := run[at : at + size]) in grams:
                        # Each end of a run is a neighbour of its own: nothing holds it there.
                        before[gram][run[at - 1] if at else f"^{number}"] += 1
                        end = at + size
                        after[gram][run[end] if end < len(run) else f"${number}"] += 1
    return {gram: min(_entropy(before[gram]), _entropy(after[gram])) for gram in before}


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(count / total * log2(count / total) for count in counts.values())


def _latin(
    runs: Sequence[Sequence[str]], known: Callable[[str], bool], least: int
) -> list[NewWord]:
    counts = Counter(run for text in runs for run in set(text) if run.isascii())
    return [
        NewWord(word, count, None, None)
        for word, count in counts.items()
        if count >= least and not known(word) and telling(word)
    ]


def _whole(found: Sequence[NewWord]) -> list[NewWord]:
    """Leave out what is nearly always a part of a longer one."""
    by_word = {one.word: one for one in found}
    parts = set()
    for word, one in by_word.items():
        for size in range(2, len(word)):
            for at in range(len(word) - size + 1):
                part = by_word.get(word[at : at + size])
                if part is not None and one.texts >= 0.7 * part.texts:
                    parts.add(part.word)
    return [one for one in found if one.word not in parts]
