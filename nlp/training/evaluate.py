"""Scores of all heads, flags at the best of five common thresholds, to follow a training."""

from typing import get_args

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from nlp.training.dataset import Rows
from nlp.transformer import HEADS
from posts.model import APPEALS, Intent


def head_scores(logits: np.ndarray, rows: Rows) -> dict[str, float]:
    """Return macro-F1 of classes, micro-F1 of topics, F1 of flags, for rows that have the label."""
    said: dict[str, float] = {}
    for head in ("sentiment", "intent", "emotion"):
        wanted = rows.targets[head]
        has = wanted >= 0
        if not has.any():
            continue
        got = logits[has][:, HEADS[head]].argmax(1)
        said[head] = f1_score(wanted[has], got, average="macro")
        if head == "emotion":
            said["emotion_accuracy"] = accuracy_score(wanted[has], got)
        if head == "intent":
            appeal = [i for i, name in enumerate(get_args(Intent)) if name in APPEALS]
            said["appeal"] = f1_score(np.isin(wanted[has], appeal), np.isin(got, appeal))
    for head in ("topics", "urgent"):
        wanted = rows.targets[head]
        has = ~np.isnan(wanted).any(1)
        if not has.any():
            continue
        scores = logits[has][:, HEADS[head]]
        said[head] = max(
            f1_score(wanted[has].ravel(), (scores > cut).ravel(), zero_division=0)
            for cut in (-1.0, -0.5, 0.0, 0.5, 1.0)
        )
    return {k: round(float(v), 4) for k, v in said.items()}
