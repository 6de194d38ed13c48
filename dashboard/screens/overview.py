"""Overview: what is there, what changed, what people speak of, how the crawls went."""

import streamlit as st

from dashboard import house, queries
from dashboard import overview_parts as parts
from dashboard.calm import welcome

st.title("总览")
desk, runs, names = house.desk(), house.runs(), house.channel_names()
if desk.days() is None:
    welcome()
    parts.channels(queries.channel_states(desk, runs, names))
else:
    found = queries.overview(desk, runs, parts.days_chooser())
    assert found is not None
    parts.headline(found)
    parts.volume_by_day(found)
    parts.share_by_day(found)
    parts.topics(found)
    parts.latest(found, names)
    parts.channels(queries.channel_states(desk, runs, names))
