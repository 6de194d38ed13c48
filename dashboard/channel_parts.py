"""The parts of the channels page."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import charts, elements, fleet_table, frames, house, words
from dashboard.channel_list import channels_html
from dashboard.channel_queries import ChannelState, posts_by_day
from dashboard.links import SEARCH_PAGE, address_of
from dashboard.state import go_to
from dashboard.today_parts import with_days
from monitor.desk import Desk
from monitor.fleet import FleetRow
from monitor.roles import Right
from posts.model import CrawlRun
from posts.query import PostQuery

_SHOWN_RUNS = 30


def all_channels(
    states: Sequence[ChannelState], fleet: Sequence[FleetRow], names: Mapping[str, str]
) -> None:
    """Every channel in one table: how it was read last, what is missing, who has to act."""
    if not states:
        st.markdown("还没有设置渠道，也没有导入过文件。")
        return
    st.subheader(
        "全部渠道",
        help="要有人处理的排在最前面，然后是最久没有读成功的。"
        "“评论读到”是最近一次采集读到的评论数，除以平台显示的评论数；没读到不等于没有人说话。"
        "“登录还剩”是登录信息还能用几天，不需要登录的渠道是一横。",
    )
    if fleet:
        st.markdown(fleet_table.summary(fleet))
    st.html(fleet_table.fleet_html(fleet, states, names))


def choose(states: Sequence[ChannelState]) -> ChannelState | None:
    """The channel to look at closely; kept in the address."""
    if not states:
        return None
    st.subheader("一个渠道的详情")
    by_id = {state.channel: state for state in states}
    chosen = st.selectbox(
        "渠道", list(by_id), format_func=lambda one: words.plain(by_id[one].name), key="which",
        bind="query-params",
    )  # fmt: skip
    st.html(channels_html([by_id[chosen]]))
    return by_id[chosen]


def volume(desk: Desk, runs: Sequence[CrawlRun], state: ChannelState) -> None:
    """Posts of the channel by day, gaps marked."""
    series = posts_by_day(desk, runs, state.channel)
    if not series:
        st.markdown("这个渠道还没有发言。")
        return
    st.markdown(
        "**每天的发言**",
        help="按发布日期计算，含频道自己发布的。米色一栏是没有采集到的日子，不等于没有人说话。",
    )
    chart = charts.volume(frames.volume(series), height=220)
    key = f"posts of {state.channel}"
    if (picked := elements.chart(chart, key, "每天的发言数，按情感分")) and desk.person.may(
        Right.READ
    ):
        behind: dict[str, Any] = {"since": picked["since"], "until": picked["until"]}
        query = PostQuery(channels=(state.channel,))
        go_to(SEARCH_PAGE, address_of(query, **with_days(behind)))


def figures(state: ChannelState) -> None:
    """Followers, posts, likes and views over time."""
    frame = frames.figures(house.snapshots(state.channel))
    if frame.empty:
        st.caption("这个渠道没有粉丝数、作品数等数字：平台没有给出，或者还没有采集过。")
        return
    from dashboard import crawl_charts

    st.markdown("**粉丝、作品和互动**", help="平台在采集那一刻显示的数字；带“+”的只是下限。")
    names = list(dict.fromkeys(frame["name"]))
    latest = frame.drop_duplicates("name", keep="last").set_index("name")
    for column, name in zip(st.columns(len(names)), names, strict=True):
        told = "平台在最近一次采集时显示的数字，不是本系统数出来的。"
        column.metric(name, f"{latest.loc[name, 'value']:,}", help=told)
        if (frame["name"] == name).sum() > 1:
            column.altair_chart(crawl_charts.figures(frame, name), key=f"{name} of {state.channel}")


def crawls(runs: Sequence[CrawlRun], state: ChannelState) -> None:
    """Coverage of comments and the list of crawls, newest first."""
    own = [run for run in runs if run.channel == state.channel]
    if not own:
        return
    frame = frames.coverage(own[-_SHOWN_RUNS:])
    if frame.size and frame["at"].nunique() > 1:
        from dashboard import crawl_charts

        st.markdown("**每次采集读到多少评论**", help="平台显示的评论数，减去读到的，就是还差的。")
        st.altair_chart(crawl_charts.coverage(frame), key=f"coverage of {state.channel}")
    with st.expander(f"最近 {min(len(own), _SHOWN_RUNS)} 次采集", key=f"runs of {state.channel}"):
        rows = [_row(run) for run in reversed(own[-_SHOWN_RUNS:])]
        st.dataframe(rows, hide_index=True)


def _row(run: CrawlRun) -> Mapping[str, object]:
    return {
        "结束时间": words.moment(run.ended_at),
        "结果": words.ending(run)[0],
        "新增": run.new,
        "更新": run.updated,
        "请求次数": run.requests,
        "读不懂": sum(run.rejected.values()),
        "评论读到": run.comments_fetched,
        "评论共有": run.comments_declared,
    }
