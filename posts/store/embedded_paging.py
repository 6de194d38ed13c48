"""Exact pages: sort keys one after the other, as tantivy itself sorts by one field only.

A page is first found by the first key. Only where posts with the same value stand on both sides of
a page's border does the next key decide, within those posts.
"""

from typing import Any

import tantivy

from posts.store.embedded_query import QueryBuilder
from posts.store.embedded_schema import restore

_SAME_SCORE_DIGITS = 4
"""Scores that differ less are one score: sums of floats depend on the order of adding."""
_MOST_TIES = 200_000

Address = Any


def page_by(
    searcher: Any, build: QueryBuilder, query: Any, keys: tuple[str, ...], offset: int, size: int
) -> tuple[list[Address], int]:
    """Find which posts stand on a page, in any order, and how many there are in all.

    The number comes with the first search: to find all posts once more would cost as much again.

    Args:
        keys: number fields, all descending; after them the id decides, ascending.
    """
    key, *rest = keys
    before = min(offset, 1)
    found, total = _hits(
        searcher, query, key, tantivy.Order.Desc, offset - before, before + size + 1, count=True
    )
    return _settled(searcher, build, query, (key, *rest), offset, size, found), total


def _inside(
    searcher: Any, build: QueryBuilder, query: Any, keys: tuple[str, ...], offset: int, size: int
) -> list[Address]:
    """Find which posts stand on a page of those that tie so far."""
    if not keys:
        found, _ = _hits(searcher, query, "id", tantivy.Order.Asc, offset, size)
        return [address for _, address in found]
    before = min(offset, 1)
    found, _ = _hits(
        searcher, query, keys[0], tantivy.Order.Desc, offset - before, before + size + 1
    )
    return _settled(searcher, build, query, keys, offset, size, found)


def _settled(
    searcher: Any,
    build: QueryBuilder,
    query: Any,
    keys: tuple[str, ...],
    offset: int,
    size: int,
    found: list[Any],
) -> list[Address]:
    """Cut the page out of hits by the first key, one more on each side; ties go by the others."""
    key, *rest = keys
    before = min(offset, 1)
    page = found[before : before + size]
    if not page:
        return []
    kept: list[Address] = []
    first, last = page[0][0], page[-1][0]
    cut_at_start = before == 1 and found[0][0] == first
    cut_at_end = len(found) > before + size and found[-1][0] == last
    for value in dict.fromkeys(value for value, _ in page):
        inside = [address for other, address in page if other == value]
        if (value == first and cut_at_start) or (value == last and cut_at_end):
            skipped = max(0, offset - _count(searcher, build.above(query, key, value)))
            same = build.within(query, key, value, value)
            inside = _inside(searcher, build, same, tuple(rest), skipped, len(inside))
        kept += inside
    return kept


def page_by_score(
    searcher: Any, query: Any, offset: int, size: int
) -> tuple[list[tuple[float, Address]], int]:
    """Find the posts of a page by score, and how many there are in all.

    Scores are rounded; ties go by newest and id.
    """
    end = offset + size
    limit, total = end + 50, None
    while True:
        limit = min(limit, max(1, searcher.num_docs))
        found = searcher.search(query, limit=limit, count=total is None)
        total = int(found.count) if total is None else total
        scored = [(round(score, _SAME_SCORE_DIGITS), address) for score, address in found.hits]
        whole = len(scored) < limit or limit >= min(_MOST_TIES, searcher.num_docs)
        if whole or scored[-1][0] < scored[end - 1][0]:
            break
        limit *= 4
    page = scored[offset:end]
    if not page:
        return [], total
    kept = [hit for hit in page if page[-1][0] < hit[0] < page[0][0]]
    for score in dict.fromkeys((page[0][0], page[-1][0])):
        start = next(place for place, hit in enumerate(scored) if hit[0] == score)
        same = [address for other, address in scored if other == score]
        chosen = _newest_slice(searcher, same, max(0, offset - start), end - start)
        kept += [(score, address) for address in chosen]
    return kept, total


def _newest_slice(searcher: Any, addresses: list[Address], start: int, end: int) -> list[Address]:
    """Cut a slice out of posts ordered by newest, then id; ids are read only where times tie."""
    if start <= 0 and end >= len(addresses):
        return addresses
    times = searcher.fast_field_values("newest", addresses)
    timed = sorted(zip(times, addresses, strict=True), key=lambda both: -both[0])
    end = min(end, len(timed))
    for border in {start, end - 1}:
        time = timed[border][0]
        same = [place for place, both in enumerate(timed) if both[0] == time]
        if len(same) > 1:
            low, high = same[0], same[-1] + 1
            timed[low:high] = sorted(timed[low:high], key=lambda both: _id(searcher, both[1]))
    return [address for _, address in timed[start:end]]


def _id(searcher: Any, address: Address) -> str:
    return restore(searcher.doc(address)).post.id


def _hits(
    searcher: Any, query: Any, key: str, order: Any, offset: int, size: int, *, count: bool = False
) -> tuple[list[Any], int]:
    size = min(size, searcher.num_docs - offset)
    if size < 1:
        return [], _count(searcher, query) if count else 0
    found = searcher.search(
        query, limit=size, offset=offset, count=count, order_by_field=key, order=order
    )
    return list(found.hits), int(found.count or 0)


def _count(searcher: Any, query: Any) -> int:
    return int(searcher.search(query, limit=1, count=True).count)
