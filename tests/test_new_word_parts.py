"""New words on the topics' page: found in a period, with an example, each leading to its posts."""

from dashboard.new_word_parts import coined, coined_html
from dashboard.topic_queries import topics
from monitor.roles import Role
from tests.office_house import House
from tests.sample_posts import china, tagged

SAID = (
    "今天又要去跑星工汇了",
    "星工汇怎么登不上",
    "谁教我用星工汇",
    "领导让大家装星工汇",
    "星工汇比以前好用",
)


def test_a_word_no_dictionary_has_is_shown_with_an_example_and_opens_its_posts(tmp_path):
    house = House(tmp_path)
    house.store.write(
        [
            tagged(f"new-{n}", text, published_at=china("2026-11-12 10:00"), version=300 + n)
            for n, text in enumerate(SAID)
        ],
        checkpoint=900,
    )
    desk = house.desk(Role.ANALYST)
    found = topics(desk, 30)
    kept = coined(desk, found)
    (one,) = [each for each in kept.words if each.word.word == "星工汇"]
    assert one.word.texts == len(SAID)
    assert one.example.post.text in SAID
    made = coined_html(kept.words, found)
    assert "%22%E6%98%9F%E5%B7%A5%E6%B1%87%22" in made
    assert kept.read == kept.total
    house.close()


def test_a_hostile_example_stays_plain_text(tmp_path):
    house = House(tmp_path)
    hostile = [f"<b>星工汇</b>{n}<script>" for n in "甲乙丙丁戊"]
    house.store.write(
        [
            tagged(f"new-{n}", text, published_at=china("2026-11-12 10:00"), version=300 + n)
            for n, text in enumerate(hostile)
        ],
        checkpoint=900,
    )
    desk = house.desk(Role.ANALYST)
    found = topics(desk, 30)
    made = coined_html(coined(desk, found).words, found)
    assert "星工汇" in made
    assert "<b>" not in made
    assert "<script" not in made
    house.close()
