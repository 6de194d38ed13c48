"""The transformer at run time."""

from typing import get_args

from posts.model import Emotion, Intent, Sentiment, Topic


def _layout() -> dict[str, slice]:
    sizes = {
        "sentiment": len(get_args(Sentiment)),
        "intent": len(get_args(Intent)),
        "topics": len(get_args(Topic)),
        "urgent": 1,
        "emotion": len(get_args(Emotion)),
    }
    layout, at = {}, 0
    for head, size in sizes.items():
        layout[head] = slice(at, at + size)
        at += size
    return layout


HEADS = _layout()
"""Where each head's logits stand in a row of the network's output."""
WIDTH = max(part.stop for part in HEADS.values())


def piece_text(text: str) -> str:
    """Return a normalised text as the tokenizer is given it."""
    return text
