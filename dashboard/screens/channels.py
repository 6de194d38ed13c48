"""Channels: how each was collected, its figures, its gaps."""

import streamlit as st

from dashboard import channel_parts as parts
from dashboard import house
from dashboard.calm import welcome
from dashboard.channel_queries import channel_states

st.title("渠道")
desk, runs, names = house.desk(), house.runs(), house.channel_names()
states = channel_states(desk, runs, names)
if not states:
    welcome()
parts.all_channels(states, house.fleet(runs), names)
state = parts.choose(states)
if state is not None:
    parts.figures(state)
    parts.volume(desk, runs, state)
    parts.crawls(runs, state)
