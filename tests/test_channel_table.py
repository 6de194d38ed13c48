"""The table of all channels, and what a channel is called that stands in no channel file."""

from datetime import datetime, timedelta

from dashboard.channel_list import channel_lines_html
from dashboard.channel_queries import ChannelState
from dashboard.fleet_table import ago, fleet_html, summary
from monitor.fleet import fleet
from monitor.signatures import signed_names
from monitor.status import ChannelStatus
from nlp.segment import JiebaText
from posts.model import CHINA, AccessState, Coverage
from posts.store.embedded import EmbeddedStore
from tests.sample_posts import tagged

NOW = datetime(2026, 11, 20, 12, tzinfo=CHINA)


def one(channel, state, hours=1.0, **more):
    reached = None if hours is None else NOW - timedelta(hours=hours)
    return ChannelStatus(id=channel, state=state, reached_at=reached, **more)


def states(*channels):
    return [ChannelState(channel, f"名{channel}", None, None, 7) for channel in channels]


def test_a_row_tells_state_last_success_coverage_and_login_in_words():
    rows = fleet(
        [
            one("well", AccessState.OK, 3, coverage=Coverage(declared=300, fetched=279)),
            one("out", AccessState.NEEDS_LOGIN, 50, login_days_left=2),
            one("new", None, None),
            one("held", AccessState.THROTTLED, 5, paused=True),
        ],
        NOW,
    )
    made = fleet_html(rows, states("well", "out", "new", "held", "file"), {"out": "<b>集团</b>"})
    assert made.count("<tr") == 6  # the heading and five channels
    assert "3 小时前" in made
    assert "279 / 300 条（93%）" in made
    assert "2 天前" in made
    assert "2 天，请尽快更新" in made
    assert "还没有采集过" in made
    assert "按计划暂停" in made
    assert "由文件导入" in made
    assert "&lt;b&gt;集团&lt;/b&gt;" in made
    assert "<b>" not in made
    assert summary(rows) == "共 4 个自动采集的渠道，2 个正常，1 个要有人处理。"
    assert made.index("集团") < made.index("well")


def test_how_long_ago_is_told_in_the_largest_unit():
    said = [ago(lag) for lag in (None, timedelta(seconds=9), timedelta(hours=1), timedelta(days=9))]
    assert said == ["还没有过", "刚刚", "1 小时前", "9 天前"]


def test_the_first_page_lists_few_channels_and_says_how_many_there_are_more():
    made = channel_lines_html(states(*map(str, range(400))))
    assert made.count("<li") == 9
    assert "另外还有 392 个渠道" in made


def test_a_channel_in_no_file_is_called_as_it_signs_its_own_posts(tmp_path):
    store = EmbeddedStore(tmp_path, JiebaText())
    store.write(
        [
            tagged("1", channel="a", by_channel=True, author_name="星河集团工会"),
            tagged("2", channel="b", by_channel=True, author_name="工**"),
            tagged("3", channel="c", by_channel=False, author_name="别人"),
        ],
        checkpoint=1,
    )
    assert signed_names(store) == {"a": ("星河集团工会", "weibo")}
    store.close()
