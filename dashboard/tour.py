"""The tour for people who see the dashboard for the first time; remembered by the browser."""

import streamlit as st

COOKIE = "gongsheng_tour"
_YEAR = 365 * 24 * 3600
_STEP, _DONE, _SAY = "tour step", "tour done", "tour say"
STEPS: tuple[tuple[str, str], ...] = (
    ("欢迎使用工声", "这里汇总职工在工会各个网上渠道里说的话。每天早上先看**今日**，一分钟就够。"),
    ("先看红色的", "“请先看这些”是程序认为今天就该有人看的发言。点**打开这一条**看前后对话。"),
    ("每个数字都能点", "带下划线的数字、图上的柱子和圆点，点一下就能看到背后的原话。"),
    ("问号会解释", "数字旁边的 **?** 说明这个数是怎么算的。“属于正常波动”的变化不必当真。"),
    ("程序会判错", "发现标注不对，点发言下面的**更正**，点一下对的那个就行；改动会记下是谁改的。"),
)


def show() -> None:
    """Show the tour until the reader closes it; a button at hand to see it again."""
    if COOKIE in st.context.cookies:
        st.session_state.setdefault(_DONE, True)
    if st.session_state.get(_DONE):
        _remember()
        return
    _box()


def again() -> None:
    """A button that brings the tour back."""
    st.button("再看一遍使用引导", on_click=_restart, icon=":material/school:")


def _box() -> None:
    step = min(st.session_state.get(_STEP, 0), len(STEPS) - 1)
    title, text = STEPS[step]
    with st.container(border=True, key="tour"):
        st.markdown(f"**{title}**（{step + 1}／{len(STEPS)}）\n\n{text}")
        with st.container(horizontal=True):
            if step + 1 < len(STEPS):
                st.button("下一步", on_click=_go, args=(step + 1,), type="primary")
                st.button("不再显示", on_click=_close)
            else:
                st.button("开始使用", on_click=_close, type="primary")


def _go(step: int) -> None:
    st.session_state[_STEP] = step


def _close() -> None:
    st.session_state[_DONE] = st.session_state[_SAY] = True


def _restart() -> None:
    st.session_state[_STEP], st.session_state[_DONE] = 0, False


def _remember() -> None:
    """Tell the browser once; nothing of the reader is in the cookie."""
    if st.session_state.pop(_SAY, False):
        st.html(
            f"<script>document.cookie='{COOKIE}=1;path=/;max-age={_YEAR};SameSite=Lax'</script>",
            unsafe_allow_javascript=True,
        )
