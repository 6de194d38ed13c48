"""Counts of posts, asked the same way of both engines: they share the words of aggregations."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, ClassVar

from pydantic import TypeAdapter

from posts.query import CrossCount, DayCount, FacetCount, FacetField, PostQuery

Asked = dict[str, Any]
Answer = dict[str, Any]

_BY_DAY: Asked = {"histogram": {"field": "day", "interval": 1, "min_doc_count": 1}}
_SPAN: Asked = {"stats": {"field": "day"}}
_DAY_COUNTS = TypeAdapter(list[DayCount])
"""Thousands of counts at once, several times faster than one by one."""


class CountingStore(ABC):
    """The counting half of ``PostStore``; an engine adds how an aggregation is run."""

    most_values: int
    """Values of a field, and buckets of an answer, that the engine gives at once."""
    terms_options: ClassVar[Asked] = {}
    """What the engine needs to count every value of a field exactly."""

    @abstractmethod
    def _aggregate(
        self, query: PostQuery, asked: Asked, only: tuple[FacetField, str] | None = None
    ) -> Answer:
        """Run aggregations over the posts of a query, or over those with one value only."""

    def count_by(self, field: FacetField, query: PostQuery) -> dict[str, int]:
        """Posts by value of one field, all values."""
        answer = self._aggregate(query, {"by": self._terms(field)})
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["by"]["buckets"]}

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields at once; pairs without posts are left out."""
        asked = self._terms(rows) | {"aggs": {"by": self._terms(columns)}}
        counts = [
            CrossCount(row=row["key"], column=column["key"], count=column["doc_count"])
            for row in self._aggregate(query, {"by": asked})["by"]["buckets"]
            for column in row["by"]["buckets"]
        ]
        return sorted(counts, key=lambda count: (count.row, count.column))

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day, oldest first; days without posts and posts without time are left out."""
        if split is None:
            answer = self._aggregate(query, {"by": _BY_DAY})
            return [DayCount(day=day, count=n) for day, n in _day_counts(answer["by"])]
        counts = [
            {"day": day, "count": n, "value": value}
            for value, days in self._days_by_value(query, split)
            for day, n in _day_counts(days)
        ]
        counts.sort(key=itemgetter("day", "value"))
        return _DAY_COUNTS.validate_python(counts)

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts, or None where there are none."""
        span = self._aggregate(PostQuery(), {"span": _SPAN})["span"]
        if not span["count"]:
            return None
        return date.fromordinal(int(span["min"])), date.fromordinal(int(span["max"]))

    def _terms(self, field: FacetField) -> Asked:
        return {"terms": {"field": field.value, "size": self.most_values, **self.terms_options}}

    def _facets_asked(self, fields: Sequence[FacetField]) -> Asked:
        return {field.value: self._terms(field) for field in fields}

    def _days_by_value(self, query: PostQuery, split: FacetField) -> Iterator[tuple[str, Answer]]:
        """Days of each value: in one question where the answer may be that long, else in many."""
        size = self._aggregate(query, {"span": _SPAN, "by": self._terms(split)})
        span, values = size["span"], [bucket["key"] for bucket in size["by"]["buckets"]]
        if not span["count"]:
            return
        if len(values) * (span["max"] - span["min"] + 1) <= self.most_values:
            asked = self._terms(split) | {"aggs": {"by": _BY_DAY}}
            for bucket in self._aggregate(query, {"by": asked})["by"]["buckets"]:
                yield bucket["key"], bucket["by"]
            return
        for value in values:
            yield value, self._aggregate(query, {"by": _BY_DAY}, (split, value))["by"]


def facet_counts(
    answer: Answer, fields: Sequence[FacetField]
) -> dict[FacetField, tuple[FacetCount, ...]]:
    """Read the facets of an answer: most frequent first, then by value."""
    return {field: _ordered(answer[field.value]["buckets"]) for field in fields}


def _ordered(buckets: list[Answer]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(value=bucket["key"], count=bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value)))


def _day_counts(answer: Answer) -> list[tuple[date, int]]:
    return [
        (date.fromordinal(int(bucket["key"])), bucket["doc_count"]) for bucket in answer["buckets"]
    ]
