"""A year of made-up tagged posts whose texts come from a pool that is cut into words once."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from bench.ingest import WORDS, sentence
from nlp.segment import JiebaText
from posts.model import Analysis, Count, Emotion, Intent, Post, Sentiment, TaggedPost, Topic

TEXTS = 50_000
FIRST_DAY = date(2025, 12, 1)
DAYS = 360


class CutOnce:
    """Cuts each text once; the pool is smaller than the index, real texts hardly repeat."""

    def __init__(self) -> None:
        self._cut = JiebaText()
        self._words: dict[str, list[str]] = {}
        self._characters: dict[str, list[str]] = {}

    def words(self, text: str) -> list[str]:
        if text not in self._words:
            self._words[text] = self._cut.words(text)
        return self._words[text]

    def characters(self, text: str) -> list[str]:
        if text not in self._characters:
            self._characters[text] = self._cut.characters(text)
        return self._characters[text]


def texts(chance: random.Random) -> list[str]:
    pool = [sentence(chance) for _ in range(TEXTS)]
    for place in range(0, TEXTS, TEXTS // 20):  # rare words: one post in 2,500
        pool[place] += f"，{RARE[place % len(RARE)]}"
    return pool


RARE = ("矽肺", "哺乳室", "竞业协议", "蓝领公寓")


def posts(count: int, pool: list[str], start: int = 0) -> Iterator[TaggedPost]:
    """Give invented posts: threads of 50, every facet with a value, spread over a year."""
    chance = random.Random(start + 7)
    for number in range(start, start + count):
        thread = number - number % 50
        negative = round(chance.random(), 4)
        sentiment: Sentiment = "negative" if negative > 0.6 else "neutral"
        if negative < 0.2:
            sentiment = "positive"
        # In the order in which they were written, as an archive mostly is; answers take days.
        time_of = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(
            days=DAYS * (thread - start) / count + chance.expovariate(0.7)
        )
        post = Post(
            id=f"weibo:{number}", platform="weibo", channel=f"channel-{thread % 7}",
            kind="post" if number == thread else "comment", thread_id=f"weibo:{thread}",
            text=chance.choice(pool), published_at=time_of, collected_at=time_of,
            region=chance.choice(WORDS["region"]), gender=chance.choice(("m", "f", None)),
            likes=Count(value=int(chance.expovariate(0.1))), source="bench", masked=True,
        )  # fmt: skip
        analysis = Analysis(
            sentiment=sentiment,
            probabilities={"negative": negative, "neutral": 1 - negative, "positive": 0.0},
            emotion=chance.choice(get_args(Emotion)), intent=chance.choice(get_args(Intent)),
            topics=tuple(chance.sample(get_args(Topic), chance.choice((0, 1, 1, 2)))),
            urgent=negative > 0.98, urgency=negative, model="bench",
        )  # fmt: skip
        yield TaggedPost(post=post, analysis=analysis, version=number + 1)
