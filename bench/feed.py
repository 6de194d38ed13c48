"""An index filled with made-up tagged posts, spread as on a union's channels over two years."""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

from bench.ingest import sentence
from nlp.segment import JiebaText
from posts.model import (
    CHINA,
    Analysis,
    Count,
    Intent,
    Post,
    Sentiment,
    TaggedPost,
    Topic,
)
from posts.store.embedded import EmbeddedStore

BATCH = 20_000


def made_up(count: int) -> Iterator[TaggedPost]:
    """Give tagged posts over two years, spread as on a union's channels."""
    chance = random.Random(20261125)
    first = datetime(2024, 11, 25, tzinfo=CHINA)
    sentiments, intents, topics = get_args(Sentiment), get_args(Intent), get_args(Topic)
    for number in range(count):
        sentiment = chance.choices(sentiments, (3, 5, 2))[0]
        negative = {"negative": 0.9, "neutral": 0.3, "positive": 0.05}[sentiment]
        thread = f"weibo:{number - number % 50}"
        at = first + timedelta(seconds=chance.random() * 730 * 86_400)
        text = sentence(chance)
        yield TaggedPost(
            post=Post(
                id=f"weibo:{number}", platform="weibo", channel=f"channel-{number % 9}",
                kind="comment" if number % 50 else "post", thread_id=thread, text=text,
                published_at=at, collected_at=at + timedelta(hours=1),
                author=f"p{chance.randrange(20_000)}", by_channel=number % 50 == 0,
                region=chance.choice(("江苏", "广东", "河南", "四川", "湖北")),
                likes=Count(value=chance.randrange(500)), source="bench", masked=True,
            ),
            analysis=Analysis(
                sentiment=sentiment,
                probabilities={"negative": negative, "neutral": (1 - negative) / 2,
                               "positive": (1 - negative) / 2},
                intent=chance.choice(intents),
                topics=tuple(chance.sample(topics, chance.choice((0, 1, 1, 2)))),
                urgent=chance.random() < 0.002, keywords=tuple(text[:4:2]), model="bench-1",
            ),
            version=number + 1,
        )  # fmt: skip


def fill(data: Path, count: int) -> float:
    """Write the index unless it is there; seconds it took."""
    store = EmbeddedStore(data / "index", JiebaText())
    begun, batch = time.perf_counter(), []
    if store.health().posts != count:
        for number, post in enumerate(made_up(count), 1):
            batch.append(post)
            if len(batch) == BATCH or number == count:
                store.write(batch, checkpoint=number)
                batch = []
    store.close()
    return time.perf_counter() - begun
