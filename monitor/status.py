"""How the house stands: channels and their last crawls, the backlog, the index, the model."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from monitor.channels import Channel
from monitor.logins import login_of, login_warning
from monitor.settings import Settings
from posts.archive import Archive
from posts.errors import StoreError
from posts.model import AccessState, Coverage, CrawlRun
from posts.query import StoreHealth
from posts.store import PostStore

_REACHED = frozenset({AccessState.OK, AccessState.EMPTY})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChannelStatus(_Frozen):
    """One channel and how its last crawl ended."""

    id: str
    name: str | None = None
    """None where it was crawled once and stands in the channel file no more."""
    source: str | None = None
    state: AccessState | None = None
    """State of the last crawl; None where there was none yet."""
    paused: bool = False
    """The last crawl was ended early by ourselves (budget, quiet hours); nothing was refused."""
    detail: str = ""
    crawled_at: AwareDatetime | None = None
    """When the last crawl ended."""
    reached_at: AwareDatetime | None = None
    """When the last crawl ended that had access."""
    requests: int | None = None
    new: int | None = None
    updated: int | None = None
    seen: int | None = None
    rejected: dict[str, int] = {}
    coverage: Coverage | None = None
    """Comments fetched of those declared, in the last crawl."""
    login_days_left: int | None = None
    """Whole days until the login ends; None where there is none or it does not say."""
    login_warning: str | None = None
    """What somebody has to do about the login; None where nothing."""


class Status(_Frozen):
    """How the house stands."""

    channels: tuple[ChannelStatus, ...]
    archived: int
    """Versions in the archive."""
    indexed: int | None
    """Versions the index holds; None while it is away."""
    backlog: int | None
    """Versions that wait to be indexed; None while the index is away."""
    store: StoreHealth
    model: str
    """Version of the tagger."""


def status(
    archive: Archive, store: PostStore, *, model: str, channels: Sequence[Channel] = ()
) -> Status:
    """Look at everything; an index that is away is part of the answer, not an error.

    Args:
        archive: what there is.
        store: the index.
        model: version of the tagger.
        channels: those of the channel file.

    Raises:
        ArchiveError: the archive is damaged.
    """
    archived, indexed = archive.head(), _checkpoint(store)
    return Status(
        channels=channel_statuses(channels, archive.runs()),
        archived=archived,
        indexed=indexed,
        backlog=None if indexed is None else max(0, archived - indexed),
        store=store.health(),
        model=model,
    )


def channel_statuses(
    channels: Sequence[Channel], runs: Sequence[CrawlRun]
) -> tuple[ChannelStatus, ...]:
    """Join channels and crawls: first those of the channel file, then others once crawled."""
    last: dict[str, CrawlRun] = {}
    reached: dict[str, CrawlRun] = {}
    for run in sorted(runs, key=lambda run: run.ended_at):
        last[run.channel] = run
        if run.state in _REACHED or (run.paused and run.requests):
            reached[run.channel] = run
    named = {channel.id: channel for channel in channels}
    return tuple(
        _channel_status(channel_id, named.get(channel_id), last.get(channel_id), reached)
        for channel_id in (*named, *(other for other in last if other not in named))
    )


def with_logins(
    now: Status, channels: Sequence[Channel], settings: Settings, at: datetime
) -> Status:
    """Add how long the logins of the channels still hold."""
    found = channels_with_logins(now.channels, channels, settings, at)
    return now.model_copy(update={"channels": found})


def channels_with_logins(
    statuses: Sequence[ChannelStatus],
    channels: Sequence[Channel],
    settings: Settings,
    at: datetime,
) -> tuple[ChannelStatus, ...]:
    """Add to each channel how long its login still holds."""
    logins = {channel.id: login_of(channel, settings) for channel in channels}
    found = []
    for one in statuses:
        login = logins.get(one.id)
        days = None if login is None else login.days_left(at)
        warning = login_warning(one.id, login, at)
        found.append(one.model_copy(update={"login_days_left": days, "login_warning": warning}))
    return tuple(found)


def _channel_status(
    channel_id: str, channel: Channel | None, run: CrawlRun | None, reached: dict[str, CrawlRun]
) -> ChannelStatus:
    known = ChannelStatus(
        id=channel_id,
        name=channel.name if channel else None,
        source=channel.source if channel else run.source if run else None,
    )
    if run is None:
        return known
    had_access = reached.get(channel_id)
    return known.model_copy(
        update={
            "state": run.state,
            "paused": run.paused,
            "detail": run.detail,
            "crawled_at": run.ended_at,
            "reached_at": had_access.ended_at if had_access else None,
            "requests": run.requests,
            "new": run.new,
            "updated": run.updated,
            "seen": run.seen,
            "rejected": run.rejected,
            "coverage": Coverage(declared=run.comments_declared, fetched=run.comments_fetched),
        }
    )


def _checkpoint(store: PostStore) -> int | None:
    try:
        return store.checkpoint()
    except StoreError:
        return None
