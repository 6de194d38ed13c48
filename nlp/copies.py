"""Texts that say the same word for word or nearly so: pasted slogans, campaigns, water armies.

Candidates are found by MinHash with banding (Broder, "On the resemblance and containment of
documents", 1997; Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, ch. 3) over runs of
three letters; each candidate is then compared exactly by the Jaccard index of those runs.
"""

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from nlp.text import normalise

ALIKE = 0.7
"""Jaccard index from which two texts count as copies."""
SHORTEST = 8
"""Letters of a text that can be a copy at all; everybody writes 顶 and 加油."""
RUN = 3
"""Letters in a run."""
_HASHES = 64
_BANDS, _ROWS = 16, 4
"""A pair with index s is compared with probability 1 - (1 - s**4)**16: 0.988 at 0.7."""


def letters_of(text: str) -> str:
    """Letters and digits of a normalised text, in order; links and people count as nothing."""
    return "".join(filter(str.isalnum, normalise(text).replace("[网址]", "").replace("[某人]", "")))


def jaccard(one: str, other: str) -> float:
    """Share of runs of three letters that two texts have in common, 0 to 1."""
    first, second = _runs(letters_of(one)), _runs(letters_of(other))
    return _overlap(first, second)


def groups_of_copies(
    texts: Sequence[str], *, alike: float = ALIKE, shortest: int = SHORTEST
) -> list[list[int]]:
    """Group copies: numbers of texts in ascending order, largest group first.

    A text belongs to the group of the first text it resembles, so members resemble their group's
    first text rather than each other; chains of small changes do not join what differs.

    Args:
        texts: any texts; each is in one group at most.
        alike: Jaccard index from which texts are copies, above 0 and at most 1.
        shortest: texts with fewer letters are in no group.
    """
    by_letters: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        letters = letters_of(text)
        if len(letters) >= shortest:
            by_letters.setdefault(letters, []).append(number)
    groups = _near(list(by_letters), alike)
    numbers = list(by_letters.values())
    found = [sorted(number for member in group for number in numbers[member]) for group in groups]
    return sorted((group for group in found if len(group) > 1), key=lambda g: (-len(g), g[0]))


def _near(distinct: Sequence[str], alike: float) -> list[list[int]]:
    """Group distinct texts around the first of their kind."""
    from datasketch import MinHashLSH  # brings scipy, which takes a second to load

    index = MinHashLSH(num_perm=_HASHES, params=(_BANDS, _ROWS))
    groups: dict[int, list[int]] = {}
    heads: dict[int, frozenset[bytes]] = {}
    for number, text in enumerate(distinct):
        runs = _runs(text)
        sketch = _sketch(runs)
        near = {head: _overlap(runs, heads[head]) for head in index.query(sketch)}
        best = max(near, key=lambda head: (near[head], -head), default=None)
        if best is not None and near[best] >= alike:
            groups[best].append(number)
        else:
            index.insert(number, sketch, check_duplication=False)
            groups[number], heads[number] = [number], runs
    return list(groups.values())


@cache
def _empty_sketch() -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=_HASHES, seed=3, hashfunc=zlib.crc32)


def _sketch(runs: frozenset[bytes]) -> Any:
    sketch = _empty_sketch().copy()
    sketch.update_batch(runs)
    return sketch


def _runs(letters: str) -> frozenset[bytes]:
    last = max(1, len(letters) - RUN + 1)
    return frozenset(letters[at : at + RUN].encode() for at in range(last))


def _overlap(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
