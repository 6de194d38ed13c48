"""New words: what people write that no dictionary has."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.links import as_link
from dashboard.plain import as_html, one_line
from dashboard.topic_queries import SAMPLE, TopicsView, sample
from monitor.desk import Desk
from nlp.new_words import NewWord, new_words
from nlp.text import normalise
from posts.model import TaggedPost

MOST = 20
LEAST = 3
"""Different texts that must hold a word."""
_KEPT_SECONDS = 600


@dataclass(frozen=True)
class Coined:
    """A new word and the newest post that holds it."""

    word: NewWord
    example: TaggedPost


@dataclass(frozen=True)
class CoinedView:
    """New words of a period; ``read`` of its ``total`` posts were looked at, the newest."""

    words: tuple[Coined, ...]
    read: int
    total: int


def coined(desk: Desk, found: TopicsView) -> CoinedView:
    """New words of a period, most frequent first."""
    posts, total = sample(desk, found.query)
    texts = [normalise(one.post.text) for one in posts]
    words = []
    for word in new_words(texts, least=LEAST, top=MOST):
        example = next((p for p, text in zip(posts, texts, strict=True) if word.word in text), None)
        if example is not None:
            words.append(Coined(word, example))
    return CoinedView(tuple(words), len(posts), total)


def new(desk: Desk, found: TopicsView) -> None:
    """New words with an example each; found when somebody wants them, as it takes a moment."""
    st.subheader(
        "新出现的词",
        help="词典里没有、大家却反复在写的词，例如新的外号、简称和活动名称。"
        "看的是字与字是否总在一起（互信息），前后是否换着别的字（左右熵）；一样的话只算一次。"
        "难免混进不是词的字串，请人工判断。",
    )
    box = st.expander("找一找有没有新词", key="new words", on_change="rerun")
    if not box.open:
        return
    with box:
        kept = _coined(desk, desk.person.name, found)
        if kept.read < kept.total:
            st.caption(f"发言太多，只读了最新的 {SAMPLE:,} 条。")
        if not kept.words:
            st.markdown("没有发现词典以外的新词。")
            return
        st.caption("点一下词，就能看到用到它的发言。")
        st.html(coined_html(kept.words, found))


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=16, show_spinner="正在找新词……")
def _coined(_desk: Desk, who: str, found: TopicsView) -> CoinedView:
    return coined(_desk, found)


def coined_html(words: Sequence[Coined], found: TopicsView) -> str:
    """A line a word: the word, which opens its posts, in how many texts, an example."""
    rows = []
    for one in words:
        behind = {"q": [f'"{one.word.word}"'], "since": [found.since.isoformat()],
                  "until": [found.until.isoformat()], "own": ["0"]}  # fmt: skip
        rows.append(
            f'<li><a href="{as_html(as_link(behind))}" target="_self">{as_html(one.word.word)}</a>'
            f"<span>{one.word.texts:,} 条不同的发言用到</span>"
            f'<span class="gs-said">例：{as_html(one_line(one.example.post.text, 70))}</span></li>'
        )
    return f'<ul class="gs-words">{"".join(rows)}</ul>'
