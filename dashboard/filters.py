"""The choices of the search page; each choice shows how many posts it would find."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import elements, words
from dashboard.links import SORTS, VOCABULARY, View
from dashboard.plain import one_line
from dashboard.state import clear, key, tick
from posts.query import FacetField

SORT_NAMES = {
    "relevance": "最相关",
    "newest": "最新",
    "oldest": "最早",
    "heat": "热度最高",
    "negative": "最负面",
}
QUERY_HELP = """
**怎么写**

- 两个词用空格隔开：两个词都要有。`食堂 涨价`
- 任何一个都行：`食堂 OR 班车`
- 不要某个词：`食堂 NOT 活动`
- 一字不差的一句话，加引号：`"高温补贴"`
- 只知道开头：`gongzi*`
- 可以用括号：`(食堂 OR 宿舍) AND 投诉`
"""
_OPEN = ("sentiment", "intent", "topic")
_SHOWN_VALUES = 12


def query_box() -> None:
    """The search line and how to sort."""
    line, order = st.columns([4, 1], vertical_alignment="bottom")
    line.text_input(
        "想找什么？",
        key="q",
        type="search",
        placeholder="例如：食堂 涨价",
        help=QUERY_HELP,
        max_chars=1000,
    )
    order.selectbox("排序", SORTS, key="sort", format_func=SORT_NAMES.__getitem__)


def side(view: View, facets: Mapping[FacetField, dict[str, int]], names: Mapping[str, str]) -> None:
    """All other choices, beside the hits."""
    with st.sidebar:
        st.subheader("缩小范围")
        st.button("清除全部条件", on_click=clear, width="stretch", icon=":material/close:")
        st.date_input("从哪一天", key="since", value=None, format="YYYY-MM-DD")
        st.date_input("到哪一天", key="until", value=None, format="YYYY-MM-DD")
        urgent = facets[FacetField.URGENT].get("true", 0)
        st.checkbox(f"只看紧急的（{urgent:,}）", key="urgent")
        st.checkbox("不看频道自己发布的", key="own")
        if view.query.thread_id:
            st.info("正在看一个帖子下的全部发言。")
        groups = [
            _facet(name, title, facets[FacetField(name)], names)
            for name, title in words.FIELDS.items()
        ]
        elements.choices([group for group in groups if group["values"]], tick)


def _facet(
    name: str, title: str, counts: Mapping[str, int], names: Mapping[str, str]
) -> dict[str, Any]:
    chosen = [v for v in _values(name, counts) if st.session_state.get(key(name, v))]
    values = []
    for value in dict.fromkeys([*_values(name, counts), *chosen]):
        called = names.get(value, value) if name == "channel" else words.chinese(name, value)
        label = f"{one_line(called)}（{counts.get(value, 0):,}）"
        values.append({"value": value, "label": label, "on": value in chosen})
    return {"field": name, "title": title, "values": values,
            "open": name in _OPEN or bool(chosen)}  # fmt: skip


def _values(name: str, counts: Mapping[str, int]) -> list[str]:
    known = VOCABULARY.get(name)
    if known is not None:  # a fixed order: a box must not move away from under the finger
        return [v for v in known if counts.get(v) or st.session_state.get(key(name, v))]
    prefix = f"{name}="
    ticked = [
        str(k).removeprefix(prefix)
        for k, on in st.session_state.items()
        if str(k).startswith(prefix) and on
    ]
    most = sorted(counts, key=lambda v: (-counts[v], v))[:_SHOWN_VALUES]
    return list(dict.fromkeys([*ticked, *most]))
