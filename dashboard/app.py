"""The dashboard's table of contents. Run with ``gongsheng serve``."""

from pathlib import Path

import streamlit as st

from dashboard.calm import calm
from dashboard.contents import pages_for, who
from dashboard.house import PASSWORD, SIGN_OUT
from dashboard.plain import as_html

HERE = Path(__file__).parent

st.set_page_config(page_title="工声", page_icon=str(HERE / "icon.svg"), layout="wide")
st.html(HERE / "style.css")
person = who()
pages = pages_for(person)
page = st.navigation(pages, position="top")
with st.container(key="phone-pages", horizontal=True):  # a phone folds the top row away
    for each in pages:
        if each.visibility == "visible":
            st.page_link(each)
if person is not None and not person.local:
    change = "" if person.organisation else f'<a href="{PASSWORD}" target="_self">修改密码</a>'
    out = f'<a href="{SIGN_OUT}" target="_self">退出登录</a>'
    st.html(f'<p class="gs-who">{as_html(person.name)} {change} {out}</p>')
with calm():
    page.run()
