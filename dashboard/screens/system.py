"""System: what is kept and what waits, the tagger, accounts, the audit."""

import streamlit as st

from dashboard import house, tour
from dashboard import system_parts as parts
from dashboard.calm import welcome

st.title("系统")
desk = house.desk()
if desk.days() is None:
    welcome()
parts.store(desk)
parts.model(desk)
parts.people(desk)
parts.audit(desk)
tour.again()
