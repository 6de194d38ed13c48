"""Topics: by sentiment, over time, who speaks, words that rise or are new, copied texts."""

import streamlit as st

from dashboard import group_parts, house, new_word_parts, topic_queries
from dashboard import topic_parts as parts
from dashboard.calm import welcome
from dashboard.today_parts import days_chooser
from monitor.roles import Right

st.title("话题")
desk, runs, names = house.desk(), house.runs(), house.channel_names()
if desk.days() is None:
    welcome()
else:
    found = topic_queries.topics(desk, days_chooser())
    assert found is not None
    may_read = desk.person.may(Right.READ)
    parts.by_sentiment(found, linked=may_read)
    parts.one_topic(desk, runs, found, names)
    group_parts.breakdown(desk)
    if may_read:
        parts.rising(desk, found)
        new_word_parts.new(desk, found)
        parts.copies(desk, found, names)
