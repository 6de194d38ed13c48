"""The parts of the search page below the search line."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial

import streamlit as st

from dashboard import charts, frames, words
from dashboard.hit import hit_html, thread_html
from dashboard.links import SEARCH_PAGE, View, address_of
from dashboard.plain import as_label
from dashboard.queries import Results, thread
from dashboard.state import go_to, go_to_page
from monitor.desk import EXPORT_LIMIT, Desk
from monitor.exports import MIME, Form
from monitor.roles import Right
from posts.model import CHINA
from posts.query import Hit


def summary(found: Results) -> None:
    """How many were found."""
    if found.problem:
        st.warning(as_label(found.problem, limit=300), icon=":material/help:")
    elif found.page.total:
        st.markdown(f"**找到 {found.page.total:,} 条发言**")
    else:
        st.info("没有找到。可以少写一个词，或者清除左边的条件再试。", icon=":material/search_off:")


def histogram(found: Results, view: View) -> None:
    """Hits by day; a click narrows to the day."""
    frame = frames.histogram(found.per_day)
    if frame.empty or frame["since"].nunique() < 2:
        return
    with st.expander("按日期分布", expanded=True, key="box days"):
        st.caption("点一下柱子，只看那一天。")
        # The key changes with the days shown, so that an old click is not taken for a new one.
        key = f"days {frame['since'].iloc[0]} {frame['since'].iloc[-1]}"
        event = st.altair_chart(
            charts.volume(frame, height=220),
            key=key,
            on_select="rerun",
            selection_mode=charts.PICK,
        )
        if points := event.selection.get(charts.PICK):
            since, until = (date.fromisoformat(points[0][name]) for name in ("since", "until"))
            go_to(SEARCH_PAGE, address_of(view.query, since=since, until=until))


def hits(desk: Desk, found: Results, names: Mapping[str, str]) -> None:
    """The hits of this page, each with its thread to unfold."""
    for hit in found.page.hits:
        with st.container(border=True):
            st.html(hit_html(hit, names))
            _context(desk, hit, names)


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
    forms: tuple[tuple[Form, str], ...] = (("xlsx", "导出 Excel"), ("csv", "导出 CSV"))
    for column, (form, label) in zip((left, right), forms, strict=True):
        column.download_button(
            label,
            data=partial(_file, desk, view, form),
            file_name=f"gongsheng-{datetime.now(CHINA):%Y%m%d-%H%M}.{form}",
            mime=MIME[form],
            on_click="ignore",
            icon=":material/download:",
            key=f"export {form}",
            width="stretch",
        )


def _file(desk: Desk, view: View, form: Form) -> bytes:
    return desk.export(view.query, form, words.chinese, sort=view.sort).content


def _context(desk: Desk, hit: Hit, names: Mapping[str, str]) -> None:
    post = hit.found.post
    if post.thread_id is None:
        return
    label = "查看前后对话" if post.kind == "comment" else "查看下面的评论"
    box = st.expander(label, key=f"thread {post.id}", on_change="rerun")
    if box.open:
        box.html(thread_html(thread(desk, hit.found), names))
