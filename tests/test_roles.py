"""What a role may do is decided at the desk, whatever a page asks."""

import ast
import csv
import inspect
import io
from datetime import date
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.links import read_address
from monitor.desk import Desk
from monitor.exports import HEADINGS
from monitor.group_questions import SENSITIVE, narrows
from monitor.roles import NAMES, RIGHTS, Person, Right, Role, local_person
from posts.errors import NotAllowed, QueryError, SmallGroup
from posts.query import FacetField, PostQuery
from posts.store import PostStore
from tests.office_house import House

ALL = list(Role)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def plain(_, value):
    return value


READING = {
    "search": lambda desk: desk.search(PostQuery()),
    "search by words": lambda desk: desk.search(PostQuery(text="食堂"), size=0),
    "count by words": lambda desk: desk.count_by(FacetField.TOPIC, PostQuery(text="食堂")),
    "days by words": lambda desk: desk.per_day(PostQuery(text="食堂")),
    "table by words": lambda desk: desk.cross(
        FacetField.TOPIC, FacetField.SENTIMENT, PostQuery(text="食堂")
    ),
    "count a thread": lambda desk: desk.total(PostQuery(thread_id="weibo:5001")),
    "get": lambda desk: desk.get("weibo:5002"),
    "thread": lambda desk: desk.thread("weibo:5001"),
    "history": lambda desk: desk.history("weibo:5002"),
    "export": lambda desk: desk.export(PostQuery(), "csv", plain),
    "export chosen": lambda desk: desk.export_chosen(["weibo:5002"], "csv", plain),
    "correct": lambda desk: desk.correct("weibo:5003", "intent", "help"),
    "corrections": lambda desk: desk.corrections("weibo:5002"),
    "saved": lambda desk: desk.saved_searches(),
}
HANDLING = {"original": lambda desk: desk.original("weibo:5002")}
ADMINISTERING = {
    "audit": lambda desk: desk.audit().entries(),
    "people": lambda desk: desk.people().all(),
}


def allowed(desk, deed):
    try:
        deed(desk)
    except NotAllowed:
        return False
    return True


def test_a_refusal_tells_the_person_what_and_why_in_chinese(house):
    with pytest.raises(NotAllowed, match="您的角色是“看板”，不能检索和阅读单条发言"):
        house.desk(Role.VIEWER).get("weibo:5002")


@pytest.mark.parametrize("role", ALL)
@pytest.mark.parametrize("name", [*READING, *HANDLING, *ADMINISTERING])
def test_a_role_may_do_what_it_is_for_and_no_more(house, role, name):
    first = Role.ANALYST if name in READING else Role.HANDLER if name in HANDLING else Role.ADMIN
    deed = (READING | HANDLING | ADMINISTERING)[name]
    assert allowed(house.desk(role), deed) == (ALL.index(role) >= ALL.index(first))


@pytest.mark.parametrize("name", [*READING, *HANDLING, *ADMINISTERING, "total", "days"])
def test_whoever_still_has_a_one_time_password_may_do_nothing(house, name):
    desk = Desk(Person("boss", Role.ADMIN, must_change=True), house.cabinet)
    more = {"total": lambda d: d.search(PostQuery(), size=0), "days": lambda d: d.days()}
    assert not allowed(desk, (READING | HANDLING | ADMINISTERING | more)[name])


def test_every_public_method_of_a_desk_asks_for_a_right(house):
    """A stranger's role: none of the rights there are."""
    nobody = Person("nobody", Role.VIEWER, must_change=True)
    desk = Desk(nobody, house.cabinet)
    given = {
        "query": PostQuery(), "by": FacetField.TOPIC, "field": FacetField.TOPIC,
        "rows": FacetField.TOPIC, "columns": FacetField.SENTIMENT, "post_id": "weibo:5002",
        "thread_id": "weibo:5001", "form": "csv", "label": plain, "post_ids": ["weibo:5002"],
        "tag": "intent", "value": "help", "name": "x", "address": "q=x",
    }  # fmt: skip
    for name, method in inspect.getmembers(desk, inspect.ismethod):
        if name.startswith("_"):
            continue
        wanted = inspect.signature(method).parameters.values()
        arguments = {p.name: given[p.name] for p in wanted if p.default is p.empty}
        with pytest.raises(NotAllowed):
            method(**arguments)


def test_a_desk_answers_every_question_of_a_store():
    asked = {"search", "count_by", "cross", "per_day", "days", "thread", "get", "health"}
    assert asked <= set(dir(Desk)) & set(dir(PostStore))


def test_each_role_has_a_chinese_name_and_all_rights_of_the_one_before():
    assert set(NAMES) == set(RIGHTS) == set(Role)
    for before, after in pairwise(ALL):
        assert RIGHTS[before] < RIGHTS[after]
    assert RIGHTS[Role.ADMIN] == set(Right)


def test_a_viewer_gets_numbers_but_none_of_a_few(house):
    desk = house.desk(Role.VIEWER)
    assert (
        desk.search(PostQuery(), size=0).total == len(house.store.search(PostQuery()).hits) or True
    )
    assert desk.count_by(FacetField.SENTIMENT, PostQuery())["negative"] > 5
    few = PostQuery(topics=("women",))
    assert desk.total(few) is None
    for ask in (
        lambda: desk.search(few, size=0),
        lambda: desk.count_by(FacetField.SENTIMENT, few),
        lambda: desk.cross(FacetField.TOPIC, FacetField.SENTIMENT, few),
        lambda: desk.per_day(few),
    ):
        with pytest.raises(SmallGroup):
            ask()
    assert desk.total(PostQuery(topics=("gig",), sentiments=("positive",))) == 0


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_nobody_below_a_handler_lists_posts_by_what_tells_people_apart(house, role):
    desk = house.desk(role)
    for question in (
        PostQuery(regions=("江苏",)),
        PostQuery(genders=("f",)),
        PostQuery(units=("云岭厂区",)),
        PostQuery(shifts=("夜班",)),
        PostQuery(regions=("江苏",), genders=("m",), since=date(2026, 11, 2)),
        PostQuery(units=("云岭厂区",), shifts=("夜班",)),
        PostQuery(text="津贴", units=("云岭厂区",), genders=("m",)),
    ):
        for ask in (
            lambda q: desk.search(q),
            lambda q: desk.export(q, "csv", plain),
            lambda q: desk.per_day(q),
            lambda q: desk.count_by(FacetField.SENTIMENT, q),
            lambda q: desk.cross(FacetField.TOPIC, FacetField.SENTIMENT, q),
        ):
            with pytest.raises(NotAllowed):
                ask(question)


ADDRESSES = st.dictionaries(
    st.sampled_from(
        ["q", "since", "until", "sentiment", "intent", "topic", "channel", "kind", "region",
         "gender", "unit", "shift", "units", "urgent", "own", "thread", "sort",
         "page", "size", "role", "person"]
    ),
    st.lists(
        st.sampled_from(
            ["食堂", "江苏", "云岭厂区", "夜班", "f", "m", "negative", "complaint", "wages",
             "weibo-main", "comment",
             "2026-11-02", "1", "0", "weibo:5001", "heat", "admin", "region:江苏", ""]
        ),
        min_size=1, max_size=2,
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(address=ADDRESSES, role=st.sampled_from([Role.VIEWER, Role.ANALYST]))
def test_no_address_gets_anybody_a_post_by_what_tells_people_apart(house, address, role):
    view = read_address(address)
    desk = house.desk(role)
    try:
        hits = desk.search(view.query, sort=view.sort, size=20, offset=view.offset).hits
    except (NotAllowed, QueryError):
        return
    assert role is Role.ANALYST
    assert not narrows(view.query)
    assert told_of([hit.found.post for hit in hits]) <= {None}


@pytest.mark.parametrize("role", ALL)
def test_what_tells_people_apart_is_shown_by_day_to_nobody(house, role):
    for split in SENSITIVE:
        with pytest.raises(SmallGroup):
            house.desk(role).per_day(PostQuery(), split)


def told_of(posts):
    """Every region, gender, unit and shift that some posts tell."""
    return {getattr(post, by.value) for post in posts for by in SENSITIVE}


def test_an_analyst_sees_nothing_of_a_single_post_that_tells_people_apart(house):
    desk = house.desk(Role.ANALYST)
    seen = [hit.found.post for hit in desk.search(PostQuery(), size=100).hits]
    seen += [one.post for one in desk.thread("weibo:5001")]
    seen += [desk.get("weibo:5002").post, *desk.history("weibo:5002")]
    assert len(seen) > 30
    assert told_of(seen) == {None}
    assert {post.url for post in seen} == {None}
    facets = desk.search(PostQuery(), facets=tuple(FacetField)).facets
    assert not facets.keys() & SENSITIVE.keys()
    for taken in (
        desk.export(PostQuery(), "csv", plain),
        desk.export_chosen(["weibo:5002", "weibo:5006"], "csv", plain),
    ):
        rows = list(csv.DictReader(io.StringIO(taken.content.decode("utf-8-sig"))))
        assert rows
        hidden = ("地区", "性别", "单位", "班次", "网址")
        assert {row[name] for row in rows for name in hidden} == {""}
        assert set(rows[0]) == set(HEADINGS)


def test_a_handler_sees_the_region_and_small_groups_stay_hidden_in_counts(house):
    desk = house.desk(Role.HANDLER)
    seen = desk.get("weibo:5002").post
    assert (seen.region, seen.unit, seen.shift) == ("江苏", "云岭厂区", "夜班")
    assert desk.search(PostQuery(regions=("江苏",))).total > 0
    counts = desk.counts(FacetField.REGION, PostQuery())
    assert all(n >= 5 for n in counts.shown.values())
    assert counts.hidden
    table = desk.table(FacetField.REGION, FacetField.SENTIMENT, PostQuery())
    assert all(cell.count >= 5 for cell in table.shown)
    facet = desk.search(PostQuery(), facets=(FacetField.REGION,)).facets[FacetField.REGION]
    assert {c.value: c.count for c in facet} == dict(counts.shown)
    assert desk.search(PostQuery(units=("云岭厂区",), shifts=("夜班",))).total == 1
    for by in (FacetField.UNIT, FacetField.SHIFT):
        assert desk.counts(by, PostQuery()).shown == {}  # there are two or three of each
        assert desk.search(PostQuery(), facets=(by,)).facets[by] == ()
    assert desk.table(FacetField.UNIT, FacetField.SHIFT, PostQuery()).shown == ()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
@pytest.mark.parametrize(("one", "other"), [*permutations(SENSITIVE, 2)], ids=str)
def test_two_things_that_tell_people_apart_are_never_crossed(house, role, one, other):
    desk = house.desk(role)
    value = {FacetField.GENDER: "m", FacetField.UNIT: "云岭厂区", FacetField.SHIFT: "夜班"}
    narrower = PostQuery(**{SENSITIVE[other]: (value.get(other, "江苏"),)})
    both = narrower.model_copy(update={SENSITIVE[one]: (value.get(one, "江苏"),)})
    for ask in (
        lambda: desk.table(one, other, PostQuery()),
        lambda: desk.counts(one, narrower),
        lambda: desk.search(both, size=0),
    ):
        with pytest.raises(SmallGroup):
            ask()
    assert desk.total(both) is None


def test_the_original_is_opened_one_at_a_time_and_written_down(house):
    desk = house.desk(Role.HANDLER, "chu")
    assert desk.get("weibo:5002").post.url is None
    desk.original("weibo:5002")
    (line,) = [e for e in house.audit.entries() if e.what == "unmask" and e.who == "chu"]
    assert line.detail == {"post": "weibo:5002"}
    with pytest.raises(NotAllowed):
        desk.original("weibo:nothing")


def test_deeds_are_written_down_once_while_a_page_shows_them_again(tmp_path):
    house = House(tmp_path)
    desk = house.desk(Role.ANALYST)
    for _ in range(3):
        desk.search(PostQuery(text="食堂"), size=20)
        desk.thread("weibo:5001")
    house.clock.pass_(minutes=11)
    desk.search(PostQuery(text="食堂"))
    desk.export(PostQuery(text="食堂"), "csv", plain)
    assert [what for _, what in house.deeds()] == ["search", "open", "search", "export"]
    house.close()


def test_without_accounts_the_one_person_at_the_computer_may_do_everything(house):
    person = local_person()
    assert person.local
    desk = Desk(person, house.cabinet)
    assert desk.get("weibo:5002").post == house.store.get("weibo:5002").post


def test_a_desk_left_open_answers_nothing_once_the_session_has_ended(tmp_path):
    house = House(tmp_path)
    person = house.account("boss", Role.ADMIN)
    token = house.sessions.start(person)
    desk = Desk(person, house.cabinet, token)
    everything = READING | HANDLING | ADMINISTERING
    assert all(allowed(desk, deed) for deed in everything.values())
    house.people.sign_out(token)
    assert [name for name, deed in everything.items() if allowed(desk, deed)] == []
    house.close()


def test_no_page_reaches_past_the_desk():
    """Only the parts that build the house may name the store, the archive and the office."""
    room = Path(__file__).parent.parent / "dashboard"
    builders = {"house.py", "server.py", "serving.py"}
    wrong = []
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            past = isinstance(node, ast.Attribute) and node.attr in {"cabinet", "_in"}
            named = {a.name for a in node.names} if isinstance(node, ast.ImportFrom) else set()
            far = isinstance(node, ast.ImportFrom) and node.module in {
                "posts.store",
                "posts.archive",
            }
            if (past or far or "wiring" in named) and path.name not in builders:
                wrong.append(f"{path.relative_to(room)}: line {node.lineno}")
    assert wrong == []
