"""The dashboard's table of contents. Run with ``gongsheng serve``."""

from pathlib import Path

import streamlit as st

from dashboard.calm import calm

HERE = Path(__file__).parent

st.set_page_config(page_title="工声", page_icon=str(HERE / "icon.svg"), layout="wide")
st.html(HERE / "style.css")
page = st.navigation(
    [
        st.Page("pages/overview.py", title="总览", icon=":material/monitoring:", default=True),
        st.Page("pages/search.py", title="检索", icon=":material/search:"),
    ],
    position="top",
)
with calm():
    page.run()
