"""Manners: how often, when and under which name a channel is asked."""

from datetime import datetime, time

from scrapy.http import Response

from crawlers.access import Paused
from crawlers.context import Memory, Tally
from monitor.channels import Pace

__all__ = ["SAMPLE", "ask_leave", "evidence", "is_quiet", "user_agent"]

SAMPLE = 4000
"""Characters of an answer that are kept as evidence."""


def ask_leave(pace: Pace, memory: Memory, tally: Tally, now: datetime) -> None:
    """Count one request.

    Raises:
        Paused: it may not be made: quiet hours, or the requests of the run or the day are spent.
    """
    if is_quiet(pace.quiet, now):
        raise Paused(f"our own quiet hours {pace.quiet} (pace.quiet); a later run goes on")
    if pace.run is not None and tally.requests >= pace.run:
        raise Paused(f"our own limit: this run's {pace.run} requests (pace.run) are spent")
    if not memory.spend(now.date(), pace.daily):
        raise Paused(f"our own limit: today's {pace.daily} requests (pace.daily) are spent")
    tally.requests += 1


def is_quiet(hours: str | None, at: datetime) -> bool:
    """Whether ``at`` lies in hours such as "23:00-06:00", which may pass midnight."""
    if hours is None:
        return False
    begin, end = (time.fromisoformat(part) for part in hours.split("-"))
    now = at.time()
    return begin <= now < end if begin < end else now >= begin or now < end


def user_agent(contact: str | None) -> str:
    """Name us as a program, with whom to ask about it; for sites and official interfaces."""
    return f"Gongsheng/0.1 (+{contact})" if contact else "Gongsheng/0.1"


def evidence(url: str, response: Response | None) -> dict[str, object]:
    """What an answer was: address, status and the beginning of its body."""
    body = (
        response.text[:SAMPLE] if response is not None and hasattr(response, "encoding") else None
    )
    status = response.status if response is not None else None
    return {"url": url, "status": status, "body": body}
