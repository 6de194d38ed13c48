"""The parts the pages look at: settings, the store (opened once) and what the crawls left."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from dashboard import words
from monitor import wiring
from monitor.cabinet import Cabinet
from monitor.channels import load_channels
from monitor.desk import Desk
from monitor.fleet import FleetRow
from monitor.fleet import fleet as fleet_of
from monitor.roles import Person, local_person
from monitor.settings import Settings, load_settings
from monitor.signatures import signed_names
from monitor.status import channel_statuses, channels_with_logins
from nlp.similar import LabelledExamples
from nlp.tagger import Tagger
from posts.model import CHINA, ChannelSnapshot, CrawlRun

COOKIE = "gongsheng_session"
"""Holds the token of a session; scripts in the browser cannot read it."""
SIGN_IN = "/signin"
SIGN_OUT = "/signout"
PASSWORD = f"{SIGN_IN}/password"
"""Addresses of the forms beside the pages; see ``dashboard.sign_in``."""
_DESK = "desk"
_NAMES_KEPT = 600
"""Seconds for which the names found in posts are kept."""


def settings() -> Settings:
    """Read the settings; they may be changed only by starting anew."""
    return load_settings()


def desk() -> Desk:
    """The desk of whoever looks; every page asks it and nothing else.

    Who that is, is asked anew in every run: a session that ended, or a role that changed, counts at
    once. Without accounts it is the one person at this computer.
    """
    person = reader()
    held: Desk | None = st.session_state.get(_DESK)
    now = settings()
    shared = _cabinet(now.store, str(now.data), now.office, now.small_group)
    if held is None or held.person != person or held.cabinet is not shared:
        held = st.session_state[_DESK] = Desk(person, shared, None if person.local else _token())
    return held


def reader() -> Person:
    """Who is looking. Stops the page where it is nobody."""
    now = settings()
    people = _cabinet(now.store, str(now.data), now.office, now.small_group).people
    person = people.signed_in(_token())
    if person is not None:
        return person
    if wiring.accounts_wanted(now) or people.any():
        st.error("请先登录。")
        st.link_button("去登录", SIGN_IN)
        st.stop()
    return local_person()


def _token() -> str | None:
    token = st.context.cookies.get(COOKIE)
    return token if isinstance(token, str) else None


def runs() -> list[CrawlRun]:
    """Every crawl the archive knows of; none where there is no archive yet."""
    now = settings()
    if not now.data.exists():
        return []
    archive = wiring.archive(now)
    try:
        return archive.runs()
    finally:
        archive.close()


def progress() -> tuple[int, int]:
    """Versions in the archive, and up to which of them the index holds."""
    now = settings()
    shared = _cabinet(now.store, str(now.data), now.office, now.small_group)
    return shared.archive.head(), shared.store.checkpoint()


def channel_names() -> Mapping[str, str]:
    """Names by id from the channel file, of other channels as they sign their own posts."""
    now = settings()
    file: Path = now.channels
    channels = load_channels(file) if file.exists() else []
    signed = _signed(now.store, str(now.data), now.office, now.small_group)
    named = {c.id: (c.name, c.source.split("-")[0]) for c in channels}
    return words.told_apart({**signed, **named})


@st.cache_data(ttl=_NAMES_KEPT, show_spinner=False)
def _signed(
    store_url: str, data: str, office: str | None, small_group: int
) -> dict[str, tuple[str, str]]:
    """Name and platform of each channel that posts were kept of, from its own newest post."""
    return signed_names(_cabinet(store_url, data, office, small_group).store)


@st.cache_resource(show_spinner="正在装入标注程序……")
def tagger() -> Tagger:
    """The tagger, loaded when somebody first asks why it said something."""
    return wiring.tagger(settings())


@st.cache_resource(show_spinner="正在读已标注的例子……")
def examples() -> LabelledExamples | None:
    """The labelled examples, read when somebody first asks why; None without vectors."""
    return wiring.similar_examples(settings(), tagger())


def nearest(post_id: str) -> list[str]:
    """Ids of the posts whose vectors are nearest; the desk says who may read them."""
    return [found for found, _ in wiring.similar_posts(settings(), post_id)]


def fleet(crawls: Sequence[CrawlRun]) -> list[FleetRow]:
    """The channels that are crawled, those that need a person first."""
    now, at = settings(), datetime.now(CHINA)
    channels = load_channels(now.channels) if now.channels.exists() else []
    statuses = channel_statuses(channels, crawls)
    return fleet_of(channels_with_logins(statuses, channels, now, at), at)


def snapshots(channel: str) -> list[ChannelSnapshot]:
    """Figures of a channel over time, oldest first."""
    archive = wiring.archive(settings())
    try:
        return archive.snapshots(channel)
    finally:
        archive.close()


@st.cache_resource(show_spinner="正在打开资料库……")
def _cabinet(store_url: str, data: str, office: str | None, small_group: int) -> Cabinet:
    now = settings()
    return wiring.cabinet(now, wiring.store(now), wiring.office(now))
