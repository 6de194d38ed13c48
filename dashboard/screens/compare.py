"""Two searches side by side."""

import streamlit as st

from dashboard import compare_parts as parts
from dashboard import house
from dashboard.calm import welcome
from dashboard.compare_queries import side
from monitor.roles import Right

st.title("两个检索相比")
desk = house.desk()
desk.person.require(Right.READ)
if desk.days() is None:
    welcome()
else:
    one, other = parts.two_views(desk)
    parts.beside(side(desk, one), side(desk, other))
