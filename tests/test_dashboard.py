import json
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard import charts, frames, queries, serving, topic_queries, words
from dashboard.channel_list import channels_html
from dashboard.channel_queries import channel_states, posts_by_day
from dashboard.compare_queries import differs, side
from dashboard.hit import changes_html, hit_html, thread_html, why_html
from dashboard.links import VOCABULARY, View, from_text, read_address, web_address, write_address
from dashboard.links import as_text as as_text_of
from dashboard.plain import as_html, as_label, clean
from dashboard.post_queries import versions
from dashboard.sentences import Linked, as_text, said_html, sentences, what_is_missing
from dashboard.thread_queries import thread
from monitor import wiring
from monitor.desk import Desk
from monitor.roles import local_person
from monitor.settings import Settings
from monitor.trends import Day, topics_by_sentiment
from nlp.explain import Explanation, Moved
from nlp.segment import JiebaText
from posts.errors import SettingsError
from posts.model import AccessState
from posts.query import CrossCount, FacetField, Hit, PostQuery
from posts.store.embedded import EmbeddedStore
from tests.filled_house import HOSTILE, HOSTILE_POSTS, RUNS, fill
from tests.sample_posts import SAMPLES, tagged

APP = Path(__file__).parent.parent / "dashboard" / "app.py"
PAGES = sorted(page.name for page in (APP.parent / "screens").glob("*.py"))
TITLES = {"今日", "检索", "话题", "渠道", "系统", "发言", "两个检索相比"}
D = [date(2026, 11, 1) + timedelta(days=n) for n in range(200)]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def desk(data):
    settings = Settings(data=data, audit=data / "audit")
    house = wiring.cabinet(settings, wiring.store(settings), wiring.office(settings))
    return Desk(local_person(), house)


@pytest.fixture
def app(data, monkeypatch):
    monkeypatch.setenv("GONGSHENG_DATA", str(data))
    monkeypatch.setenv("GONGSHENG_STORE", "embedded:")
    monkeypatch.setenv("GONGSHENG_AUDIT", str(data / "audit"))
    monkeypatch.setenv("GONGSHENG_CHANNELS", str(data / "none.yaml"))
    return AppTest.from_file(str(APP), default_timeout=60)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def tags_in(markup):
    parser = Tags()
    parser.feed(markup)
    parser.close()
    return set(parser.seen)


def text_of(found):
    texts = [str(each.proto.body) for each in [*found.get("html"), *found.get("markdown")]]
    return "\n".join([*texts, *(hit["html"] for hit in told(found, "hits").get("hits", ()))])


def told(found, name):
    """What one of our own elements is told by the page."""
    protos = [each.proto for each in found.get("bidi_component")]
    of_name = [proto for proto in protos if proto.component_name == f"gongsheng_{name}"]
    return json.loads(of_name[0].json) if of_name else {}


# --- texts of strangers -------------------------------------------------------------------------


@given(st.text() | st.sampled_from(HOSTILE), st.lists(st.tuples(st.integers(), st.integers())))
def test_no_text_brings_its_own_html(text, marks):
    assert tags_in(as_html(text, marks)) <= {"mark", "br"}


@given(st.text())
def test_no_text_is_lost_in_html(text):
    class Words(HTMLParser):
        said = ""

        def handle_data(self, data):
            self.said += data

        def handle_starttag(self, tag, attrs):
            self.said += "\n"

    parser = Words()
    parser.feed(as_html(text))
    parser.close()
    assert parser.said == clean(text)


def test_what_was_searched_for_is_marked():
    assert as_html("食堂<贵>", ((0, 2),)) == "<mark>食堂</mark>&lt;贵&gt;"


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\u0007", "\ud800"])
def test_marks_that_turn_or_break_text_are_dropped(mark):
    assert clean(f"a{mark}b") == "ab"


def test_a_label_shows_markdown_as_plain_signs():
    label = as_label("**粗** $x$ :red[红] :heart: <b>")
    assert "**" not in label
    assert ":heart:" not in label
    assert "\\$x\\$" in label


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//a.invalid", "http:", None, "http://[", ""]
)
def test_only_web_addresses_can_be_opened(url):
    assert web_address(url) is None


@pytest.mark.parametrize("post", HOSTILE_POSTS, ids=lambda p: p.post.id)
def test_a_hostile_post_is_shown_as_plain_text(post):
    markup = hit_html(Hit(found=post), {})
    assert tags_in(markup) <= {"article", "div", "span", "p", "br"}
    assert 'javascript:alert(1)"' not in markup


# --- addresses ----------------------------------------------------------------------------------

queries_drawn = st.builds(
    PostQuery,
    text=st.text(max_size=30).map(str.strip),
    since=st.none() | st.sampled_from(D),
    until=st.none() | st.sampled_from(D),
    sentiments=st.just(()) | st.just(("negative", "positive")),
    topics=st.lists(st.sampled_from(VOCABULARY["topic"]), unique=True).map(tuple),
    regions=st.just(()) | st.just(("江苏", "**省**")),
    urgent=st.sampled_from([None, True]),
    by_channel=st.sampled_from([None, False]),
    thread_id=st.sampled_from([None, "weibo:5001"]),
)


@given(queries_drawn, st.sampled_from(["newest", "heat"]), st.integers(1, 900))
def test_an_address_reproduces_its_view(query, sort, page):
    view = View(query, sort, page)
    assert read_address(write_address(view)) == view


@given(st.dictionaries(st.sampled_from(["q", "since", "sentiment", "page", "sort", "x"]),
                       st.lists(st.text())))  # fmt: skip
def test_any_address_can_be_read(params):
    assert read_address(params).page >= 1


# --- charts -------------------------------------------------------------------------------------


def test_a_day_nobody_collected_is_a_band_and_not_a_bar():
    frame = frames.volume([Day(D[0], "all", {"negative": 2}), Day(D[1], "none", None)])
    assert list(frame[frame["since"] == D[1].isoformat()]["sentiment"]) == ["none"]
    drawing = charts.volume(frame)
    assert [bar["gap"] for bar in drawing["bars"]] == [False, True]
    assert "parts" not in drawing["bars"][1]
    assert "没有采集" in dict(drawing["legend"])


def test_a_day_without_posts_is_zero_and_not_a_band():
    frame = frames.volume([Day(D[0], "all", {"negative": 2}), Day(D[1], "all", {})])
    drawing = charts.volume(frame)
    assert [bar["gap"] for bar in drawing["bars"]] == [False, False]
    assert [part[2] for part in drawing["bars"][1]["parts"]] == [0, 0, 0]
    assert frame["count"].tolist() == [2, 0, 0, 0, 0, 0]


def test_the_share_line_breaks_where_there_is_nothing_to_divide():
    days = [Day(D[0], "all", {"negative": 1}), Day(D[1], "none", None), Day(D[2], "all", {"x": 1})]
    frame = frames.negative_shares(days)
    assert frame["run"].tolist() == [0, 1, 1]
    assert frame["share"].notna().tolist() == [True, False, True]
    bars = charts.negative_share(frame)["bars"]
    assert [(bar["share"], bar["run"]) for bar in bars] == [(1.0, 0), (None, 1), (0.0, 1)]


def test_long_views_are_drawn_in_stretches_that_can_be_pointed_at():
    frame = frames.volume([Day(day, "all", {"negative": 1}) for day in D])
    assert frame["since"].nunique() == 29
    assert frame["count"].sum() == len(D)
    assert frame["until"].iloc[-1] == D[-1].isoformat()


def test_a_bar_names_what_stands_behind_it():
    (bar,) = charts.volume(frames.volume([Day(D[0], "all", {"negative": 2})]))["bars"]
    assert (bar["since"], bar["until"], bar["total"]) == (D[0].isoformat(), D[0].isoformat(), 2)
    assert [part[:3] for part in bar["parts"]] == [
        ("negative", "负面", 2), ("neutral", "中性", 0), ("positive", "正面", 0)
    ]  # fmt: skip


def test_topics_stand_in_the_order_given_with_chinese_names():
    rows = topics_by_sentiment([CrossCount(row="wages", column="negative", count=3)])
    drawing = charts.topics(frames.topics(rows))
    assert [(row["name"], row["total"]) for row in drawing["rows"]] == [("工资报酬", 3)]
    assert list(dict(drawing["legend"])) == ["负面", "中性", "正面"]


# --- questions ----------------------------------------------------------------------------------


def test_the_overviews_numbers_are_those_of_the_search_behind_them(desk):
    found = queries.overview(desk, RUNS, 30)
    assert found.total == desk.search(found.query).total
    urgent = found.query.model_copy(update={"urgent": True})
    assert found.urgent == desk.search(urgent).total
    assert sum(day.total or 0 for day in found.series) == found.total


def test_the_overview_ends_where_a_crawl_was_last_tried(desk):
    found = queries.overview(desk, RUNS, 30)
    assert found.until == date(2026, 11, 17)
    assert [day.collected for day in found.series[-4:]] == ["none"] * 4


def test_the_overview_leaves_out_what_the_channel_itself_wrote(desk):
    found = queries.overview(desk, RUNS, None)
    own = sum(1 for one in SAMPLES if one.post.by_channel)
    undated = sum(1 for one in SAMPLES if one.post.published_at is None)
    assert found.total == len(SAMPLES) + len(HOSTILE_POSTS) - own - undated


def test_urgent_calls_stand_on_top_and_not_again_below(desk):
    found = queries.overview(desk, RUNS, 30)
    assert {hit.found.analysis.urgent for hit in found.urgent_first} == {True}
    assert {hit.found.analysis.urgent for hit in found.latest} == {False}
    assert {hit.found.analysis.intent for hit in found.latest} <= {"complaint", "help"}


def test_three_sentences_say_what_there_is(desk):
    said = [as_text(one) for one in sentences(queries.overview(desk, RUNS, 30))]
    assert len(said) == 3
    assert all(sentence.endswith("。") for sentence in said)
    assert "工资报酬" in "".join(said) or "工时休假" in "".join(said)


def test_a_chosen_facet_still_shows_its_other_choices(desk):
    view = View(PostQuery(sentiments=("negative",)))
    facet = queries.search(desk, view).facets[FacetField.SENTIMENT]
    assert set(facet) == {"negative", "neutral", "positive"}


def test_a_question_that_cannot_be_read_keeps_the_other_choices(desk):
    found = queries.search(desk, View(PostQuery(text="(食堂 AND")))
    assert found.problem
    assert found.page.total == 0
    assert found.facets[FacetField.SENTIMENT]


def test_a_thread_puts_answers_under_what_they_answer(desk):
    places = thread(desk, desk.get("weibo:5003"))
    order = [(place.found.post.id, place.depth, place.here) for place in places]
    assert order[0] == ("weibo:5001", 0, False)
    at = [place.found.post.id for place in places]
    assert order[at.index("weibo:5003")] == ("weibo:5003", 2, True)
    assert at.index("weibo:5002") < at.index("weibo:5003")
    assert "您正在看的这一条" in thread_html(places, {})


def test_posts_that_answer_each_other_in_a_ring_are_shown_and_not_lost(tmp_path):
    ring = EmbeddedStore(tmp_path, JiebaText())
    posts = [
        tagged(native, thread_id="weibo:9", parent_id=f"weibo:{other}")
        for native, other in (("1", "2"), ("2", "1"))
    ]
    ring.write(posts, checkpoint=1)
    assert len(thread(ring, posts[0])) == 2
    ring.close()


def test_troubled_channels_stand_first_and_say_when_it_last_went_well(desk):
    states = channel_states(desk, RUNS, {"weibo-main": "<b>集团工会</b>"})
    assert [state.run.state for state in states[:2]] == [
        AccessState.CAPTCHA,
        AccessState.NEEDS_LOGIN,
    ]
    markup = channels_html(states)
    assert "需要登录" in markup
    assert "还差 8 条" in markup
    assert "上次成功：2026年11月13日（周五）09:00" in markup
    assert "b" not in tags_in(markup)


def test_channels_of_one_name_are_told_apart():
    names = words.told_apart(
        {
            "a": ("集团工会", "weibo"),
            "b": ("集团工会", "douyin"),
            "c": ("集团工会", "weibo"),
            "d": ("二厂工会", "site"),
        }
    )
    assert names == {
        "a": "集团工会（a）",
        "b": "集团工会（抖音）",
        "c": "集团工会（c）",
        "d": "二厂工会",
    }


def test_every_state_of_a_crawl_has_a_name_and_advice():
    assert set(words.STATES) == set(AccessState)


def test_a_crawl_that_we_paused_ourselves_is_not_called_the_platforms_throttling():
    slowed = RUNS[0].model_copy(update={"state": AccessState.THROTTLED})
    paused = slowed.model_copy(update={"paused": True})
    assert words.ending(slowed)[0] == "被限速"
    assert words.ending(paused)[0] == "按计划暂停"


# --- pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_a_warning(app, page):
    app.run()
    app.switch_page(f"screens/{page}").run()
    assert not app.exception
    assert not app.warning
    assert app.title[0].value in TITLES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stays_within_forty_lines(page):
    assert len((APP.parent / "screens" / page).read_text("utf-8").splitlines()) <= 40


def search_at(app, **params):
    app.run()
    app.switch_page("screens/search.py")
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def test_an_address_opens_the_search_it_names(app, desk):
    found = search_at(app, q="高温", sentiment="negative", sort="oldest")
    assert found.text_input(key="q").value == "高温"
    assert found.session_state["sentiment=negative"]
    query = PostQuery(text="高温", sentiments=("negative",))
    assert f"找到 {desk.search(query).total} 条发言" in text_of(found)
    assert "<mark>高温</mark>" in text_of(found)


def test_a_ticked_choice_is_kept_in_the_address(app):
    found = search_at(app)
    found.session_state["intent=help"] = True
    found.run()
    assert found.query_params["intent"] == "help"
    assert not found.warning


def test_turning_a_page_and_asking_anew(app):
    found = search_at(app)
    found.button[[b.label for b in found.button].index("下一页 →")].click().run()
    assert "第 2 页" in text_of(found)
    found.text_input(key="q").input("食堂").run()
    assert found.query_params.get("page") is None


def test_clearing_takes_every_choice_back(app):
    found = search_at(app, q="食堂", urgent="1", intent="help")
    found.button[[b.label for b in found.button].index("清除全部条件")].click().run()
    assert found.text_input(key="q").value == ""
    assert not found.query_params


def test_a_question_that_cannot_be_read_is_answered_in_plain_words(app):
    found = search_at(app, q="(食堂 AND")
    assert len(found.warning) == 1
    assert found.checkbox(key="urgent") is not None


def test_hostile_posts_are_escaped_on_the_page(app):
    found = search_at(app, region="**省** :heart: <b>")
    assert "&lt;script&gt;" in text_of(found)
    assert "<script" not in text_of(found)
    regions = [g for g in told(found, "choices")["groups"] if g["field"] == "region"]
    (region,) = [v for v in regions[0]["values"] if v["on"]]
    assert (region["value"], region["label"]) == ("**省** :heart: <b>", "**省** :heart: <b>（5）")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_house_says_what_to_do(page, tmp_path, monkeypatch, app):
    monkeypatch.setenv("GONGSHENG_DATA", str(tmp_path / "nothing"))
    app.run()
    app.switch_page(f"screens/{page}").run()
    assert "gongsheng demo" in text_of(app)
    assert not app.exception


@pytest.mark.parametrize("page", PAGES)
def test_a_store_that_cannot_be_opened_is_a_calm_sentence(page, tmp_path, monkeypatch, app):
    (tmp_path / "index").write_text("not an index")
    monkeypatch.setenv("GONGSHENG_DATA", str(tmp_path))
    app.run()
    app.switch_page(f"screens/{page}").run()
    assert "没有丢失" in app.warning[0].value
    assert not app.exception


def test_an_index_of_an_older_version_says_what_to_run(tmp_path, monkeypatch, app):
    fill(tmp_path)
    (tmp_path / "index" / "format.json").write_text('{"schema": 1}')
    monkeypatch.setenv("GONGSHENG_DATA", str(tmp_path))
    app.run()
    assert "gongsheng rebuild" in app.warning[0].value
    assert not app.exception


# --- serving ------------------------------------------------------------------------------------


def test_a_taken_port_leads_to_the_next_free_one():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serving.free_port(port) > port


def test_no_free_port_is_said_in_one_line():
    with pytest.raises(SettingsError, match="GONGSHENG_PORT"):
        serving.free_port(65536)


def test_the_settings_travel_to_the_dashboard(tmp_path):
    told = serving.environment(Settings(data=tmp_path, port=9000))
    assert told["GONGSHENG_DATA"] == str(tmp_path)
    assert "GONGSHENG_KEY" not in told


def test_nothing_is_loaded_from_elsewhere_and_nobody_is_counted():
    config = (APP.parent / ".streamlit" / "config.toml").read_text("utf-8")
    assert "gatherUsageStats = false" in config
    assert "http" not in config
    assert "url(" not in (APP.parent / "style.css").read_text("utf-8")


# --- the first page, topics, channels, posts ------------------------------------------------------


def test_every_number_of_the_sentences_opens_that_many_posts(desk):
    said = sentences(queries.overview(desk, RUNS, 30))
    numbers = [part for sentence in said for part in sentence if isinstance(part, Linked)]
    counted = [part for part in numbers if part.text.endswith("条")]
    assert len(counted) >= 3
    for part in counted:
        query = read_address(part.address).query
        assert part.text == f"{desk.search(query).total:,} 条"


def test_a_reader_who_may_not_open_posts_gets_no_links(desk):
    sentence = sentences(queries.overview(desk, RUNS, 30))[0]
    assert "<a " in said_html(sentence, linked=True)
    assert "<a " not in said_html(sentence, linked=False)


def test_days_without_collection_are_named_as_unknown():
    series = [Day(D[0], "all", {}), Day(D[1], "none", None), Day(D[2], "none", None)]
    assert "有 2 天没有采集到" in what_is_missing(series)
    assert what_is_missing(series[:1]) is None


def test_copied_texts_are_grouped_oldest_first(desk):
    found = topic_queries.topics(desk, None)
    assert all(len(group.posts) > 1 for group in topic_queries.copied(desk, found))


def test_a_topic_over_time_adds_up_to_the_topic(desk):
    found = topic_queries.topics(desk, None)
    row = found.rows[0]
    series = topic_queries.over_time(desk, RUNS, found, row.topic)
    assert sum(day.total or 0 for day in series) == row.total


def test_a_channels_days_end_where_a_crawl_was_last_tried(desk):
    series = posts_by_day(desk, RUNS, "weibo-main")
    assert series[-1].day == date(2026, 11, 17)
    assert series[-1].collected == "none"


def test_versions_name_what_changed():
    first = tagged("v", "原文").post
    second = first.model_copy(update={"text": "改过", "deleted": True})
    changes = versions([first, second])
    assert changes[0].fields == ()
    assert changes[1].fields == ("text", "deleted")
    assert "改过" in changes_html(changes, [])


def test_hostile_text_stays_plain_in_histories_and_explanations():
    post = HOSTILE_POSTS[0].post
    told = Explanation("negative", 0.9, (Moved(0, 8, 0.5),), "m", len(post.text))
    for markup in (changes_html(versions([post]), []), why_html(post.text, told)):
        assert tags_in(markup) <= {"ul", "li", "b", "p", "span", "br"}


@given(queries_drawn)
def test_a_kept_address_reproduces_its_search(query):
    assert from_text(as_text_of(View(query))) == View(query)


def test_two_searches_are_compared_with_their_chance(desk):
    one = side(desk, View(PostQuery(topics=("wages",))))
    other = side(desk, View(PostQuery(topics=("activities",))))
    assert one.total > 0
    assert differs(one, other, "negative") in {"up", "down", "unclear"}
    assert side(desk, View(PostQuery(text="(a AND"))).problem
