"""The parts of the system page."""

from collections.abc import Mapping

import streamlit as st

from dashboard import house, words
from dashboard.audit_words import deed, details
from dashboard.plain import as_label
from dashboard.tables import table_html
from monitor.desk import Desk
from monitor.roles import NAMES, Right, Role
from nlp import quality
from posts.errors import GongshengError

_SETS = {"test_union": "工会发言", "test_real": "真实网络发言"}
_FIGURES = {
    "sentiment_accuracy": "情感判对",
    "appeal_f1": "找出投诉、求助和建议",
    "topics_micro_f1": "归入话题",
    "urgent_f1": "找出紧急的",
}
_SAID = "said on system"
_MOST_LINES = 200


def store(desk: Desk) -> None:
    """What is kept, what waits, how the index does."""
    st.subheader("资料库", help="档案是所有采集内容的底本；资料库由它建成，随时可以重建。")
    health, (kept, indexed) = desk.health(), house.progress()
    four = st.columns(4)
    four[0].metric("档案里的版本", words.number(kept), help="每条发言每变一次就多一个版本。")
    four[1].metric(
        "等待标注", words.number(max(0, kept - indexed)),
        help="已经采集、还没有标注入库的版本；正常应当是 0。运行 gongsheng ingest 可以补上。",
    )  # fmt: skip
    four[2].metric("可检索的发言", words.number(health.posts), help="资料库里的发言数。")
    size = None if health.bytes_on_disk is None else round(health.bytes_on_disk / 1e6)
    four[3].metric(
        "占用磁盘", "不详" if size is None else f"{size:,} MB", help="资料库文件的大小。"
    )
    if not health.available:
        st.warning("资料库暂时不能回答。已经采集的内容没有丢失。", icon=":material/info:")


def model(desk: Desk) -> None:
    """Which tagger spoke last, and how well it did when it was measured."""
    st.subheader(
        "标注程序",
        help="情感、意图、话题和紧急由这个程序判断，难免有错。成绩用它从没见过、由人标注好的发言测得："
        "“情感判对”是一百条里判对几条；其余是 F1 乘以一百，满分 100，漏掉和错抓都会扣分。",
    )
    version = desk.newest_model()
    if version is None:
        return
    st.html(f'<p class="gs-facts">{words.plain_list([f"现用版本：{version}"])}</p>')
    found = quality.of(version)
    if found is None:
        st.caption("这个版本没有留下测试成绩；随系统提供的模型说明在 nlp/weights/MODEL_CARD.md。")
        return
    rows = [
        [name, f"{figures['lines']:,.0f} 条", *(_figure(key, figures) for key in _FIGURES)]
        for key_of_set, name in _SETS.items()
        if (figures := found.get(key_of_set))
    ]
    st.html(table_html(["测试用的发言", "条数", *_FIGURES.values()], rows))


def _figure(key: str, figures: Mapping[str, float]) -> str:
    value = figures.get(key)
    if value is None:
        return "没有测"
    return f"{value:.0%}" if key.endswith("accuracy") else f"{100 * value:.0f} 分"


def people(desk: Desk) -> None:
    """Accounts, for administrators."""
    if not desk.person.may(Right.PEOPLE):
        return
    st.subheader(
        "账号", help="看板只看数字；分析可检索、导出、更正；处理还能看原文；管理另管账号。"
    )
    if desk.person.local:
        st.caption(
            "还没有启用账号：只有这台电脑上的人能打开。设置 GONGSHENG_ACCOUNTS=true 后启用。"
        )
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    rows = [
        [
            one.name,
            NAMES[one.role],
            words.moment(one.created),
            words.moment(one.last_login) if one.last_login else "还没有",
            "是" if one.one_time else "",
        ]
        for one in desk.people().all()
    ]
    if rows:
        st.html(table_html(["账号", "角色", "建立", "上次登录", "待改密码"], rows))
    if not desk.person.local:
        _new_account(desk)


def audit(desk: Desk) -> None:
    """Who did what, for administrators."""
    if not desk.person.may(Right.AUDIT):
        return
    st.subheader("操作记录", help="只能添加、不能修改；每一行都和前一行连着，改动会被查出来。")
    book = desk.audit()
    rows = [
        [f"{entry.number:,}", words.moment(entry.at), entry.who, deed(entry.what),
         details(entry.detail)]
        for entry in book.entries(_MOST_LINES)
    ]  # fmt: skip
    if not rows:
        st.markdown("还没有操作记录。")
        return
    st.caption(f"最新的 {len(rows):,} 行，新的在上面。全部记录可以导出。")
    st.html(table_html(["序号", "时间", "谁", "做了什么", "详情"], rows))
    with st.container(horizontal=True):
        st.download_button(
            "导出全部操作记录", data=book.export, file_name="gongsheng-audit.csv",
            mime="text/csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        if st.button("检查有没有被改动", icon=":material/verified_user:"):
            found = book.verify()
            if found.problem is None:
                st.success(f"共 {found.lines:,} 行，没有被改动。")
            else:
                st.error(as_label(f"发现问题：{found.problem}", limit=200))


def _new_account(desk: Desk) -> None:
    with st.form("new account", clear_on_submit=True):
        st.markdown("**新建账号**")
        name = st.text_input("账号名", max_chars=64)
        role = st.selectbox("角色", list(Role), format_func=NAMES.__getitem__) or Role.VIEWER
        if st.form_submit_button("新建"):
            try:
                once = desk.people().add(name.strip(), role)
            except GongshengError as error:
                st.error(as_label(str(error), limit=200))
                return
            st.session_state[_SAID] = (
                f"已建立账号 {as_label(name)}。一次性密码（只显示这一次）：`{once}`"
            )
            st.rerun()
