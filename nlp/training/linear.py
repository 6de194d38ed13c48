"""Trains the linear tagger: ``python -m nlp.training.linear --corpus DIR --out nlp/weights``.

One logistic regression for each label over the features of ``nlp.features``; sharpness and
thresholds are chosen on the dev files with the weights as they ship, rounded to 8 bits. Writes
``baseline.npz``, the words' rarity for the keywords (``idf.tsv``, from the union's own corpus
alone) and the measured figures (``baseline.json``). The test files stay out of all of it.
"""

import argparse
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve

from nlp import baseline, features, keywords
from nlp.baseline import COLUMNS, INTENTS, SENTIMENTS, TOPICS, Tuning, Weights
from nlp.training.figures import figures
from nlp.training.labelled import Labelled, read, split

STRENGTH = 10.0
"""Inverse of the regularisation; 5, 10, 20 and 60 were tried on dev, and are close."""
REAL_TEXT_WEIGHT = 0.7
"""Of a line from the public data sets (N files); the union's own corpus weighs 1."""
LEAST_TEXTS = 2
"""A feature seen in fewer texts is not used."""
LEAST_TEXTS_WITH_WORD = 3
"""A word in fewer texts counts as unknown to the keywords."""


def count(lines: list[Labelled]) -> features.Counts:
    """Count the features of lines."""
    prepared = [features.prepare(line.text) for line in lines]
    return features.count([text for text, _ in prepared], [words for _, words in prepared])


def targets(lines: list[Labelled]) -> np.ndarray:
    """Return what holds for each line: (lines, COLUMNS), true or false."""
    rows = [
        [line.sentiment == s for s in SENTIMENTS]
        + [line.intent == i for i in INTENTS]
        + [t in line.topics for t in TOPICS]
        + [line.urgent]
        for line in lines
    ]
    return np.array(rows)


def rarity(counts: features.Counts) -> np.ndarray:
    """Return the inverse document frequency of each bucket; 0 for those not used."""
    texts_with = np.bincount(counts.buckets, minlength=1 << features.BITS)
    idf = np.log((1 + counts.texts) / (1 + texts_with)) + 1
    return np.where(texts_with >= LEAST_TEXTS, idf, 0).astype(np.float16).astype(np.float32)


def fit(lines: list[Labelled]) -> tuple[np.ndarray, Weights]:
    """Fit every column; returns the exact weights and the same rounded to 8 bits."""
    counts = count(lines)
    idf = rarity(counts)
    values = features.weigh(counts, idf)
    shape = (counts.texts, 1 << features.BITS)
    matrix = csr_matrix((values, (counts.rows, counts.buckets)), shape=shape)
    importance = np.array([REAL_TEXT_WEIGHT if li.file.startswith("N") else 1.0 for li in lines])
    exact = np.zeros((1 << features.BITS, COLUMNS), dtype=np.float32)
    bias = np.zeros(COLUMNS, dtype=np.float32)
    for column, target in enumerate(targets(lines).T):
        model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-2, random_state=0)
        model.fit(matrix, target, sample_weight=importance)
        exact[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    exact[idf == 0] = 0
    scale = np.abs(exact).max(axis=0) / 127
    quantised = np.round(exact / scale).astype(np.int8)
    return exact, Weights(quantised, scale, bias, idf, Tuning(), "unnamed")


def _sharpness(scores: np.ndarray, truth: np.ndarray) -> float:
    def surprise(sharpness: float) -> float:
        shares = np.exp(scores * sharpness)
        shares /= shares.sum(axis=1, keepdims=True)
        return float(-np.log(shares[truth] + 1e-9).mean())

    return float(min(np.arange(0.2, 3, 0.05), key=surprise))


def _best_threshold(scores: np.ndarray, truth: np.ndarray) -> float:
    precision, recall, thresholds = precision_recall_curve(truth, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    # Steady where few dev lines decide: the middle of all thresholds that are almost best.
    return float(np.median(thresholds[f1[:-1] >= f1[:-1].max() - 0.01]))


def tune(weights: Weights, lines: list[Labelled]) -> Tuning:
    """Choose sharpness and thresholds on dev lines."""
    scores = baseline.score(count(lines), weights)
    truth = targets(lines)
    first = len(SENTIMENTS) + len(INTENTS)
    thresholds = [
        _best_threshold(scores[:, first + i], truth[:, first + i]) for i in range(len(TOPICS))
    ]
    urgent, urgent_truth = scores[:, -1], truth[:, -1]
    platt = LogisticRegression(C=100).fit(urgent[:, None], urgent_truth)
    urgency = platt.predict_proba(urgent[:, None])[:, 1]
    return Tuning(
        sharpness=_sharpness(scores[:, : len(SENTIMENTS)], truth[:, : len(SENTIMENTS)]),
        topic_thresholds=tuple(thresholds),
        urgency_slope=float(platt.coef_[0, 0]),
        urgency_offset=float(platt.intercept_[0]),
        urgent_from=_best_threshold(urgency, urgent_truth),
    )


def word_rarity(lines: list[Labelled]) -> str:
    """Write the words' inverse document frequencies as ``word<TAB>idf`` lines."""
    texts_with: Counter[str] = Counter()
    for line in lines:
        _, words = features.prepare(line.text)
        texts_with.update(set(filter(keywords.telling, words)))
    known = sorted(w for w, n in texts_with.items() if n >= LEAST_TEXTS_WITH_WORD)
    rows = [f"{w}\t{np.log(len(lines) / texts_with[w]):.2f}\n" for w in known]
    return "# Made by nlp.training.linear: ln(texts / texts with the word).\n" + "".join(rows)


def cost_of_rounding(exact: np.ndarray, weights: Weights, lines: list[Labelled]) -> float:
    """Return how much sentiment macro-F1 the rounding to 8 bits costs on lines."""
    counts = count(lines)
    truth = targets(lines)[:, : len(SENTIMENTS)].argmax(axis=1)
    rounded = baseline.score(counts, weights)
    full = baseline.score(
        counts, replace(weights, quantised=exact, scale=np.ones(COLUMNS, dtype=np.float32))
    )
    said = [s[:, : len(SENTIMENTS)].argmax(axis=1) for s in (full, rounded)]
    return float(np.subtract(*(f1_score(truth, each, average="macro") for each in said)))


def main() -> None:
    """Train, tune, write and measure."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--corpus", type=Path, required=True, help="folder of the union's corpus")
    said.add_argument("--annotated", type=Path, help="folder of real texts with our labels")
    said.add_argument("--out", type=Path, default=Path("nlp/weights"))
    options = said.parse_args()
    own = read(options.corpus)
    parts = split([*own, *(read(options.annotated) if options.annotated else [])])
    options.out.mkdir(parents=True, exist_ok=True)
    own_training = [line for line in parts.train if not line.file.startswith("N")]
    (options.out / "idf.tsv").write_text(word_rarity(own_training), "utf-8")
    exact, weights = fit(parts.train)
    rounding = cost_of_rounding(exact, weights, parts.dev)
    weights = replace(weights, tuning=tune(weights, parts.dev))
    day = datetime.now(UTC).date().isoformat()
    baseline.save(options.out / "baseline.npz", weights, day=day)
    tagger = baseline.load(options.out / "baseline.npz")
    measured = figures(tagger, parts)
    report = {"version": tagger.version, "rounding_cost": round(rounding, 4), "figures": measured}
    text = json.dumps(report, ensure_ascii=False, indent=1)
    (options.out / "baseline.json").write_text(text + "\n", "utf-8")
    print(text)  # noqa: T201


if __name__ == "__main__":
    main()
