"""The parts of the first page, each a number or a chart with its way to the posts behind it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboard import charts, elements, frames, words
from dashboard.channel_list import channel_lines_html
from dashboard.channel_queries import ChannelState
from dashboard.hit import hit_html
from dashboard.links import CHANNELS_PAGE, POST_PAGE, SEARCH_PAGE, TOPICS_PAGE, address_of
from dashboard.plain import as_html
from dashboard.queries import Overview
from dashboard.sentences import said_html, sentences, what_is_missing
from dashboard.state import go_to
from posts.model import APPEALS
from posts.query import Hit

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
    """Three sentences whose numbers open their posts, and what was not collected."""
    said = [said_html(sentence, linked=found.may_read) for sentence in sentences(found)]
    if missing := what_is_missing(found.series):
        said.append(f'<span class="gs-missing">{as_html(missing)}</span>')
    st.html(f'<div class="gs-sentences">{"".join(f"<p>{one}</p>" for one in said)}</div>')


def urgent_first(found: Overview, names: Mapping[str, str]) -> None:
    """The newest urgent posts."""
    if not found.urgent_first:
        return
    st.subheader(
        "请先看这些",
        help="程序认为今天就该有人看的发言，例如安全隐患、正在发生的伤害、有人想不开。"
        "宁可多报，请人工核对。",
    )
    for hit in found.urgent_first:
        post_card(hit, names)
    if (found.urgent or 0) > len(found.urgent_first):
        urgent = address_of(found.query, urgent=True)
        label = f"查看全部 {found.urgent:,} 条紧急发言 →"
        st.page_link(SEARCH_PAGE, label=label, query_params=urgent)


def numbers(found: Overview) -> None:
    """Four numbers of the period, each with its posts."""
    with st.container(key="numbers"):
        four = st.columns(4)
    q, linked = found.query, found.may_read
    _number(
        four[0], "职工发言", words.number(found.total), address_of(q), linked,
        "这段时间采集到的帖子和评论，不算频道自己发布的内容。",
    )  # fmt: skip
    _number(
        four[1], "负面占比", words.percent(found.negative.value),
        address_of(q, sentiments=("negative",)), linked,
        f"负面 {found.negative.part:,} 条，除以全部 {found.negative.whole:,} 条。"
        f"考虑到偶然因素，真实占比多半在 {words.between(found.negative)}（95% 威尔逊区间）。"
        "情感由程序判断，难免有错。",
    )  # fmt: skip
    _number(
        four[2], "投诉、求助和建议", words.few(found.appeals),
        address_of(q, intents=tuple(sorted(APPEALS))), linked,
        "程序判断为向工会投诉、求助或提建议的发言。",
    )  # fmt: skip
    _number(
        four[3], "紧急", words.few(found.urgent), address_of(q, urgent=True), linked,
        "程序认为今天就该有人看的发言。宁可多报，请人工核对。",
    )  # fmt: skip


def volume_by_day(found: Overview) -> None:
    """Posts by day and sentiment."""
    st.subheader(
        "每天有多少发言",
        help="按发布日期（北京时间）计算，不算频道自己发布的内容。"
        "米色一栏是没有采集到的日子，不等于没有人说话；颜色浅的柱子表示有频道没采集到，或当天还没有结束。",
    )
    st.caption(_CLICK)
    if picked := elements.chart(
        charts.volume(frames.volume(found.series)), "volume", "每天的发言数，按情感分"
    ):
        behind: dict[str, Any] = {"since": picked["since"], "until": picked["until"]}
        if picked.get("sentiment") in frames.ORDER:
            behind["sentiments"] = (picked["sentiment"],)
        go_to(SEARCH_PAGE, address_of(found.query, **with_days(behind)))


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
    if picked := elements.chart(
        charts.negative_share(frame), "share", "每天负面发言的占比和误差范围"
    ):
        behind = {"since": picked["since"], "until": picked["until"], "sentiments": ("negative",)}
        go_to(SEARCH_PAGE, address_of(found.query, **with_days(behind)))


def rising(found: Overview) -> None:
    """Topics that rose in the last week beside the week before."""
    week = words.span(*found.week)
    st.subheader(
        "哪些话题多起来了",
        help=f"{week}和前七天相比，各话题占全部发言的比例。"
        "“明显”指偶然造成的可能不到千分之一（对数似然比检验）；其余属于正常波动。",
    )
    if not found.rising:
        st.markdown("这两周没有完整采集，或者没有话题比前一周多。")
    for rise in found.rising:
        name, sure = words.chinese("topic", rise.name), "明显" if rise.sure else "属于正常波动"
        line = f"{name}：{rise.before:,} → {rise.after:,} 条（{sure}）"
        behind = address_of(
            found.query, topics=(rise.name,), since=found.week[0], until=found.week[1]
        )
        st.page_link(SEARCH_PAGE, label=line, query_params=behind, disabled=not found.may_read)
    st.page_link(TOPICS_PAGE, label="查看全部话题 →")


def latest(found: Overview, names: Mapping[str, str]) -> None:
    """Newest complaints and calls for help."""
    if not found.may_read:
        return
    st.subheader("最新的投诉和求助", help="按时间从新到旧；紧急的已经列在最上面。")
    if not found.latest:
        st.markdown("这段时间没有别的投诉和求助。")
    for hit in found.latest:
        post_card(hit, names)
    asking = address_of(found.query, intents=("complaint", "help"))
    st.page_link(SEARCH_PAGE, label="查看全部投诉和求助 →", query_params=asking)


def channels(states: Sequence[ChannelState]) -> None:
    """How the last crawl of each channel ended, in a line each."""
    if not states:
        return
    st.subheader(
        "各渠道采集得怎么样",
        help="每个渠道最近一次采集的结果。没读到不等于没有人说话。",
    )
    st.html(channel_lines_html(states))
    st.page_link(CHANNELS_PAGE, label="查看渠道详情 →")


def post_card(hit: Hit, names: Mapping[str, str]) -> None:
    """A post in a frame with the way to its own page."""
    with st.container(border=True):
        st.html(hit_html(hit, names))
        st.page_link(POST_PAGE, label="打开这一条 →", query_params={"id": hit.found.post.id})


def _number(where: Any, name: str, value: str, address: Any, linked: bool, how: str) -> None:
    with where.container(border=True):
        st.metric(name, value, help=how)
        if linked:
            st.page_link(SEARCH_PAGE, label="查看这些发言 →", query_params=address)


def with_days(behind: dict[str, Any]) -> dict[str, Any]:
    """The same with its ISO days as dates."""
    days = {name: date.fromisoformat(behind[name]) for name in ("since", "until")}
    return {**behind, **days}
