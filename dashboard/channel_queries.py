"""How the channels do: their last crawls, their figures, what is missing. No Streamlit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor import trends
from monitor.desk import Desk
from posts.model import CrawlRun
from posts.query import FacetField, PostQuery


@dataclass(frozen=True)
class ChannelState:
    """A channel and how its last crawl ended; no run for an imported channel."""

    channel: str
    name: str
    run: CrawlRun | None
    last_good: CrawlRun | None
    """The newest crawl that ended well, where the last did not."""
    posts: int


def channel_states(
    desk: Desk, runs: Sequence[CrawlRun], names: Mapping[str, str]
) -> list[ChannelState]:
    """Every channel that is configured, was crawled or holds posts; the troubled ones first."""
    held = desk.count_by(FacetField.CHANNEL, PostQuery())
    own: dict[str, list[CrawlRun]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.started_at):
        own[run.channel].append(run)
    states = [
        _channel_state(channel, names.get(channel, channel), own[channel], held.get(channel, 0))
        for channel in dict.fromkeys([*names, *own, *held])
    ]
    return sorted(states, key=lambda s: s.run is None or s.run.state in trends.COLLECTED)


def _channel_state(channel: str, name: str, own: Sequence[CrawlRun], posts: int) -> ChannelState:
    good = [r for r in own if r.state in trends.COLLECTED]
    return ChannelState(channel, name, own[-1] if own else None, good[-1] if good else None, posts)


def posts_by_day(desk: Desk, runs: Sequence[CrawlRun], channel: str) -> list[trends.Day]:
    """Days of one channel by sentiment from its first to its last known or tried day."""
    query = PostQuery(channels=(channel,))
    counts = desk.per_day(query, FacetField.SENTIMENT)
    if not counts:
        return []
    own = [run for run in runs if run.channel == channel]
    spans = trends.known_spans(desk.per_day(query, FacetField.CHANNEL), own)
    last = max(counts[-1].day, *(trends.day_of(run.started_at) for run in own), counts[-1].day)
    return trends.day_series(counts, spans, counts[0].day, last)
