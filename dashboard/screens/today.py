"""Today: what changed, what comes first, which topics rose, how the channels do."""

import streamlit as st

from dashboard import house, queries, tour
from dashboard import today_parts as parts
from dashboard.calm import welcome
from dashboard.channel_queries import channel_states

st.title("今日")
desk, runs, names = house.desk(), house.runs(), house.channel_names()
if desk.days() is None:
    welcome()
    parts.channels(channel_states(desk, runs, names))
else:
    tour.show()
    with st.container(key="top"):
        top = st.container()
    days = parts.days_chooser()
    found = queries.overview(desk, runs, days)
    assert found is not None
    with top:
        parts.headline(found)
        wide, narrow = st.columns([3, 2], gap="large")
        with wide:
            parts.urgent_first(found, names)
        with narrow:
            parts.rising(found)
            parts.channels(channel_states(desk, runs, names))
    parts.numbers(found)
    parts.volume_by_day(found)
    parts.share_by_day(found)
    parts.latest(found, names)
