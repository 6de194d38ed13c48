"""One post: its text, its tags and who set them, why, its thread, its kin, its history."""

import streamlit as st

from dashboard import correcting, house
from dashboard import post_parts as parts
from dashboard.calm import welcome
from dashboard.links import SEARCH_PAGE
from dashboard.post_queries import open_post

st.title("发言")
desk, names = house.desk(), house.channel_names()
found = open_post(desk, st.query_params.get("id", ""))
if desk.days() is None:
    welcome()
elif found is None:
    st.info("没有这条发言。地址可能抄错了，或者它已不在资料库里。", icon=":material/search_off:")
    st.page_link(SEARCH_PAGE, label="去检索 →")
else:
    correcting.tell()
    parts.text(found, names)
    parts.original(desk, found)
    parts.tags(desk, found)
    parts.why(found)
    parts.history(desk, found, names)
    parts.whole_thread(desk, found, names)
    parts.alike(desk, found, names)
