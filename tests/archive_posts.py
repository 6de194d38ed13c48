"""Masked comments for the archive's tests, and a tagger small enough to be read at a glance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from posts.model import CHINA, Analysis, Post

NOON = datetime(2026, 11, 20, 12, tzinfo=CHINA)


def comment(native: int | str, text: str = "加班费什么时候发", **changes: Any) -> Post:
    """Make a masked comment."""
    fields: dict[str, Any] = {
        "id": f"weibo:{native}",
        "platform": "weibo",
        "channel": "weibo-main",
        "kind": "comment",
        "text": text,
        "author": "anon-0123456789abcdef",
        "published_at": NOON,
        "collected_at": NOON,
        "source": "weibo-mobile",
        "masked": True,
    }
    return Post(**(fields | changes))


class WordTagger:
    """Finds complaints by one word and remembers what it was asked."""

    def __init__(self, version: str = "words-1") -> None:
        self.version = version
        self.asked: list[str] = []

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts."""
        self.asked += texts
        return [self._tag(text) for text in texts]

    def _tag(self, text: str) -> Analysis:
        negative = 0.9 if "拖欠" in text else 0.1
        return Analysis(
            sentiment="negative" if negative > 0.5 else "neutral",
            probabilities={"negative": negative, "neutral": 1 - negative, "positive": 0.0},
            intent="complaint" if negative > 0.5 else "chat",
            model=self.version,
        )
