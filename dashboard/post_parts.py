"""The parts of the page of one post."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import house, words
from dashboard.correcting import choices
from dashboard.hit import changes_html, examples_html, hit_html, thread_html, why_html
from dashboard.links import SEARCH_PAGE, web_address
from dashboard.post_queries import corrected_by, similar, versions
from dashboard.thread_queries import thread
from dashboard.today_parts import post_card
from monitor.desk import Desk
from monitor.exports import printable
from monitor.roles import Right
from nlp.explain import explain
from posts.errors import GongshengError
from posts.model import TaggedPost
from posts.query import Hit

EXAMPLES = 3


def text(found: TaggedPost, names: Mapping[str, str]) -> None:
    """The post itself."""
    with st.container(border=True):
        st.html(hit_html(Hit(found=found), names))


def original(desk: Desk, found: TaggedPost) -> None:
    """The way to the page where it was written, for those who may know the author."""
    if desk.person.local or not desk.person.may(Right.UNMASK):
        return
    post_id = found.post.id
    st.caption("原文页面能看到作者是谁。打开会记入操作记录。")
    if st.button("取得原文地址", icon=":material/open_in_new:", key=f"original {post_id}"):
        address = web_address(desk.original(post_id))
        if address is None:
            st.info("不知道原文的地址。")
        else:
            st.link_button("打开原文页面", address)


def tags(desk: Desk, found: TaggedPost) -> None:
    """Who or what said each tag, and the means to put it right."""
    st.subheader("标注", help="标注由程序给出，难免有错；更正以后以人的为准。")
    standing = corrected_by(desk.corrections(found.post.id))
    said = [f"程序版本 {found.analysis.model}"]
    said += [
        f"{words.TAGS[tag]}由 {one.who} 于{words.moment(one.at)}更正"
        for tag, one in standing.items()
    ]
    st.html(f'<p class="gs-facts">{words.plain_list(said)}</p>')
    if not desk.person.may(Right.CORRECT):
        return
    choices(desk, found)
    if standing:
        with st.container(horizontal=True):
            for tag in standing:
                args = (desk, found.post.id, tag)
                st.button(
                    f"撤销{words.TAGS[tag]}的更正", on_click=_withdraw, args=args, key=f"undo {tag}"
                )


def why(found: TaggedPost) -> None:
    """Which words moved the verdict; asked only when wanted, as the tagger must be loaded."""
    box = st.expander("程序是看了哪些词这样判断的", key="why", on_change="rerun")
    if not box.open:
        return
    with box, st.spinner("正在一个词一个词地试……"):
        told = explain(house.tagger(), found.post.text)
        st.html(why_html(found.post.text, told))
        st.caption(
            f"程序判断为{words.chinese('sentiment', told.sentiment)}，把握 {told.probability:.0%}。"
            "逐个去掉一个词再判断一次：颜色越深，去掉它把握降得越多；带虚线的词，去掉它把握反而升高。"
        )
        labelled = house.examples()
        if labelled is not None:
            st.markdown("**人工标注过的相近例子**")
            st.html(examples_html(labelled.near(found.post.text, EXAMPLES)))


def history(desk: Desk, found: TaggedPost, names: Mapping[str, str]) -> None:
    """Every version that was collected, and every correction."""
    box = st.expander("历次版本和更正", key="history", on_change="rerun")
    if box.open:
        collected = versions(desk.history(found.post.id))
        box.html(changes_html(collected, desk.corrections(found.post.id)))


def whole_thread(desk: Desk, found: TaggedPost, names: Mapping[str, str]) -> None:
    """The thread around it."""
    places = thread(desk, found)
    if len(places) < 2:
        return
    st.subheader("前后对话", help="按时间排列，回复缩进在它回复的那一条下面。")
    st.html(thread_html(places, names))
    asked = {"thread": found.post.thread_id or ""}
    st.page_link(SEARCH_PAGE, label="在检索里打开这个帖子 →", query_params=asked)


def alike(desk: Desk, found: TaggedPost, names: Mapping[str, str]) -> None:
    """Posts that say alike, by their vectors or, where there are none, by their keywords."""
    near = house.nearest(found.post.id)
    hits: Sequence[Hit] = similar(desk, found, near)
    if not hits:
        return
    shared = "、".join(printable(word) for word in found.analysis.keywords)
    by_words = f"含有同样关键词的发言，含得多的在前。关键词：{shared}"
    st.subheader("相近的发言", help="意思最接近的发言，最近的在前。" if near else by_words)
    for hit in hits:
        post_card(hit, names)


def _withdraw(desk: Desk, post_id: str, tag: str) -> None:
    try:
        desk.withdraw(post_id, tag)  # type: ignore[arg-type]
    except GongshengError:
        st.session_state["told"] = "没有可以撤销的更正。"
