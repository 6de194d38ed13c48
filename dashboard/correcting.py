"""Put a tag right with one click: the widgets under a post."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.links import VOCABULARY
from dashboard.plain import as_label
from monitor.corrections import Tag
from monitor.desk import Desk
from monitor.roles import Right
from posts.errors import GongshengError
from posts.model import TaggedPost

HOW = "点一下对的那个，立刻生效；谁在什么时候改的会记下来，以后重新标注也不会丢。"
_TOLD = "told"


def corrector(desk: Desk, found: TaggedPost, place: Any = st) -> None:
    """A small box under a post in which every tag can be put right; drawn when it is opened."""
    if not desk.person.may(Right.CORRECT):
        return
    post_id = found.post.id
    box = place.popover("更正", icon=":material/edit:", key=f"fix {post_id}", on_change="rerun")
    if box.open:
        with box:
            st.caption(HOW)
            choices(desk, found)


def choices(desk: Desk, found: TaggedPost) -> None:
    """One row of values per tag; the present one is marked."""
    tags, post_id = found.analysis, found.post.id
    _row(desk, post_id, "sentiment", tags.sentiment)
    _row(desk, post_id, "intent", tags.intent)
    _urgent(desk, post_id, tags.urgent)
    _topics(desk, post_id, tags.topics)


def tell() -> None:
    """Say what the last correction did."""
    if said := st.session_state.pop(_TOLD, None):
        st.toast(said)


def correct_all(desk: Desk, post_ids: Sequence[str], tag: Tag, value: Any) -> None:
    """Put one tag of several posts right; for use as a widget's callback."""
    done = sum(_correct(desk, post_id, tag, value) for post_id in post_ids)
    if done:
        st.session_state[_TOLD] = f"已更正 {done:,} 条。"


def _row(desk: Desk, post_id: str, tag: Tag, value: str) -> None:
    st.segmented_control(
        words.TAGS[tag],
        VOCABULARY[tag],
        default=value,
        required=True,
        format_func=lambda one: words.chinese(tag, one),
        key=f"{tag} of {post_id} {value}",
        on_change=_changed,
        args=(desk, post_id, tag, f"{tag} of {post_id} {value}"),
    )


def _urgent(desk: Desk, post_id: str, value: bool) -> None:
    key = f"urgent of {post_id} {value}"
    args = (desk, post_id, "urgent", key)
    st.toggle("紧急：今天就该有人看", value=value, key=key, on_change=_changed, args=args)


def _topics(desk: Desk, post_id: str, value: Sequence[str]) -> None:
    key = f"topics of {post_id} {','.join(value)}"
    st.pills(
        "话题（可选几个）",
        VOCABULARY["topic"],
        selection_mode="multi",
        default=list(value),
        format_func=lambda one: words.chinese("topic", one),
        key=key,
        on_change=_changed,
        args=(desk, post_id, "topics", key),
    )


def _changed(desk: Desk, post_id: str, tag: Tag, key: str) -> None:
    if _correct(desk, post_id, tag, st.session_state[key]):
        st.session_state[_TOLD] = "已更正。"


def _correct(desk: Desk, post_id: str, tag: Tag, value: Any) -> bool:
    try:
        desk.correct(post_id, tag, value)
    except GongshengError as error:
        st.session_state[_TOLD] = as_label(f"没有改成：{error}", limit=200)
        return False
    return True
