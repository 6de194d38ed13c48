"""The parts of the search page below the search line."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial

import streamlit as st

from dashboard import charts, correcting, elements, frames, words
from dashboard.hit import thread_html
from dashboard.links import POST_PAGE, SEARCH_PAGE, VOCABULARY, View, address_of
from dashboard.plain import as_label
from dashboard.queries import Results
from dashboard.state import go_to, go_to_page
from dashboard.thread_queries import thread
from monitor.corrections import Tag
from monitor.desk import EXPORT_LIMIT, Desk
from monitor.exports import MIME, Form
from monitor.roles import Right
from posts.model import CHINA

FORMS: tuple[tuple[Form, str], ...] = (("xlsx", "导出 Excel"), ("csv", "导出 CSV"))


def summary(found: Results) -> None:
    """How many were found."""
    if found.problem:
        st.warning(as_label(found.problem, limit=300), icon=":material/help:")
    elif found.page.total:
        st.markdown(
            f"**找到 {found.page.total:,} 条发言**",
            help="符合上面和左边全部条件的发言数，没列在这一页的也算。"
            "括号里的数字，是再选这一项会找到多少条。",
        )
    else:
        st.info("没有找到。可以少写一个词，或者清除左边的条件再试。", icon=":material/search_off:")


def histogram(found: Results, view: View) -> None:
    """Hits by day; a click narrows to the day, a stretch drawn with the mouse to its days."""
    frame = frames.histogram(found.per_day)
    if frame.empty or frame["since"].nunique() < 2:
        return
    with st.expander("按日期分布", expanded=True, key="box days"):
        st.caption("点一下柱子，只看那一天；按住鼠标拖过几根柱子，只看那几天。")
        drawing = charts.volume(frame, height=220, brush=True)
        if picked := elements.chart(drawing, "days", "每天找到的发言数，按情感分"):
            days = {name: date.fromisoformat(picked[name]) for name in ("since", "until")}
            go_to(SEARCH_PAGE, address_of(view.query, **days))


@st.fragment
def hits(desk: Desk, found: Results, names: Mapping[str, str]) -> None:
    """The hits of this page: read, open, put right, choose some to take along."""
    correcting.tell()
    shown = {hit.found.post.id: hit for hit in found.page.hits}
    threads = {
        one: thread_html(thread(desk, shown[one].found), names)
        for one in elements.opened()
        if one in shown
    }
    said = elements.hit_list(
        found.page.hits, names, threads, fixable=desk.person.may(Right.CORRECT)
    )
    if said.open in shown:
        go_to(POST_PAGE, {"id": [said.open]})
    if said.fix in shown:
        correcting.corrector(desk, shown[said.fix].found)
    _chosen(desk, [one for one in elements.chosen() if one in shown])


def _chosen(desk: Desk, ids: list[str]) -> None:
    """What to do with the hits that are ticked."""
    if not ids:
        return
    with st.container(border=True, key="chosen"):
        st.markdown(f"**选中了 {len(ids):,} 条**")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for form, label in FORMS if desk.person.may(Right.EXPORT) else ():
                st.download_button(
                    label.replace("导出", "导出选中的为"),
                    data=partial(_file_of_chosen, desk, ids, form),
                    file_name=_file_name(form), mime=MIME[form], on_click="ignore",
                    icon=":material/download:", key=f"chosen {form}",
                )  # fmt: skip
            if desk.person.may(Right.CORRECT):
                st.selectbox(
                    "情感都改为", VOCABULARY["sentiment"], index=None, placeholder="不改",
                    format_func=lambda one: words.chinese("sentiment", one),
                    key="all sentiment", on_change=_all, args=(desk, ids, "sentiment"), width=170,
                )  # fmt: skip
                st.selectbox(
                    "意图都改为", VOCABULARY["intent"], index=None, placeholder="不改",
                    format_func=lambda one: words.chinese("intent", one),
                    key="all intent", on_change=_all, args=(desk, ids, "intent"), width=170,
                )  # fmt: skip


def _all(desk: Desk, ids: list[str], tag: Tag) -> None:
    key = f"all {tag}"
    if value := st.session_state[key]:
        correcting.correct_all(desk, ids, tag, value)
        st.session_state[key] = None


def pager(found: Results, view: View) -> None:
    """Turn pages."""
    if found.pages == 1:
        return
    back, where, on = st.columns([1, 2, 1], vertical_alignment="center")
    here = view.page
    back.button("← 上一页", disabled=here <= 1, on_click=go_to_page, args=(here - 1,))
    where.markdown(f"第 {here:,} 页，共 {found.pages:,} 页", text_alignment="center")
    on.button("下一页 →", disabled=here >= found.pages, on_click=go_to_page, args=(here + 1,))


def downloads(desk: Desk, found: Results, view: View) -> None:
    """Take the result along as a file; made when asked for, and written down."""
    if not found.page.total or not desk.person.may(Right.EXPORT):
        return
    st.caption(
        f"导出本次检索的全部结果（最多 {EXPORT_LIMIT:,} 条），个人信息已脱敏；"
        "每次导出都会留下记录。"
    )
    left, right, _ = st.columns([1, 1, 2])
    for column, (form, label) in zip((left, right), FORMS, strict=True):
        column.download_button(
            label,
            data=partial(_file, desk, view, form),
            file_name=_file_name(form),
            mime=MIME[form],
            on_click="ignore",
            icon=":material/download:",
            key=f"export {form}",
            width="stretch",
        )


def _file_name(form: Form) -> str:
    return f"gongsheng-{datetime.now(CHINA):%Y%m%d-%H%M}.{form}"


def _file_of_chosen(desk: Desk, ids: list[str], form: Form) -> bytes:
    return desk.export_chosen(ids, form, words.chinese).content


def _file(desk: Desk, view: View, form: Form) -> bytes:
    return desk.export(view.query, form, words.chinese, sort=view.sort).content
