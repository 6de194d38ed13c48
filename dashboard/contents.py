"""Which pages there are, and which of them a person finds in the row at the top."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import house
from monitor.roles import Person, Right
from posts.errors import GongshengError

_OPEN = ("today", "今日", "today"), ("topics", "话题", "forum"), ("channels", "渠道", "cell_tower")
_READ = (("search", "检索", "search"),)
_HOUSE = (("system", "系统", "settings"),)
_BEHIND = ("post", "发言"), ("compare", "两个检索相比")


def who() -> Person | None:
    """Who is looking; None where that cannot be told just now, and the page will say why."""
    try:
        return house.reader()
    except GongshengError:
        return None


def pages_for(person: Person | None) -> list[StreamlitPage]:
    """Pages in order. All can be opened by address: what they show is the desk's to decide."""
    may_read = person is None or person.may(Right.READ)
    first, *rest = _OPEN
    shown = [first, *(_READ if may_read else ()), *rest, *_HOUSE]
    hidden = [] if may_read else [(name, title) for name, title, _ in _READ]
    # Not in a folder named "pages": Streamlit would open such files by itself, without this frame.
    return [
        st.Page(
            f"screens/{name}.py", title=title, icon=f":material/{icon}:", default=name == "today"
        )
        for name, title, icon in shown
    ] + [
        st.Page(f"screens/{name}.py", title=title, visibility="hidden")
        for name, title in (*_BEHIND, *hidden)
    ]
