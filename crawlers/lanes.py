"""One lane to each host: the channels of a platform take turns, however many they are."""

import asyncio
from time import monotonic

__all__ = ["Lanes"]


class Lanes:
    """Keeps the requests of all channels of a run apart that go to one host.

    Between two requests of one channel Scrapy, or the window, keeps the pause.
    """

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._last: dict[str, str] = {}

    async def turn(self, host: str, channel: str, pause: float) -> None:
        """Wait until it is this channel's turn.

        Args:
            host: that is asked.
            channel: that asks.
            pause: seconds that have to pass before anybody else asks.
        """
        wait = self.reserve(host, channel, pause, monotonic())
        if wait > 0:
            await asyncio.sleep(wait)

    def reserve(self, host: str, channel: str, pause: float, now: float) -> float:
        """Take the next turn; give the seconds until then."""
        alone = self._last.get(host, channel) == channel
        at = now if alone else max(now, self._free_at.get(host, now))
        self._free_at[host], self._last[host] = at + pause, channel
        return at - now
