"""The dashboard's table of contents. Run with ``gongsheng serve``."""

from pathlib import Path

import streamlit as st

from dashboard.calm import calm

HERE = Path(__file__).parent

st.set_page_config(page_title="工声", page_icon=str(HERE / "icon.svg"), layout="wide")
st.html(HERE / "style.css")
# Not in a folder named "pages": Streamlit would open such files by itself, without this frame.
pages = [
    st.Page("screens/overview.py", title="总览", icon=":material/monitoring:", default=True),
    st.Page("screens/search.py", title="检索", icon=":material/search:"),
]
page = st.navigation(pages, position="top")
with st.container(key="phone-pages", horizontal=True):  # a phone folds the top row away
    for each in pages:
        st.page_link(each)
with calm():
    page.run()
