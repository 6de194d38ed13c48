"""Searches kept under a name, in the column beside the search."""

import streamlit as st

from dashboard.links import COMPARE_PAGE, View, as_text, from_text
from dashboard.plain import as_label
from dashboard.state import show
from monitor.desk import Desk
from posts.errors import GongshengError

_NAME, _SAID = "name of search", "said of searches"


def saved(desk: Desk, view: View) -> None:
    """The person's searches, and a line to keep the present one."""
    with st.sidebar, st.expander("我保存的检索", key="box saved"):
        if said := st.session_state.pop(_SAID, None):
            st.info(said)
        for one in desk.saved_searches():
            with st.container(horizontal=True, vertical_alignment="center"):
                view_of = from_text(one.address)
                st.button(
                    as_label(one.name), key=f"show {one.name}", on_click=show, args=(view_of,),
                    type="tertiary",
                )  # fmt: skip
                st.button(
                    "删除", key=f"drop {one.name}", on_click=_drop, args=(desk, one.name),
                    icon=":material/delete:", type="tertiary",
                )  # fmt: skip
        st.text_input("给现在的检索起个名字", key=_NAME, max_chars=80)
        st.button("保存", on_click=_keep, args=(desk, as_text(view)), key="keep search")
        now = {"a": as_text(view)}
        st.page_link(COMPARE_PAGE, label="和另一个检索相比 →", query_params=now)


def _keep(desk: Desk, address: str) -> None:
    try:
        desk.keep_search(st.session_state[_NAME], address)
    except GongshengError as error:
        st.session_state[_SAID] = as_label(str(error), limit=200)
        return
    st.session_state[_NAME] = ""
    st.session_state[_SAID] = "已保存。"


def _drop(desk: Desk, name: str) -> None:
    desk.drop_search(name)
