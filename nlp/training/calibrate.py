"""Fit how the two models are joined, on the dev files: ``python -m nlp.training.calibrate``.

Per head two weights and one bias a label by maximum likelihood (with a weak pull to "as they
are"), then a threshold for each flag. It reads the exported model as it ships, int8 and all, so
that what is chosen fits what runs. Writes ``joined.json`` beside the model.
"""

import argparse
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from sklearn.metrics import confusion_matrix, f1_score

from nlp import features
from nlp.joined import SENTIMENTS, SETTINGS, Linear, load_linear
from nlp.joining import (
    MOST_TOPICS,
    TOPICS,
    Head,
    class_scores,
    evidence,
    flag_probabilities,
    intents_of,
)
from nlp.training.corpus import Line, lines_of
from nlp.training.dataset import targets
from nlp.transformer import HEADS, Transformer
from posts.model import APPEALS, Intent

PULL = 0.02
"""Of the weights towards one half each and of the biases towards 0."""
PULL_ACROSS = 0.03
"""Of what other heads add, towards nothing; 0.003 to 0.1 were compared by 5-fold cross-validation
on dev: intent +.010, sentiment +.005, topics +.002 (real texts +.018), urgent nothing."""
ALONE = frozenset({"urgent"})
"""Heads that the others do not help."""
STEADY = 0.004
"""Of thresholds within so much of the best F1 the middle one is taken."""


def verdicts(
    transformer: Transformer, linear: Linear, lines: list[Line]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of both: (lines, WIDTH) and (lines, columns of the linear models).

    In double precision: the fits take differences of small steps.
    """
    logits, scores = [], []
    for at in range(0, len(lines), 500):
        prepared = [features.prepare(line.text) for line in lines[at : at + 500]]
        normal = [text for text, _ in prepared]
        logits.append(transformer.run(normal)[0])
        scores.append(linear.score(normal, [w for _, w in prepared]))
    return np.concatenate(logits, dtype=np.float64), np.concatenate(scores, dtype=np.float64)


def fit_head(name: str, logits: np.ndarray, linear: np.ndarray, wanted: np.ndarray) -> Head:
    """Fit the two weights and the biases of a head; thresholds are left open.

    ``wanted``: of classes their numbers, of flags zeros and ones (lines, labels).
    """
    flags = wanted.ndim == 2

    def head(values: np.ndarray) -> Head:
        return Head(float(values[0]), float(values[1]), tuple(values[2:].tolist()))

    def surprise(values: np.ndarray) -> float:
        if flags:
            chances = flag_probabilities(logits, linear, name, head(values))
            each = -np.log(np.where(wanted > 0, chances, 1 - chances)).sum(1)
        else:
            scores = class_scores(logits, linear, name, head(values))
            each = -scores[np.arange(len(wanted)), wanted]
        return float(each.mean() + _pull(values))

    labels = HEADS[name].stop - HEADS[name].start
    return head(minimize(surprise, _start(labels), method="L-BFGS-B").x)


def fit_across(
    name: str, head: Head, logits: np.ndarray, linear: np.ndarray, wanted: np.ndarray
) -> Head:
    """Add to a fitted head what the evidence of all heads says, pulled towards nothing."""
    raw = evidence(logits, linear)
    spread = raw.std(0)
    spread[spread < 1e-9] = np.inf
    seen = (raw - raw.mean(0)) / spread
    flags = wanted.ndim == 2
    if flags:
        chances = flag_probabilities(logits, linear, name, head)
        base, truth = np.log(chances / (1 - chances)), wanted
    else:
        base = class_scores(logits, linear, name, head)
        truth = np.eye(base.shape[1])[wanted]

    def surprise(values: np.ndarray) -> tuple[float, np.ndarray]:
        added = values.reshape(seen.shape[1], base.shape[1])
        scores = base + seen @ added
        if flags:
            chances = expit(scores)
            each = (np.logaddexp(0, scores) - truth * scores).sum(1)
        else:
            logs = log_softmax(scores, axis=1)
            chances, each = np.exp(logs), -(truth * logs).sum(1)
        slope = seen.T @ (chances - truth) / len(truth) + PULL_ACROSS * added
        return float(each.mean() + PULL_ACROSS / 2 * (values**2).sum()), slope.ravel()

    start = np.zeros(seen.shape[1] * base.shape[1])
    found = minimize(surprise, start, jac=True, method="L-BFGS-B").x.reshape(seen.shape[1], -1)
    across = found / spread[:, None]
    bias = np.asarray(head.bias) - raw.mean(0) @ across
    return replace(
        head, bias=tuple(bias.tolist()), across=tuple(tuple(row) for row in across.tolist())
    )


def _start(labels: int) -> np.ndarray:
    return np.array([0.7, 0.5, *[0.0] * labels])


def _pull(values: np.ndarray) -> float:
    return PULL * float(((values[:2] - 0.5) ** 2).sum() + 0.1 * (values[2:] ** 2).sum())


def threshold(chances: np.ndarray, wanted: np.ndarray, least: float = 0.0) -> float:
    """Return a threshold with almost the best F1: the middle of all such."""
    tried = np.arange(0.05, 0.951, 0.01)
    scores = np.array([f1_score(wanted, chances >= t, zero_division=0) for t in tried])
    return float(np.median(tried[scores >= scores.max() - max(STEADY, least)]))


def topic_thresholds(chances: np.ndarray, wanted: np.ndarray) -> list[float]:
    """Choose a threshold for each topic, for the best micro-F1 with three topics at most.

    Starts at the best common one and moves one topic at a time, as long as that helps.
    """
    grid = np.arange(0.1, 0.76, 0.03)
    common = max(grid, key=lambda t: micro_f1(chances, wanted, np.full(len(TOPICS), t)))
    chosen = np.full(len(TOPICS), common)
    for _ in range(2):
        for topic in range(len(TOPICS)):
            tried = []
            for value in grid:
                chosen_then = chosen.copy()
                chosen_then[topic] = value
                tried.append(micro_f1(chances, wanted, chosen_then))
            near = grid[np.array(tried) >= max(tried) - STEADY / 20]
            # Half way to the common one: a topic has some two hundred lines in dev.
            chosen[topic] = (float(np.median(near)) + common) / 2
    return [round(float(value), 3) for value in chosen]


def micro_f1(chances: np.ndarray, wanted: np.ndarray, thresholds: np.ndarray) -> float:
    """Micro-F1 of topics when at most three are named, the clearest first."""
    odds = np.log(chances / (1 - chances)) - np.log(thresholds / (1 - thresholds))
    third = np.sort(odds, axis=1)[:, -MOST_TOPICS][:, None]
    named = (odds >= 0) & (odds >= third)
    return float(2 * (named & (wanted > 0)).sum() / max(1, named.sum() + wanted.sum()))


def appeal_threshold(scores: np.ndarray, wanted: np.ndarray) -> float:
    """Choose from when a text asks for something: the sum of macro-F1 of intents and appeal F1."""
    asks = [i for i, intent in enumerate(get_args(Intent)) if intent in APPEALS]

    def worth(start: float) -> float:
        said = intents_of(scores, start)
        appeal = f1_score(np.isin(wanted, asks), np.isin(said, asks))
        return float(f1_score(wanted, said, average="macro") + appeal)

    tried = np.arange(0.3, 0.71, 0.02)
    values = np.array([worth(start) for start in tried])
    return round(float(np.median(tried[values >= values.max() - STEADY])), 2)


def settings(lines: list[Line], logits: np.ndarray, linear: np.ndarray) -> dict[str, object]:
    """Fit all heads on dev lines: what ``joined.json`` holds, without the day."""
    wanted = targets(lines)
    union = wanted["sentiment"] >= 0
    heads: dict[str, Head] = {}
    for name in HEADS:
        rows = wanted["emotion"] >= 0 if name == "emotion" else union
        given = logits[rows], linear[rows], wanted[name][rows]
        heads[name] = fit_head(name, *given)
        if name not in ALONE:
            heads[name] = fit_across(name, heads[name], *given)
    pair = logits[union], linear[union]
    topics, urgent = (flag_probabilities(*pair, n, heads[n]) for n in ("topics", "urgent"))
    sentiment, intent = (class_scores(*pair, n, heads[n]) for n in ("sentiment", "intent"))
    thresholds = {
        "topics": topic_thresholds(topics, wanted["topics"][union]),
        "urgent": [round(threshold(urgent[:, 0], wanted["urgent"][union, 0]), 3)],
    }
    table = confusion_matrix(
        wanted["sentiment"][union], sentiment.argmax(1), labels=range(len(SENTIMENTS))
    )
    return {
        "heads": {
            name: {
                "transformer": round(head.transformer, 4),
                "linear": round(head.linear, 4),
                "bias": [round(value, 4) for value in head.bias],
                "thresholds": thresholds.get(name, []),
                "across": [[round(value, 4) for value in row] for row in head.across],
            }
            for name, head in heads.items()
        },
        "appeal_from": appeal_threshold(intent, wanted["intent"][union]),
        "confusion": table.tolist(),
    }


def main() -> None:
    """Fit on dev and write ``joined.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the exported model's")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    lines = lines_of(options.corpus, options.data, "dev")
    transformer = Transformer(options.folder)
    found = settings(lines, *verdicts(transformer, load_linear(options.folder), lines))
    mark = zlib.crc32((options.folder / "model.onnx").read_bytes())
    found = {"day": f"{datetime.now(UTC).date().isoformat()}-{mark:08x}", **found}
    (options.folder / SETTINGS).write_text(json.dumps(found) + "\n", "utf-8")


if __name__ == "__main__":
    main()
