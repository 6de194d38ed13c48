"""The table of who speaks shows large groups and says where it keeps a number back."""

import pytest

from dashboard.group_parts import HIDDEN, conditions, groups, groups_html
from monitor.roles import Role
from posts.query import FacetField
from tests.office_house import House
from tests.sample_posts import tagged

UNITS = {"云岭厂区": (30, 12), "东港总装": (20, 7), "<b>外包</b>": (9, 6), "车队": (2, 1)}


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    posts = [
        tagged(
            f"{unit}{n}", unit=unit, by_channel=False, version=300,
            sentiment="negative" if n < negative else "neutral",
        )
        for unit, (count, negative) in UNITS.items()
        for n in range(count)
    ]  # fmt: skip
    made.store.write(posts, checkpoint=900)
    yield made
    made.close()


@pytest.mark.parametrize("role", list(Role))
def test_small_groups_and_some_beside_them_are_not_shown_to_anybody(house, role):
    found = {one.value: one for one in groups(house.desk(role), FacetField.UNIT, {})}
    assert found["车队"].everything is None
    assert sum(one.everything is None for one in found.values()) > 1
    assert found["云岭厂区"].everything >= 30
    asked = conditions()["情感：负面"]
    negative = {one.value: one for one in groups(house.desk(role), FacetField.UNIT, asked)}
    assert negative["车队"].chosen is None
    assert all(one.chosen is None or one.chosen >= 5 for one in negative.values() if one.chosen)


def test_the_table_says_what_is_kept_back_and_shows_names_as_they_are(house):
    desk = house.desk(Role.VIEWER)
    asked = conditions()["情感：负面"]
    made = groups_html(FacetField.UNIT, "情感：负面", groups(desk, FacetField.UNIT, asked))
    assert HIDDEN in made
    assert "其中负面" in made
    assert "占这个单位的" in made
    assert "&lt;b&gt;外包&lt;/b&gt;" in made
    assert "<b>" not in made


def test_every_choice_there_is_can_be_answered_for_every_role(house):
    for role in Role:
        for by in (FacetField.UNIT, FacetField.SHIFT, FacetField.REGION, FacetField.GENDER):
            for narrower in conditions().values():
                groups(house.desk(role), by, narrower)
