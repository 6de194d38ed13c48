"""What is hidden stays hidden from whoever adds, subtracts and narrows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.group_counts import GroupCounts, protected_counts, protected_cross
from monitor.group_questions import SENSITIVE
from monitor.roles import Role
from monitor.small_groups import protect, protect_row
from nlp.segment import JiebaText
from posts.errors import SmallGroup
from posts.query import FacetField, PostQuery
from posts.store.embedded import EmbeddedStore
from tests.office_house import House
from tests.sample_posts import china, tagged

LIMIT = 5


def open_cells(shown, hidden, row_totals, column_totals):
    """Hidden cells for which more than one number agrees with what is shown and the totals."""
    rows, columns = Counter(row_totals), Counter(column_totals)
    for (row, column), n in shown.items():
        columns[column] -= n
        if row in rows:
            rows[row] -= n
    cells, seen = sorted(hidden), {cell: set() for cell in hidden}

    def fill(place, found):
        if all(len(values) > 1 for values in seen.values()):
            return
        if place == len(cells):
            if not any(rows.values()) and not any(columns.values()):
                for cell, n in found.items():
                    seen[cell].add(n)
            return
        row, column = cells[place]
        most = min(columns[column], rows[row]) if row in rows else columns[column]
        for n in range(most + 1):
            columns[column] -= n
            if row in rows:
                rows[row] -= n
            fill(place + 1, {**found, (row, column): n})
            columns[column] += n
            if row in rows:
                rows[row] += n

    fill(0, {})
    return {cell for cell, values in seen.items() if len(values) > 1}


SMALL = st.lists(
    st.lists(st.integers(0, 7), min_size=2, max_size=3), min_size=2, max_size=3
).filter(lambda rows: len({len(row) for row in rows}) == 1)


@settings(max_examples=60, deadline=None)
@given(SMALL)
def test_every_hidden_cell_could_be_another_number_for_all_anybody_can_add_up(rows):
    table = {(str(r), str(c)): n for r, row in enumerate(rows) for c, n in enumerate(row)}
    names = [str(r) for r in range(len(rows))], [str(c) for c in range(len(rows[0]))]
    found = protect(table, 3, rows=names[0], columns=names[1])
    assert {c for c, n in table.items() if 0 < n < 3} <= found.hidden
    assert all(found.counts[cell] == table[cell] for cell in table.keys() - found.hidden)
    if not found.safe or len(found.hidden) > 6:
        return
    rows_known = {r: sum(n for c, n in table.items() if c[0] == r) for r in names[0]}
    columns_known = {k: sum(n for c, n in table.items() if c[1] == k) for k in names[1]}
    must = {cell for cell in found.hidden if table[cell]}
    assert must <= open_cells(found.counts, found.hidden, rows_known, columns_known)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=8))
def test_a_row_never_hides_a_single_number(counts):
    named = {str(n): count for n, count in enumerate(counts)}
    found = protect_row(named, LIMIT, sorted(named))
    hidden = [named[value] for _, value in found.hidden]
    assert found.safe
    assert len(hidden) != 1
    assert not hidden or sum(hidden) > 0


def test_what_is_large_enough_is_shown():
    found = protect({("a", "x"): 5, ("a", "y"): 0}, LIMIT, rows=["a"], columns=["x", "y"])
    assert (found.hidden, found.safe) == (frozenset(), True)


def test_a_single_cell_cannot_be_hidden_from_one_who_knows_the_sum():
    assert not protect({("a", "x"): 3}, LIMIT, rows=["a"], columns=["x"]).safe


def test_a_large_table_is_done_at_once():
    table = {(f"r{r}", f"c{c}"): (r * 7 + c * 3) % 30 for r in range(40) for c in range(20)}
    rows, columns = [f"r{r}" for r in range(40)], [f"c{c}" for c in range(20)]
    found = protect(table, LIMIT, rows=rows, columns=columns)
    assert found.safe
    assert all(n == 0 or n >= LIMIT for n in found.counts.values())


def test_one_answer_hides_the_smallest_neighbour_too():
    found = protected_counts({"江苏": 20, "广东": 9, "海外": 2}, LIMIT)
    assert (dict(found.shown), found.hidden) == ({"江苏": 20}, ("广东", "海外"))


# --- whoever asks the index ---------------------------------------------------------------------

REGIONS = ("江苏", "广东", "河南", "海外")


def posts(cells, by="region", beside="gender"):
    """Posts by one telling field, sentiment, another telling field and month."""
    made = []
    for (value, sentiment, other, month), n in cells.items():
        made += [
            tagged(
                f"{len(made) + k}", sentiment=sentiment, by_channel=False,
                published_at=china(f"2026-{month:02}-10 09:00"), **{by: value, beside: other},
            )
            for k in range(n)
        ]  # fmt: skip
    return made


WHERE = {
    ("江苏", "negative", "m", 9): 12, ("江苏", "positive", "f", 9): 9,
    ("江苏", "negative", "f", 10): 7, ("广东", "negative", "m", 9): 8,
    ("广东", "positive", "f", 10): 2, ("广东", "neutral", "m", 10): 6,
    ("河南", "negative", "f", 9): 6, ("河南", "positive", "m", 10): 6,
    ("海外", "negative", "f", 10): 1,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Counts by one of the four telling fields."""

    groups: GroupCounts
    store: EmbeddedStore
    by: FacetField
    beside: FacetField

    def only(self, *values):
        return PostQuery(**{SENSITIVE[self.by]: values})


@pytest.fixture(scope="module", params=[("region", "gender"), ("unit", "shift"), ("shift", "unit")])
def asked(request, tmp_path_factory):
    by, beside = request.param
    store = EmbeddedStore(tmp_path_factory.mktemp("groups"), JiebaText())
    store.write(posts(WHERE, by, beside), checkpoint=1)
    yield Asked(GroupCounts(store, LIMIT), store, FacetField(by), FacetField(beside))
    store.close()


def test_no_small_group_is_shown_and_none_by_subtraction(asked):
    found = asked.groups.count_by(asked.by, PostQuery())
    assert "海外" in found.hidden
    assert len(found.hidden) >= 2
    assert all(n >= LIMIT for n in found.shown.values())


def test_the_whole_less_a_part_does_not_tell_the_small_part(asked):
    """广东: 16 in all, 8 negative, 6 neutral, so 2 positive: another is hidden too."""
    parts = [
        asked.groups.count_by(asked.by, PostQuery(sentiments=(s,)))
        for s in ("negative", "neutral", "positive")
    ]
    known = [found.shown.get("广东") for found in parts if "广东" not in found.hidden]
    assert len(known) < 2
    two = asked.groups.count_by(asked.by, PostQuery(sentiments=("negative", "neutral")))
    assert "广东" in two.hidden


def test_a_table_of_two_fields_agrees_with_the_filter_for_each_of_its_columns(asked):
    table = asked.groups.cross(asked.by, FacetField.SENTIMENT, PostQuery())
    turned = asked.groups.cross(FacetField.SENTIMENT, asked.by, PostQuery())
    shown = {(c.row, c.column): c.count for c in table.shown}
    assert shown == {(c.column, c.row): c.count for c in turned.shown}
    for sentiment in ("negative", "neutral", "positive"):
        found = asked.groups.count_by(asked.by, PostQuery(sentiments=(sentiment,)))
        assert dict(found.shown) == {r: n for (r, s), n in shown.items() if s == sentiment}
        assert {(r, sentiment) for r in found.hidden} <= set(table.hidden)


@pytest.mark.parametrize(
    "question",
    [
        PostQuery(text="食堂"),
        PostQuery(text='"食堂的汤" NOT 咸'),
        PostQuery(thread_id="weibo:1"),
        PostQuery(urgent=True),
        PostQuery(platforms=("weibo",)),
        PostQuery(since=date(2026, 9, 10), until=date(2026, 9, 10)),
        PostQuery(sentiments=("negative",), kinds=("comment",)),
        PostQuery(topics=("wages", "hours")),
        PostQuery(by_channel=True),
    ],
)
def test_questions_that_could_be_subtracted_from_each_other_are_refused(asked, question):
    with pytest.raises(SmallGroup):
        asked.groups.count_by(asked.by, question)


@pytest.mark.parametrize(("one", "other"), [*permutations(SENSITIVE, 2)], ids=str)
def test_two_of_the_four_at_once_are_refused(asked, one, other):
    narrower = {SENSITIVE[other]: ("f",) if other is FacetField.GENDER else ("江苏",)}
    with pytest.raises(SmallGroup):
        asked.groups.cross(one, other, PostQuery())
    with pytest.raises(SmallGroup):
        asked.groups.count_by(one, PostQuery(**narrower))
    both = narrower | {SENSITIVE[one]: ("m",) if one is FacetField.GENDER else ("江苏",)}
    with pytest.raises(SmallGroup):
        asked.groups.total(PostQuery(**both))


def test_none_and_few_are_answered_alike(asked):
    said = set()
    for value in ("海外", "月球"):
        with pytest.raises(SmallGroup) as refused:
            asked.groups.total(asked.only(value))
        said.add(str(refused.value))
    assert len(said) == 1


def test_whole_months_can_be_asked_and_agree_with_the_totals(asked):
    september = PostQuery(since=date(2026, 9, 1), until=date(2026, 9, 30))
    october = PostQuery(since=date(2026, 10, 1), until=date(2026, 10, 31))
    found = [asked.groups.count_by(asked.by, q) for q in (september, october)]
    assert all(n >= LIMIT for one in found for n in one.shown.values())
    assert found[0].shown["江苏"] == 21


@pytest.mark.parametrize("ghost", ["no-such-channel", ""])
def test_naming_a_value_there_is_not_moves_no_hidden_cell(tmp_path, ghost):
    """With a column more, another cell could be hidden instead of the one that was."""
    store = EmbeddedStore(tmp_path, JiebaText())
    cells = {("甲", "a"): 9, ("甲", "b"): 2, ("乙", "a"): 8, ("乙", "b"): 7, ("丙", "a"): 9}
    made = [
        tagged(f"{unit}{channel}{n}", unit=unit, channel=channel, by_channel=False)
        for (unit, channel), count in cells.items()
        for n in range(count)
    ]
    store.write(made, checkpoint=1)
    groups = GroupCounts(store, LIMIT)
    for channel in ("a", "b"):
        alone = groups.count_by(FacetField.UNIT, PostQuery(channels=(channel,)))
        beside = groups.count_by(FacetField.UNIT, PostQuery(channels=(channel, ghost)))
        assert alone == beside
    store.close()


def test_what_is_left_beside_a_units_own_channel_is_no_small_group_either(tmp_path):
    """A plant's own channel is read by everybody: the plant less its channel is 3 posts."""
    store = EmbeddedStore(tmp_path, JiebaText())
    wrote = [
        ("甲厂", "plant", "negative", 10), ("甲厂", "plant", "neutral", 30),
        ("甲厂", "group", "negative", 2), ("甲厂", "group", "neutral", 8),
        ("乙厂", "group", "negative", 20), ("乙厂", "group", "neutral", 20),
        ("丙厂", "group", "negative", 20), ("丙厂", "group", "neutral", 20),
    ]  # fmt: skip
    made = [
        tagged(
            f"{unit}{channel}{said}{n}", unit=unit, channel=channel, sentiment=said,
            by_channel=False,
        )
        for unit, channel, said, count in wrote
        for n in range(count)
    ]  # fmt: skip
    store.write(made, checkpoint=1)
    groups = GroupCounts(store, LIMIT)
    assert groups.count_by(FacetField.UNIT, PostQuery()).shown["甲厂"] == 50
    negative = groups.count_by(FacetField.UNIT, PostQuery(sentiments=("negative",)))
    assert "甲厂" in negative.hidden  # 12, of which anybody knows 10
    assert len(negative.hidden) > 1
    store.close()


CELLS = st.dictionaries(
    st.tuples(
        st.sampled_from(REGIONS[:3]),
        st.sampled_from(["negative", "neutral", "positive"]),
        st.sampled_from(["m", "f"]),
        st.sampled_from([9, 10]),
    ),
    st.integers(1, 8),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(CELLS, st.sampled_from([("region", "gender"), ("unit", "shift"), ("shift", "unit")]))
def test_every_table_there_is_leaves_every_hidden_cell_open(tmp_path_factory, cells, fields):
    """The attacker asks every filter of one field and knows every total; each table stays open."""
    store = EmbeddedStore(tmp_path_factory.mktemp("any"), JiebaText())
    store.write(posts(cells, *fields), checkpoint=1)
    asked, by = GroupCounts(store, 3), FacetField(fields[0])
    totals = asked.count_by(by, PostQuery())
    table = asked.cross(by, FacetField.SENTIMENT, PostQuery())
    truth = Counter()
    for (region, sentiment, _, _), n in cells.items():
        truth[region, sentiment] += n
    rows = sorted({region for region, *_ in cells})
    columns = sorted({sentiment for _, sentiment, *_ in cells})
    shown = {(r, c): 0 for r in rows for c in columns if (r, c) not in set(table.hidden)}
    shown |= {(c.row, c.column): c.count for c in table.shown}
    assert all(truth[cell] == n and (n == 0 or n >= 3) for cell, n in shown.items())
    hidden = [cell for cell in table.hidden if cell[0] in rows and cell[1] in columns]
    known = {r: n for r, n in totals.shown.items() if r in rows}
    per_column = {c: sum(truth[r, c] for r in rows) for c in columns}
    # All are of one channel: where that has one region only, anybody knows whose posts they are.
    if len(rows) > 1 and len(hidden) < len(rows) * len(columns) and len(hidden) <= 6:
        must = {cell for cell in hidden if truth[cell]}
        assert must <= open_cells(shown, hidden, known, per_column)
    store.close()


def test_a_cross_table_for_those_who_see_single_posts_hides_small_cells_too(asked):
    table = protected_cross(asked.store.cross(asked.by, asked.beside, PostQuery()), LIMIT)
    assert ("海外", "f") in table.hidden
    assert all(c.count >= LIMIT for c in table.shown)


def test_a_tag_corrected_or_a_post_come_in_does_not_show_in_the_counts_of_the_same_day(tmp_path):
    """Else whoever corrects the tag of one post sees in which region a number moved."""
    house = House(tmp_path)
    house.store.write(posts({("江苏", "negative", "m", 9): 40, ("广东", "neutral", "f", 9): 40}), 1)
    desk = house.desk(Role.ANALYST)
    asked = (FacetField.REGION, PostQuery(sentiments=("negative",)))
    before = desk.counts(*asked)
    assert before.shown
    desk.correct("weibo:3", "sentiment", "positive")
    house.store.write([tagged("new", region="江苏", sentiment="negative", by_channel=False)], 1)
    assert house.desk(Role.VIEWER).counts(*asked) == before
    house.clock.pass_(days=1)
    assert desk.counts(*asked) == before  # one out, one in
    desk.correct("weibo:4", "sentiment", "positive")
    house.clock.pass_(days=1)
    assert desk.counts(*asked) != before
    house.close()
