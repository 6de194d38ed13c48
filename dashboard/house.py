"""The parts the pages look at: settings, the store (opened once) and what the crawls left."""

import getpass
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from dashboard import words
from monitor import wiring
from monitor.channels import load_channels
from monitor.settings import Settings, load_settings
from posts.model import CrawlRun
from posts.store import PostStore


def settings() -> Settings:
    """Read the settings; they may be changed only by starting anew."""
    return load_settings()


def store() -> PostStore:
    """The store, opened once for all readers."""
    now = settings()
    return _open_store(now.store, str(now.data))


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


def channel_names() -> Mapping[str, str]:
    """Names by id from the channel file; none where there is no file."""
    file: Path = settings().channels
    channels = load_channels(file) if file.exists() else []
    return words.told_apart({c.id: (c.name, c.source.split("-")[0]) for c in channels})


def reader() -> str:
    """Who is looking, for the audit log: the account this program runs under."""
    try:
        return f"local:{getpass.getuser()}"
    except (KeyError, OSError):
        return "local:unknown"


@st.cache_resource(show_spinner="正在打开资料库……")
def _open_store(store_url: str, data: str) -> PostStore:
    return wiring.store(settings())
