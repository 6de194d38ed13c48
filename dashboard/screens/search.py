"""Search: ask, narrow down, read, put right, take along."""

import streamlit as st

from dashboard import filters, house, queries, saved_parts
from dashboard import search_parts as parts
from dashboard.calm import welcome
from dashboard.state import current_view

st.title("检索")
desk, names = house.desk(), house.channel_names()
if desk.days() is None:
    welcome()
else:
    view = current_view()
    filters.query_box()
    found = queries.search(desk, view)
    filters.side(view, found.facets, names)
    saved_parts.saved(desk, view)
    parts.summary(found)
    parts.histogram(found, view)
    parts.hits(desk, found, names)
    parts.pager(found, view)
    parts.downloads(desk, found, view)
