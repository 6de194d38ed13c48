"""The parts of the topics page."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import charts, elements, frames, words
from dashboard.links import SEARCH_PAGE, address_of, as_link
from dashboard.plain import as_html, as_label, one_line
from dashboard.state import go_to
from dashboard.today_parts import post_card, with_days
from dashboard.topic_queries import (
    SAMPLE,
    Copies,
    TopicsView,
    WordsView,
    copied,
    examples,
    over_time,
    rising_words,
)
from monitor.desk import Desk
from monitor.roles import Right
from nlp.labels import covers
from posts.model import CrawlRun

_KEPT_SECONDS = 600


def by_sentiment(found: TopicsView, *, linked: bool) -> None:
    """All topics, most spoken of first."""
    st.subheader(
        "大家在谈什么",
        help="一条发言最多归入三个话题，所以各话题相加会超过发言总数。话题由程序判断，难免有错。",
    )
    if not found.rows:
        st.markdown("这段时间没有能归入话题的发言。")
        return
    st.caption("点一下柱子，就能看到背后的发言。")
    chart = charts.topics(frames.topics(found.rows))
    if (picked := elements.chart(chart, "topics", "各话题的发言数，按情感分")) and linked:
        behind = {"topics": (picked["topic"],), "sentiments": (picked["sentiment"],)}
        go_to(SEARCH_PAGE, address_of(found.query, **behind))


def one_topic(
    desk: Desk, runs: Sequence[CrawlRun], found: TopicsView, names: Mapping[str, str]
) -> None:
    """One topic over time, with its negative share and examples."""
    if not found.rows:
        return
    st.subheader("一个话题的来龙去脉", help="按发布日期计算；米色一栏是没有采集到的日子。")
    topics = [row.topic for row in found.rows]
    topic = st.selectbox(
        "话题", topics, format_func=lambda one: words.chinese("topic", one), key="about",
        bind="query-params",
    )  # fmt: skip
    st.caption(f"包括：{covers(topic)}。点一下柱子，就能看到背后的发言。")
    series = over_time(desk, runs, found, topic)
    linked = desk.person.may(Right.READ)
    name = words.chinese("topic", topic)
    chart = charts.volume(frames.volume(series), height=240)
    if (picked := elements.chart(chart, f"of {topic}", f"{name}每天的发言数，按情感分")) and linked:
        behind: dict[str, Any] = {"since": picked["since"], "until": picked["until"]}
        if picked.get("sentiment") in frames.ORDER:
            behind["sentiments"] = (picked["sentiment"],)
        go_to(SEARCH_PAGE, address_of(found.query, topics=(topic,), **with_days(behind)))
    shares = frames.negative_shares(series)
    if shares["share"].notna().sum() > 1:
        drawing = charts.negative_share(shares, height=180)
        elements.chart(drawing, f"share of {topic}", f"{name}每天负面发言的占比和误差范围")
    if linked:
        st.markdown("**回应最多的几条**")
        for hit in examples(desk, found, topic):
            post_card(hit, names)


def rising(desk: Desk, found: TopicsView) -> None:
    """Words that rise, ranked, with an example each."""
    kept = _words_of(desk, desk.person.name, found)
    st.subheader(
        "哪些词多起来了",
        help="比较的是程序从每条发言里取出的关键词：这段时间和前面同样长的一段时间，"
        "含有它的发言各占多少。用对数似然比（Dunning 1993）排序，“明显”指偶然的可能不到千分之一。"
        "这里用排好序的条形图，不用词云：词云里字的大小看不出多少，也看不出变化。",
    )
    if not kept.comparable:
        st.markdown("前面一段时间没有发言，无法比较。请把时间选短一些。")
        return
    if kept.read < kept.total:
        st.caption(f"发言太多，两段时间都只读了最新的 {SAMPLE:,} 条。")
    if not kept.words:
        st.markdown("没有哪个词比以前多。")
        return
    st.html(rising_html(kept))


def copies(desk: Desk, found: TopicsView, names: Mapping[str, str]) -> None:
    """Groups of copied texts."""
    groups = _copies_of(desk, desk.person.name, found)
    st.subheader(
        "照抄的话",
        help="去掉标点和表情后相同，或者每三个字一段有七成以上相同的发言"
        "（MinHash 查找，杰卡德系数核对）。"
        "可能是大家一起呼吁，也可能是刷屏，请人工判断。",
    )
    if (desk.total(found.query) or 0) > SAMPLE:
        st.caption(f"发言太多，只比对了最新的 {SAMPLE:,} 条。")
    if not groups:
        st.markdown("没有发现照抄的话。")
    for number, group in enumerate(groups):
        first, last = group.posts[0].post, group.posts[-1].post
        label = f"{len(group.posts)} 条：{as_label(first.text, 60)}"
        box = st.expander(label, key=f"copies {number}", on_change="rerun")
        if box.open:
            authors = "" if group.authors is None else f"，{group.authors} 个人"
            when = f"{words.moment(first.published_at)}至{words.moment(last.published_at)}"
            box.caption(f"{when}{authors}。最早的在前。")
            box.html(_copies_html(group, names))


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=16, show_spinner="正在数词……")
def _words_of(_desk: Desk, who: str, found: TopicsView) -> WordsView:
    return rising_words(_desk, found)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=16, show_spinner="正在比对……")
def _copies_of(_desk: Desk, who: str, found: TopicsView) -> list[Copies]:
    return copied(_desk, found)


def rising_html(kept: WordsView) -> str:
    """Words with two bars each, how large a share held them before and holds them now."""
    most = max(rise.after / rise.after_of for rise in kept.words)
    rows = []
    for rise in kept.words:
        behind = {"q": [f'"{rise.name}"'], "since": [kept.since.isoformat()],
                  "until": [kept.until.isoformat()], "own": ["0"]}  # fmt: skip
        link = as_html(as_link(behind))
        said = as_html(one_line(kept.examples[rise.name].post.text, 70))
        sure = "明显" if rise.sure else "属于正常波动"
        times = "以前没有" if rise.new else f"{rise.low:.1f} 到 {rise.high:.1f} 倍"
        before, after = rise.before / rise.before_of, rise.after / rise.after_of
        rows.append(
            f'<li><a href="{link}" target="_self">{as_html(rise.name)}</a>'
            f'<span class="gs-bars">{_bar("以前", before, most)}{_bar("现在", after, most)}</span>'
            f"<span>{rise.before:,} → {rise.after:,} 条，{times}，{sure}</span>"
            f'<span class="gs-said">例：{said}</span></li>'
        )
    return f'<ul class="gs-words">{"".join(rows)}</ul>'


def _bar(period: str, share: float, most: float) -> str:
    kind = "gs-now" if period == "现在" else "gs-before"
    return (
        f'<span class="{kind}"><i style="width:{100 * share / most:.1f}%"></i>'
        f"{period} {share:.1%}</span>"
    )


def _copies_html(group: Copies, names: Mapping[str, str]) -> str:
    rows = [
        f'<li><a href="post?id={as_html(one.post.id)}" target="_self">'
        f"{as_html(words.moment(one.post.published_at))}</a> "
        f"<span>{as_html(one_line(names.get(one.post.channel, one.post.channel)))}</span>"
        f'<span class="gs-said">{as_html(one_line(one.post.text, 120))}</span></li>'
        for one in group.posts[:20]
    ]
    return f'<ul class="gs-words">{"".join(rows)}</ul>'
