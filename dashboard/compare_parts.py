"""The parts of the page that sets two searches side by side."""

import streamlit as st

from dashboard import charts, elements, frames, words
from dashboard.compare_queries import Side, differs
from dashboard.links import FIELDS, SEARCH_PAGE, View, as_text, from_text, write_address
from dashboard.plain import as_label
from monitor.desk import Desk
from posts.query import PostQuery

_SIDES = {"a": "甲", "b": "乙"}
_VERDICT = {"up": "明显更高", "down": "明显更低", "unclear": "看不出真正的差别"}


def two_views(desk: Desk) -> tuple[View, View]:
    """The searches of the address; each can be changed here."""
    views = {name: from_text(st.query_params.get(name, "")) for name in _SIDES}
    saved = {one.name: one.address for one in desk.saved_searches()}
    for column, (name, title) in zip(st.columns(2), _SIDES.items(), strict=True):
        with column:
            line = f"text {name}"
            if line not in st.session_state:
                st.session_state[line] = views[name].query.text
            st.text_input(f"检索{title}", key=line, on_change=_typed, args=(name,), max_chars=1000)
            if saved:
                st.selectbox(
                    "或者选保存过的", list(saved), index=None, placeholder="选一个",
                    format_func=words.plain, key=f"saved {name}",
                    on_change=_taken, args=(name, saved),
                )  # fmt: skip
    return views["a"], views["b"]


def beside(one: Side, other: Side) -> None:
    """What comes of it, then numbers, days and topics of both."""
    negative, positive = (differs(one, other, name) for name in ("negative", "positive"))
    st.markdown(
        f"**结论**：和甲相比，乙的负面占比**{_VERDICT[negative]}**，正面占比**{_VERDICT[positive]}**。",
        help="两个占比之差的 95% 区间（Newcombe 1998）不含零，才叫“明显”。",
    )
    for column, side, title in zip(st.columns(2), (one, other), _SIDES.values(), strict=True):
        with column:
            _side(side, title)


def _side(side: Side, title: str) -> None:
    if side.problem:
        st.warning(as_label(side.problem, limit=300))
        return
    st.html(f'<p class="gs-facts">{words.plain_list(conditions(side.view.query))}</p>')
    with st.container(border=True):
        st.metric("找到", f"{side.total:,} 条", help="符合条件的发言数。")
        st.page_link(SEARCH_PAGE, label="查看这些发言 →", query_params=write_address(side.view))
    if not side.total:
        return
    negative = side.shares["negative"]
    st.metric(
        "负面占比", words.percent(negative.value),
        help=f"负面 {negative.part:,} 条，除以 {negative.whole:,} 条；"
        f"真实占比多半在 {words.between(negative)}。",
    )  # fmt: skip
    st.caption(f"{negative.part:,} 条负面；真实占比多半在 {words.between(negative)}。")
    drawing = charts.volume(frames.volume(side.series), height=200)
    elements.chart(drawing, f"days of {title}", f"每天的发言数，按情感分（{title}）")
    top = sorted(side.topics.items(), key=lambda pair: -pair[1])[:6]
    lines = [f"{words.chinese('topic', name)} {n:,} 条（{n / side.total:.0%}）" for name, n in top]
    st.html(f'<p class="gs-facts">{words.plain_list(lines)}</p>')


def conditions(query: PostQuery) -> list[str]:
    """Conditions of a search in words."""
    said = [f"“{query.text}”"] if query.text else ["不限词"]
    said += [f"从 {query.since}"] if query.since else []
    said += [f"到 {query.until}"] if query.until else []
    for name, attribute in FIELDS.items():
        if values := getattr(query, attribute):
            said.append(f"{words.FIELDS[name]}：{words.listed(name, values)}")
    said += ["只看紧急的"] if query.urgent else []
    said += ["不看频道自己发布的"] if query.by_channel is False else []
    return said


def _typed(name: str) -> None:
    text = st.session_state[f"text {name}"].strip()
    view = from_text(st.query_params.get(name, ""))
    query = view.query.model_copy(update={"text": text})
    st.query_params[name] = as_text(View(query, view.sort))


def _taken(name: str, saved: dict[str, str]) -> None:
    chosen = st.session_state[f"saved {name}"]
    if chosen in saved:
        st.query_params[name] = saved[chosen]
        st.session_state.pop(f"text {name}", None)
