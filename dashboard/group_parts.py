"""Who speaks: posts by unit, region, gender or shift, without numbers of a few."""

from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from dashboard import words
from dashboard.tables import table_html
from monitor.desk import Desk
from monitor.group_questions import SENSITIVE
from posts.model import Intent, Sentiment, Topic
from posts.query import FacetField, PostQuery

FIELDS = (FacetField.UNIT, FacetField.SHIFT, FacetField.REGION, FacetField.GENDER)
EVERYTHING = "全部发言"
HIDDEN = "不显示"
_MOST = 30


@dataclass(frozen=True)
class Group:
    """One unit, shift, region or gender; None where the number is not to be shown."""

    value: str
    everything: int | None
    chosen: int | None


def groups(desk: Desk, by: FacetField, narrower: dict[str, Any]) -> list[Group]:
    """Members' posts by value of a field, and how many of them meet one condition; most first.

    Raises:
        SmallGroup: the question is too fine to be answered.
    """
    members = PostQuery(by_channel=False)
    everything = desk.counts(by, members)
    chosen = desk.counts(by, members.model_copy(update=narrower)) if narrower else everything
    values = {*everything.shown, *everything.hidden, *chosen.shown, *chosen.hidden}
    found = [
        Group(
            value,
            None if value in everything.hidden else everything.shown.get(value, 0),
            None if value in {*everything.hidden, *chosen.hidden} else chosen.shown.get(value, 0),
        )
        for value in values
    ]
    return sorted(
        found, key=lambda one: (one.everything is None, -(one.everything or 0), one.value)
    )


def conditions() -> dict[str, dict[str, Any]]:
    """What can be looked at, by the words a reader chooses from."""
    found: dict[str, dict[str, Any]] = {EVERYTHING: {}}
    for field, name, values in (
        ("sentiment", "sentiments", get_args(Sentiment)),
        ("intent", "intents", get_args(Intent)),
        ("topic", "topics", get_args(Topic)),
    ):
        found |= {
            f"{words.FIELDS[field]}：{words.chinese(field, value)}": {name: (value,)}
            for value in values
        }
    return found


def breakdown(desk: Desk) -> None:
    """A box that is filled when somebody opens it."""
    st.subheader(
        "谁在说",
        help="职工发言按单位、班次、地区或性别分开数，不算频道自己发布的，也不管上面选的时间。"
        f"人数太少的一律{HIDDEN}，旁边够多的有时也{HIDDEN}，免得用加减法算出来；"
        "所以一次只能看一项，配一个条件，数字到第二天才更新。",
    )
    box = st.expander("按单位、班次、地区或性别分开看", key="who speaks", on_change="rerun")
    if not box.open:
        return
    with box:
        left, right = st.columns(2)
        by = left.selectbox(
            "按什么分", FIELDS, format_func=lambda one: words.FIELDS[one.value], key="groups by"
        )
        asked = conditions()
        said = right.selectbox("看哪些发言", list(asked), key="groups of")
        found = groups(desk, by, asked[said])
        if not found:
            st.markdown(
                f"还没有发言带有{words.FIELDS[by.value]}。"
                "单位和班次来自导入的文件，或者频道文件里的 unit 和 shift。"
            )
            return
        st.html(groups_html(by, said, found))
        if len(found) > _MOST:
            st.caption(f"这里只列最多的 {_MOST} 个，共 {len(found):,} 个。")


def groups_html(by: FacetField, said: str, found: list[Group]) -> str:
    """The table; what is hidden says so."""
    assert by in SENSITIVE
    name = words.FIELDS[by.value]
    headings = [name, EVERYTHING]
    rows = [[words.chinese(by.value, one.value), _shown(one.everything)] for one in found[:_MOST]]
    if said != EVERYTHING:
        headings += [f"其中{said.partition('：')[2]}", f"占这个{name}的"]
        for row, one in zip(rows, found, strict=False):
            row += [_shown(one.chosen), _share(one)]
    return table_html(headings, rows)


def _shown(n: int | None) -> str:
    return HIDDEN if n is None else f"{n:,} 条"


def _share(one: Group) -> str:
    if not one.everything or one.chosen is None:
        return "—"
    return words.percent(one.chosen / one.everything)
