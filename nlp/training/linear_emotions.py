"""Train the linear part of the emotion head: ``python -m nlp.training.linear_emotions``.

The same features as the linear tagger, SMP2020's training texts, a logistic regression for each.
"""

import argparse
from pathlib import Path
from typing import get_args

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlp import baseline, features
from nlp.training.corpus import Line, lines_of
from nlp.training.linear import rarity
from nlp.transformer import FOLDER
from posts.model import Emotion

STRENGTH = 4.0
"""Inverse of the regularisation, as in the project's first measurements on SMP2020."""


def count(lines: list[Line]) -> features.Counts:
    """Count the features of lines."""
    prepared = [features.prepare(line.text) for line in lines]
    return features.count([text for text, _ in prepared], [words for _, words in prepared])


def fit(lines: list[Line]) -> baseline.Weights:
    """Fit a column for each emotion, rounded to 8 bits."""
    counts = count(lines)
    idf = rarity(counts)
    values = features.weigh(counts, idf)
    matrix = csr_matrix(
        (values, (counts.rows, counts.buckets)), shape=(counts.texts, 1 << features.BITS)
    )
    emotions = get_args(Emotion)
    exact = np.zeros((1 << features.BITS, len(emotions)), np.float32)
    bias = np.zeros(len(emotions), np.float32)
    wanted = np.array([line.emotion for line in lines])
    for column, emotion in enumerate(emotions):
        model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-2, random_state=0)
        model.fit(matrix, wanted == emotion)
        exact[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    exact[idf == 0] = 0
    scale = np.abs(exact).max(axis=0) / 127
    quantised = np.round(exact / scale).astype(np.int8)
    return baseline.Weights(quantised, scale, bias, idf, baseline.Tuning(), "emotions")


def main() -> None:
    """Fit, write and measure on dev."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=FOLDER / "emotions.npz")
    options = parser.parse_args()
    lines, dev = (
        [line for line in lines_of(options.corpus, options.data, split) if line.emotion]
        for split in ("train", "dev")
    )
    weights = fit(lines)
    np.savez_compressed(
        options.out,
        quantised=weights.quantised,
        scale=weights.scale,
        bias=weights.bias,
        idf=weights.idf.astype(np.float16),
    )
    said = baseline.score(count(dev), weights).argmax(1)
    right = np.mean([get_args(Emotion)[i] == li.emotion for i, li in zip(said, dev, strict=True)])
    print(f"{len(lines)} texts, dev accuracy {right:.4f}")  # noqa: T201


if __name__ == "__main__":
    main()
