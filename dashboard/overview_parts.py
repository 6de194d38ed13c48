"""The parts of the overview page, each a number or a chart with its way to the posts behind it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboard import charts, frames, words
from dashboard.channel_list import channels_html
from dashboard.hit import hit_html
from dashboard.links import SEARCH_PAGE, address_of
from dashboard.plain import as_html
from dashboard.queries import ChannelState, Overview
from dashboard.sentences import sentences
from dashboard.state import go_to
from posts.model import APPEALS

PERIODS: dict[int, str] = {7: "近 7 天", 30: "近 30 天", 90: "近 90 天", 0: "全部"}
_CLICK = "点一下柱子，就能看到背后的发言。"


def days_chooser() -> int | None:
    """How many days to look back; None for all. Kept in the address."""
    chosen = st.segmented_control(
        "看多久",
        list(PERIODS),
        default=30,
        required=True,
        key="days",
        format_func=PERIODS.__getitem__,
        label_visibility="collapsed",
        bind="query-params",
    )
    return chosen or None


def headline(found: Overview) -> None:
    """Three sentences, and the numbers in them with their posts."""
    paragraphs = "".join(f"<p>{as_html(sentence)}</p>" for sentence in sentences(found))
    st.html(f'<div class="gs-sentences">{paragraphs}</div>')
    with st.container(key="numbers"):
        four = st.columns(4)
    q = found.query
    _number(
        four[0], "职工发言", words.number(found.total), address_of(q),
        "这段时间采集到的帖子和评论，不算频道自己发布的内容。",
    )  # fmt: skip
    _number(
        four[1], "负面占比", words.percent(found.negative.value),
        address_of(q, sentiments=("negative",)),
        f"负面 {found.negative.part:,} 条，除以全部 {found.negative.whole:,} 条。"
        f"考虑到偶然因素，真实占比多半在 {words.between(found.negative)}（95% 威尔逊区间）。"
        "情感由程序判断，难免有错。",
    )  # fmt: skip
    _number(
        four[2], "投诉、求助和建议", words.few(found.appeals),
        address_of(q, intents=tuple(sorted(APPEALS))),
        "程序判断为向工会投诉、求助或提建议的发言。",
    )  # fmt: skip
    _number(
        four[3], "紧急", words.few(found.urgent), address_of(q, urgent=True),
        "程序认为今天就该有人看的发言，例如安全隐患、正在发生的伤害、有人想不开。宁可多报，请人工核对。",
    )  # fmt: skip


def volume_by_day(found: Overview) -> None:
    """Posts by day and sentiment."""
    st.subheader(
        "每天有多少发言",
        help="按发布日期（北京时间）计算，不算频道自己发布的内容。"
        "米色一栏是没有采集到的日子，不等于没有人说话；颜色浅的柱子表示有频道没采集到，或当天还没有结束。",
    )
    st.caption(_CLICK)
    if picked := _picked(
        charts.volume(frames.volume(found.series)), "volume", "每天的发言数，按情感分"
    ):
        behind: dict[str, Any] = {"since": picked["since"], "until": picked["until"]}
        if picked.get("sentiment") in frames.ORDER:
            behind["sentiments"] = (picked["sentiment"],)
        go_to(SEARCH_PAGE, address_of(found.query, **_days(behind)))


def share_by_day(found: Overview) -> None:
    """Share of negative posts by day."""
    frame = frames.negative_shares(found.series)
    if not frame["share"].notna().any():
        return
    st.subheader(
        "负面发言占多少",
        help="每天负面发言除以当天全部发言。浅色的带子是 95% 威尔逊区间："
        "发言少的日子带子宽，单独一天的高低不必当真。",
    )
    st.caption("点一下圆点，就能看到当天的负面发言。")
    if picked := _picked(charts.negative_share(frame), "share", "每天负面发言的占比和误差范围"):
        behind = {"since": picked["since"], "until": picked["until"], "sentiments": ("negative",)}
        go_to(SEARCH_PAGE, address_of(found.query, **_days(behind)))


def topics(found: Overview) -> None:
    """Topics by sentiment."""
    if not found.topics:
        return
    st.subheader(
        "大家在谈什么",
        help="一条发言最多归入三个话题，所以各话题相加会超过发言总数。话题由程序判断。",
    )
    st.caption(_CLICK)
    if picked := _picked(
        charts.topics(frames.topics(found.topics)), "topics", "各话题的发言数，按情感分"
    ):
        behind = {"topics": (picked["topic"],), "sentiments": (picked["sentiment"],)}
        go_to(SEARCH_PAGE, address_of(found.query, **behind))


def latest(found: Overview, names: Mapping[str, str]) -> None:
    """Newest complaints and calls for help."""
    st.subheader("最新的投诉和求助", help="紧急的排在前面，其余按时间从新到旧。")
    if not found.latest:
        st.markdown("这段时间没有投诉和求助。")
    for hit in found.latest:
        with st.container(border=True):
            st.html(hit_html(hit, names))
    asking = address_of(found.query, intents=("complaint", "help"))
    st.page_link(SEARCH_PAGE, label="查看全部投诉和求助 →", query_params=asking)


def channels(states: Sequence[ChannelState]) -> None:
    """How the last crawl of each channel ended."""
    if not states:
        return
    st.subheader(
        "各频道采集得怎么样",
        help="每个频道最近一次采集的结果。没读到不等于没有人说话：差多少条评论，这里如实列出。",
    )
    st.html(channels_html(states))


def _number(where: Any, name: str, value: str, address: Any, how: str) -> None:
    with where.container(border=True):
        st.metric(name, value, help=how)
        st.page_link(SEARCH_PAGE, label="查看这些发言 →", query_params=address)


def _picked(chart: Any, key: str, alt: str) -> dict[str, Any] | None:
    event: Any = st.altair_chart(
        chart, key=key, on_select="rerun", selection_mode=charts.PICK, alt=alt
    )
    points = event.selection.get(charts.PICK) or []
    return dict(points[0]) if points else None


def _days(behind: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(behind[name]) for name in ("since", "until")}
    return {**behind, **days}
