"""Measure the bundled tagger and its parts and write the model card.

``python -m nlp.training.card --corpus DIR --data DIR``; the test splits are read here and nowhere
else.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np

from nlp import baseline
from nlp.joined import SETTINGS, JoinedTagger, Linear, load_linear
from nlp.joining import read_settings
from nlp.quality import MEASURED
from nlp.tagger import Tagger
from nlp.text import normalise, split_special
from nlp.training import scoring
from nlp.training.calibrate import settings as fit_settings
from nlp.training.calibrate import verdicts
from nlp.training.corpus import Line, lines_of, read_emotions, union_splits
from nlp.training.scoring import Pairs, Question
from nlp.transformer import FOLDER, Transformer
from posts.model import Topic

POLARITY = {
    "none": "neutral", "like": "positive", "happiness": "positive", "disgust": "negative",
    "sadness": "negative", "anger": "negative", "fear": "negative",
}  # fmt: skip
"""Of NLPCC2014; surprise has none and is left out."""
TABLES = "<!-- figures -->"
CARD = Path("nlp/weights/MODEL_CARD.md")


def read_nlpcc(data: Path) -> list[Line]:
    """Read the posts of NLPCC2014 task 1, which nothing was ever trained or tuned on."""
    path = data / "nlpcc2014_weibo" / "weibo.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        kept: dict[str, Line] = {}
        for i, row in enumerate(rows):
            sentiment = POLARITY.get(row["label"])
            if sentiment is not None:
                line = Line(f"nlpcc-{i}", "nlpcc", normalise(row["text"]), sentiment=sentiment)  # type: ignore[arg-type]
                kept.setdefault(line.key, line)
        return list(kept.values())


def without_emoticons(lines: list[Line]) -> list[Line]:
    """Return the lines without emoticons and emoji."""
    return [
        replace(li, text="".join(p for p, special in split_special(li.text) if not special).strip())
        for li in lines
    ]


class Remembering(Transformer):
    """A transformer that reads each text once, for taggers that share it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._known: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def run(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Read normalised texts: logits and vectors."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= zip(new, zip(*super().run(new), strict=True), strict=True)
        found = [self._known[text] for text in texts]
        return np.stack([row for row, _ in found]), np.stack([row for _, row in found])


def transformer_alone(
    transformer: Transformer, linear: Linear, folder: Path, lines: list[Line]
) -> JoinedTagger:
    """Return the transformer without the linear models, fitted on dev lines in the same way."""
    logits, scores = verdicts(transformer, linear, lines)
    found = json.loads(json.dumps(fit_settings(lines, logits, scores * 0)))
    for head in found["heads"].values():
        head["linear"] = 0.0  # its evidence was constant, so it has no weight either
    scratch = folder / "alone.json"
    scratch.write_text(json.dumps({"day": "alone", **found}), "utf-8")
    try:
        return JoinedTagger(transformer, linear, read_settings(scratch))
    finally:
        scratch.unlink()


def sets(corpus: Path, data: Path) -> dict[str, list[Line]]:
    """Return the sets that are measured, by the name the card gives them."""
    union = union_splits(corpus, data)
    named = {}
    for split in ("dev", "test"):
        own = [line for line in union[split] if not line.source.startswith("N")]
        real = [line for line in union[split] if line.source.startswith("N")]
        named |= {f"union lines, {split}": own, f"real texts, {split}": real}
    named["bundled feed"] = union["bundled"]
    named["union lines, test, no emoticons"] = without_emoticons(named["union lines, test"])
    named["real texts, test, no emoticons"] = without_emoticons(named["real texts, test"])
    for part in ("usual", "virus"):
        named[f"SMP2020 {part} test"] = read_emotions(data, part, "test")
    named["NLPCC2014 posts"] = read_nlpcc(data)
    named["NLPCC2014 posts, no emoticons"] = without_emoticons(named["NLPCC2014 posts"])
    return named


def questions(pairs: Pairs) -> dict[str, Question]:
    """Ask what the labels of a set allow."""
    line = pairs[0][1]
    if line.intent is not None:
        return scoring.union_questions(pairs, get_args(Topic))
    if line.emotion is not None:
        return {**scoring.emotion_questions(pairs), **scoring.sentiment_questions(pairs)}
    return scoring.sentiment_questions(pairs)


def table(name: str, taggers: dict[str, Tagger], lines: list[Line]) -> list[str]:
    """Return one set's table: a row a figure, a column a tagger."""
    asked, errors = {}, {}
    for said, tagger in taggers.items():
        pairs = list(zip(tagger.tag([line.text for line in lines]), lines, strict=True))
        asked[said] = questions(pairs)
        if lines[0].sentiment is not None:
            errors[said] = f"{scoring.calibration_error(pairs):.3f}"
    last = list(taggers)[-1]
    rows = [
        f"### {name} ({len(lines):,} texts)",
        "",
        "| figure | " + " | ".join(taggers) + " | 95 % interval | chance of no gain |",
        "|---" * (len(taggers) + 3) + "|",
    ]
    for figure, ours in asked[last].items():
        cells = [f"{q[figure].value():.3f}" if figure in q else "-" for q in asked.values()]
        low, high = ours.interval()
        theirs = asked["linear"].get(figure)
        gain = "-" if theirs is None else f"{scoring.better(ours, theirs):.3f}"
        rows.append(f"| {figure} | " + " | ".join(cells) + f" | {low:.3f} to {high:.3f} | {gain} |")
    if errors:
        cells = [errors[said] for said in taggers]
        rows.append("| sentiment calibration error | " + " | ".join(cells) + " | - | - |")
    return [*rows, ""]


def main() -> None:
    """Measure everything and put the tables into the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1, help="only every n-th line, for a trial")
    parser.add_argument("--card", type=Path, default=CARD)
    options = parser.parse_args()
    transformer, linear = Remembering(options.folder), load_linear(options.folder)
    dev = lines_of(options.corpus, options.data, "dev")[:: options.every]
    taggers: dict[str, Tagger] = {
        "linear": baseline.load(),
        "transformer": transformer_alone(transformer, linear, options.folder, dev),
        "joined": JoinedTagger(transformer, linear, read_settings(options.folder / SETTINGS)),
    }
    said: list[str] = []
    for name, lines in sets(options.corpus, options.data).items():
        said += table(name, taggers, lines[:: options.every])
        print("\n".join(said[-12:]), flush=True)  # noqa: T201
    head, _, rest = options.card.read_text("utf-8").partition(TABLES)
    tail = rest.partition(TABLES)[2]
    about = f"{MEASURED}`{taggers['joined'].version}`."  # the dashboard reads it, see nlp.quality
    text = f"{head}{TABLES}\n\n{about}\n\n" + "\n".join(said) + f"\n{TABLES}{tail}"
    options.card.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
