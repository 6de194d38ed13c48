"""Put a tag right with one click: the widgets under a post."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.links import VOCABULARY
from dashboard.plain import as_html, as_label, one_line
from monitor.corrections import Tag
from monitor.desk import Desk
from posts.errors import GongshengError
from posts.model import TaggedPost

HOW = "点一下对的那个，立刻生效；谁在什么时候改的会记下来，以后重新标注也不会丢。"
_TOLD, _CHANGED = "told", "tags changed"


@st.dialog("更正标注", width="medium")
def corrector(desk: Desk, found: TaggedPost) -> None:
    """A window in which every tag of a post can be put right."""
    tell()
    st.html(f'<p class="gs-text">{as_html(one_line(found.post.text, 160))}</p>')
    choices(desk, found, "hit")
    st.caption(HOW)


def choices(desk: Desk, found: TaggedPost, place: str = "page") -> None:
    """One row of values per tag; the present one is marked.

    Args:
        desk: whose it is.
        found: the post.
        place: where on the dashboard, as a widget may be there once only.
    """
    tags = found.analysis
    _row(desk, found, "sentiment", tags.sentiment, place)
    _row(desk, found, "intent", tags.intent, place)
    _urgent(desk, found, place)
    _topics(desk, found, place)


def tell() -> None:
    """Say what the last correction did; the whole page is drawn anew with the new tags first."""
    if st.session_state.pop(_CHANGED, False):
        st.rerun()
    if said := st.session_state.pop(_TOLD, None):
        st.toast(said)


def correct_all(desk: Desk, post_ids: Sequence[str], tag: Tag, value: Any) -> None:
    """Put one tag of several posts right; for use as a widget's callback."""
    done = sum(_correct(desk, post_id, tag, value) for post_id in post_ids)
    if done:
        st.session_state[_TOLD] = f"已更正 {done:,} 条。"


def _row(desk: Desk, found: TaggedPost, tag: Tag, value: str, place: str) -> None:
    key = f"{place} {tag} {value} {found.post.id}"
    st.segmented_control(
        words.TAGS[tag],
        VOCABULARY[tag],
        default=value,
        required=True,
        format_func=lambda one: words.chinese(tag, one),
        key=key,
        on_change=_changed,
        args=(desk, found.post.id, tag, key, value),
    )


def _urgent(desk: Desk, found: TaggedPost, place: str) -> None:
    value = found.analysis.urgent
    key = f"{place} urgent {value} {found.post.id}"
    args = (desk, found.post.id, "urgent", key, value)
    st.toggle("紧急：今天就该有人看", value=value, key=key, on_change=_changed, args=args)


def _topics(desk: Desk, found: TaggedPost, place: str) -> None:
    value = list(found.analysis.topics)
    key = f"{place} topics {','.join(value)} {found.post.id}"
    st.pills(
        "话题（可选几个）",
        VOCABULARY["topic"],
        selection_mode="multi",
        default=value,
        format_func=lambda one: words.chinese("topic", one),
        key=key,
        on_change=_changed,
        args=(desk, found.post.id, "topics", key, value),
    )


def _changed(desk: Desk, post_id: str, tag: Tag, key: str, before: Any) -> None:
    value = st.session_state.get(key)  # gone where the reader has left the page meanwhile
    if value is None or value == before:
        return
    if _correct(desk, post_id, tag, value):
        st.session_state[_TOLD] = "已更正。"


def _correct(desk: Desk, post_id: str, tag: Tag, value: Any) -> bool:
    try:
        desk.correct(post_id, tag, value)
    except GongshengError as error:
        st.session_state[_TOLD] = as_label(f"没有改成：{error}", limit=200)
        return False
    st.session_state[_CHANGED] = True
    return True
