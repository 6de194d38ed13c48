import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.corrections import corrected
from monitor.desk import Desk
from monitor.ingest import ingest
from monitor.roles import Role
from nlp.segment import JiebaText
from posts.errors import NotAllowed, OfficeError
from posts.query import FacetField, PostQuery
from posts.store.embedded import EmbeddedStore
from tests.archive_posts import WordTagger
from tests.office_house import House
from tests.sample_posts import SAMPLES, tagged

POST = "weibo:5012"  # tagged as chat


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(house) -> Desk:
    return house.desk(Role.ANALYST)


def test_a_correction_is_found_at_once_in_search_and_counts(house, desk):
    before = house.store.count_by(FacetField.INTENT, PostQuery())
    now = desk.correct(POST, "intent", "complaint")
    assert (now.analysis.intent, now.analysis.corrected) == ("complaint", ("intent",))
    found = desk.search(PostQuery(intents=("complaint",)), size=100).hits
    assert POST in [hit.found.post.id for hit in found]
    after = house.store.count_by(FacetField.INTENT, PostQuery())
    assert after["complaint"] == before["complaint"] + 1
    assert house.store.checkpoint() == len(SAMPLES)


def test_a_corrected_sentiment_sorts_as_certain(desk):
    desk.correct(POST, "sentiment", "negative")
    first = desk.search(PostQuery(), sort="negative", size=1).hits[0].found
    assert first.post.id == POST
    assert sum(first.analysis.probabilities.values()) == 1


def test_corrections_keep_the_versions_and_the_other_tags(house, desk):
    before = house.store.get(POST)
    desk.correct(POST, "topics", ["living", "wages"])
    now = house.store.get(POST)
    assert (now.version, now.post, now.analysis.model) == (
        before.version, before.post, before.analysis.model,
    )  # fmt: skip
    assert now.analysis.topics == ("living", "wages")
    assert now.analysis.sentiment == before.analysis.sentiment


def test_who_changed_what_is_kept_and_written_down(house):
    house.desk(Role.ANALYST, "lin").correct(POST, "intent", "complaint")
    house.clock.pass_(hours=1)
    house.desk(Role.HANDLER, "wang").correct(POST, "intent", "help")
    found = house.desk(Role.ANALYST).corrections(POST)
    assert [(c.who, c.field, c.old, c.new) for c in found] == [
        ("lin", "intent", "chat", "complaint"),
        ("wang", "intent", "complaint", "help"),
    ]
    assert found[0].at < found[1].at
    assert house.deeds() == [("lin", "correct"), ("wang", "correct")]
    assert next(iter(house.audit.entries())).detail == {
        "post": POST, "tag": "intent", "old": "complaint", "new": "help",
    }  # fmt: skip


def test_taking_back_brings_the_taggers_word_back_and_leaves_other_corrections(house, desk):
    before = house.store.get(POST).analysis
    desk.correct(POST, "intent", "complaint")
    desk.correct(POST, "intent", "help")
    desk.correct(POST, "urgent", True)
    now = desk.withdraw(POST, "intent").analysis
    assert (now.intent, now.urgent, now.corrected) == ("chat", True, ("urgent",))
    assert desk.withdraw(POST, "urgent").analysis == before
    assert [c.withdrawn for c in desk.corrections(POST)] == [True, True, True]
    with pytest.raises(OfficeError, match="not corrected"):
        desk.withdraw(POST, "urgent")


def test_a_new_model_and_a_new_index_keep_what_people_put_right(house, desk, tmp_path):
    desk.correct(POST, "intent", "complaint")
    desk.correct(POST, "topics", ["living"])
    again = EmbeddedStore(tmp_path / "again", JiebaText())
    ingest(house.archive, again, WordTagger("words-2"), put_right=house.corrections.of)
    found = again.get(POST).analysis
    assert (found.intent, found.topics, found.model) == ("complaint", ("living",), "words-2")
    assert found.corrected == ("intent", "topics")
    assert again.get("weibo:5013").analysis.corrected == ()
    again.close()


def test_a_new_version_of_a_post_keeps_its_corrections(house, desk):
    desk.correct(POST, "urgent", True)
    held = house.archive.latest(POST)
    assert held is not None
    later = held.model_copy(update={"text": "打卡，食堂又涨价", "collected_at": house.clock()})
    house.archive.append([later])
    ingest(house.archive, house.store, WordTagger(), put_right=house.corrections.of)
    now = house.store.get(POST)
    assert now.post.text == "打卡，食堂又涨价"
    assert now.analysis.urgent


def test_every_version_of_a_post_can_be_read(house, desk):
    held = house.archive.latest(POST)
    later = held.model_copy(update={"text": "打卡第二天", "collected_at": house.clock()})
    house.archive.append([later])
    assert [post.text for post in desk.history(POST)] == ["打卡", "打卡第二天"]
    assert desk.history("weibo:nothing") == []


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("intent", "nonsense"), ("intent", None), ("intent", ["help"]), ("topics", "living"),
        ("topics", ["nonsense"]), ("urgent", "yes"), ("sentiment", None), ("model", "x"),
        ("emotion", "bored"),
    ],
)  # fmt: skip
def test_a_value_that_is_none_of_the_tags_changes_and_writes_nothing(house, desk, tag, value):
    before = house.store.get(POST)
    with pytest.raises(OfficeError):
        desk.correct(POST, tag, value)
    assert house.store.get(POST) == before
    assert house.deeds() == []


def test_a_post_that_is_not_there_cannot_be_corrected(desk):
    with pytest.raises(NotAllowed, match="不在资料库里"):
        desk.correct("weibo:nothing", "intent", "help")


def test_a_correction_is_laid_over_the_newest_version(house, desk):

    desk.correct(POST, "intent", "complaint")
    held = house.store.get(POST)
    newer = tagged("5012", "打卡", version=held.version + 100)
    house.store.write([newer], house.store.checkpoint())
    assert desk.correct(POST, "intent", "help").analysis.intent == "help"
    assert house.store.get(POST).version == held.version + 100


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "sentiment": st.sampled_from(["negative", "neutral", "positive"]),
        "emotion": st.sampled_from(["angry", None]),
        "intent": st.sampled_from(["help", "praise"]),
        "topics": st.lists(st.sampled_from(["wages", "living"]), unique=True),
        "urgent": st.booleans(),
    },
)


@given(CHANGES, CHANGES)
def test_laying_corrections_over_twice_changes_nothing_more(first, second):
    said = tagged().analysis
    once = corrected(corrected(said, first), second)
    assert corrected(once, second) == once
    assert set(once.corrected) == {*first, *second}
    assert sum(once.probabilities.values()) == pytest.approx(1)
    for tag in set(type(said).model_fields) - {*first, *second}:
        if tag not in ("corrected", "probabilities", "urgency"):
            assert getattr(once, tag) == getattr(said, tag)
