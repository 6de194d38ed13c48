"""The channels as one fleet: who is read, who is not and since when; the worst come first."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from monitor.alerts import NEEDS_A_PERSON
from monitor.status import ChannelStatus
from posts.model import AccessState

__all__ = ["FleetRow", "fleet", "fleet_lines"]

GOOD = frozenset({AccessState.OK, AccessState.EMPTY})


class FleetRow(BaseModel):
    """One channel in the fleet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str | None
    source: str | None
    state: AccessState | None
    """State of the last crawl; None where there was none yet."""
    paused: bool
    """The last crawl was ended early by ourselves (budget, quiet hours); nothing was refused."""
    detail: str
    last_success: AwareDatetime | None
    """End of the last crawl that had access."""
    lag: timedelta | None
    """Time since then; None where there was none."""
    declared: int | None
    fetched: int | None
    coverage: float | None
    """Comments fetched of those declared, 0 to 1; None where nothing is declared."""
    login_days_left: int | None
    needs_a_person: bool
    """Somebody has to do something: log in, solve a captcha, choose another source."""


def fleet(channels: Iterable[ChannelStatus], now: datetime) -> list[FleetRow]:
    """Rows of the fleet table: first who needs a person, then the longest without success."""
    rows = [_row(channel, now) for channel in channels]
    return sorted(rows, key=lambda row: (not row.needs_a_person, _urgency(row), row.id))


def fleet_lines(rows: Iterable[FleetRow]) -> list[str]:
    """Write the table as lines of a terminal, a heading first; no line without a channel."""
    cells = [_cells(row) for row in rows]
    if not cells:
        return []
    heading = ("channel", "state", "last success", "coverage", "login", "detail")
    widths = [max(len(row[n]) for row in [heading, *cells]) for n in range(len(heading))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [heading, *cells]
    ]


def _row(channel: ChannelStatus, now: datetime) -> FleetRow:
    declared = channel.coverage.declared if channel.coverage else None
    fetched = channel.coverage.fetched if channel.coverage else None
    share = min(1.0, fetched / declared) if declared and fetched is not None else None
    return FleetRow(
        id=channel.id,
        name=channel.name,
        source=channel.source,
        state=channel.state,
        paused=channel.paused,
        detail="; ".join(part for part in (channel.login_warning, channel.detail) if part),
        last_success=channel.reached_at,
        lag=None if channel.reached_at is None else max(timedelta(), now - channel.reached_at),
        declared=declared,
        fetched=fetched,
        coverage=share,
        login_days_left=channel.login_days_left,
        needs_a_person=channel.state in NEEDS_A_PERSON or channel.login_warning is not None,
    )


def _urgency(row: FleetRow) -> tuple[bool, float]:
    """Never read comes first, then the longest lag; channels that are well come last."""
    lag = float("inf") if row.lag is None else row.lag.total_seconds()
    return row.state in GOOD or row.paused, -lag


def _cells(row: FleetRow) -> tuple[str, ...]:
    days = row.login_days_left
    return (
        row.id,
        _ending(row),
        "never" if row.lag is None else f"{duration(row.lag)} ago",
        "" if row.declared is None else f"{row.fetched} of {row.declared}",
        "" if days is None else f"{days} days",
        " ".join(row.detail.split())[:120],
    )


def _ending(row: FleetRow) -> str:
    if row.state is None:
        return "not crawled yet"
    return "paused by us" if row.paused else row.state.value


def duration(lag: timedelta) -> str:
    """Write a time span in its largest unit, such as "3 h"."""
    seconds = int(lag.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
