"""What a spider notes about its crawl: what was kept, what was not understood, how it went."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawlers.access import Stopped, Verdict
from crawlers.context import CrawlContext, Memory, Tally
from crawlers.ledger import Ledger
from crawlers.manners import SAMPLE
from crawlers.parsed import Parsed
from monitor.channels import Channel
from posts.model import CHINA, AccessState, ChannelSnapshot, Coverage, CrawlRun, Post

__all__ = ["CrawlBook", "Item"]

Item = Post | ChannelSnapshot

EVIDENCE = 20
"""Answers without content that one run seals; one wall may stand behind every post."""


class CrawlBook:
    """The book of one crawl of one channel."""

    def __init__(self, channel: Channel, context: CrawlContext) -> None:
        self.channel = channel
        self.context = context
        self.tally = Tally()
        self.memory = Memory(context.data, channel.id)
        self.ledger = Ledger(context.data, channel.id)
        self.outcome: Verdict | None = None
        self.run: CrawlRun | None = None
        """How the crawl ended; there once it is kept."""
        self.paused = False
        """Whether we ended it early ourselves."""
        self.troubles: list[Verdict] = []
        self.started_at = self.now()
        self.notes: list[str] = []
        """What a person should know although the crawl went well; told in its detail."""
        self._seen_last: dict[str, object] | None = None
        self._evidence = 0

    async def wait_for_turn(self, url: str) -> None:
        """Keep the pace between this channel and others that ask the same host."""
        pace = self.channel.pace
        vary = 1 + random.uniform(-pace.jitter, pace.jitter)  # noqa: S311 - a pause, no secret
        host = urlsplit(url).netloc
        await self.context.lanes.turn(host, self.channel.id, pace.delay * vary)

    def saw(self, url: str, status: int, body: str | None) -> None:
        """Remember an answer that came by the browser: the evidence, should it end the crawl."""
        sample = None if body is None else body[:SAMPLE]
        self._seen_last = {"url": url, "status": status, "body": sample}

    @property
    def last_status(self) -> int | None:
        """HTTP status of the last answer; None where there was none."""
        status = (self._seen_last or {}).get("status")
        return status if isinstance(status, int) else None

    def keep(self, parsed: Parsed) -> Iterator[Item]:
        """Count and seal what a parser rejected; give back the rest."""
        for rejected in parsed.rejected:
            self.tally.reject(rejected)
            self.set_aside(rejected.reason, rejected.detail, rejected.record)
        yield from parsed.posts
        yield from parsed.snapshots

    def keep_posts(self, parsed: Parsed) -> list[Post]:
        """Do as ``keep``, where only posts are wanted."""
        return [item for item in self.keep(parsed) if isinstance(item, Post)]

    def set_aside(self, reason: str, detail: str, record: Any) -> None:
        """Put what was not understood into the sealed quarantine."""
        where = f"crawl:{self.channel.id}"
        self.context.quarantine.put(where=where, reason=reason, detail=detail, record=record)

    def keep_evidence(self, state: AccessState, detail: str) -> None:
        """Seal the last answer beside what it was taken for."""
        self._evidence += 1
        if self._evidence <= EVIDENCE and self._seen_last is not None:
            self.set_aside(state.value, detail, self._seen_last)

    def known(self, post_id: str) -> Post | None:
        """The version of a post that the archive holds."""
        return self.context.archive.latest(post_id)

    def covered(self, post: Post, fetched: int) -> Post:
        """Note how many of a post's comments were read, in the post and in the tally.

        Comments fetched by earlier runs still count, as the platform shows a changing choice;
        where all that it declares was read, nothing else is there.
        """
        declared = post.comments.value if post.comments is not None else None
        before = self.known(post.id)
        whole = declared is not None and fetched >= declared
        if not whole and before is not None and before.coverage is not None:
            fetched = max(fetched, before.coverage.fetched)
        self.tally.cover(declared, fetched)
        return post.model_copy(update={"coverage": Coverage(declared=declared, fetched=fetched)})

    def note_trouble(self, stopped: Stopped) -> None:
        """Remember a trouble of one post only; the run goes on and tells it at its end."""
        self.troubles.append(Verdict(stopped.state, stopped.detail))

    def result(self) -> CrawlRun:
        """How the crawl ended."""
        by_hand = Verdict(AccessState.THROTTLED, "stopped by hand; the next run goes on")
        verdict = self.outcome or by_hand
        return CrawlRun(
            channel=self.channel.id,
            source=self.channel.source,
            started_at=self.started_at,
            ended_at=self.now(),
            state=verdict.state,
            detail=self.context.mask.text(verdict.detail),
            paused=self.paused or self.outcome is None,
            **vars(self.tally),
        )

    @staticmethod
    def now() -> datetime:
        """The present, with China's offset."""
        return datetime.now(CHINA)
