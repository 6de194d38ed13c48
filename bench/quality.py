"""How right the bundled tagger is, beside its parts and what else a union could run offline.

    python bench/quality.py --corpus DIR --data DIR [--every N] [--card]

Measures on the test splits (see nlp/training/corpus.py), SMP2020, NLPCC2014 and the same texts
without emoticons: the joined tagger, the transformer and the linear model alone, word lists
(``DATA/lexicons/*.tsv``), and SnowNLP and cnsenti where they are installed. Prints a table, writes
bench/results/quality.json and, with ``--card``, the table of rivals in the model card.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from monitor.evaluation import Evaluation, Figure, as_json, evaluate, table
from nlp import baseline, rivals
from nlp.joined import SETTINGS, JoinedTagger, load_linear
from nlp.joining import read_settings
from nlp.tagger import Tagger
from nlp.training.card import CARD, Remembering, sets, transformer_alone
from nlp.training.corpus import lines_of
from nlp.transformer import FOLDER

RESULTS = Path(__file__).parent / "results" / "quality.json"
YARDSTICK = "linear"
MARK = "<!-- rivals -->"
SHOWN = ("sentiment, macro-F1", "3 classes, macro-F1", "appeals in the top 20 %")


def taggers(corpus: Path, data: Path) -> dict[str, Tagger]:
    """Ours, its parts and the rivals, by name."""
    transformer, linear = Remembering(FOLDER), load_linear(FOLDER)
    dev = lines_of(corpus, data, "dev")
    found: dict[str, Tagger] = {
        YARDSTICK: baseline.load(),
        "transformer": transformer_alone(transformer, linear, FOLDER, dev),
        "joined": JoinedTagger(transformer, linear, read_settings(FOLDER / SETTINGS)),
    }
    lists = [rivals.lexicon(path) for path in sorted((data / "lexicons").glob("*.tsv"))]
    return found | {rival.version: rival for rival in [*lists, *rivals.installed()]}


def rows(figures: Sequence[Figure], names: Sequence[str]) -> list[str]:
    """The figures that all taggers have as a Markdown table: a row a set, a column a tagger."""
    said = ["| set, figure | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    wanted = [one for one in figures if one.name.startswith(SHOWN)]
    for of, name in dict.fromkeys((one.set, one.name) for one in wanted):
        values = {one.tagger: one.value for one in wanted if (one.set, one.name) == (of, name)}
        cells = [f"{values[tagger]:.3f}" if tagger in values else "-" for tagger in names]
        said.append(f"| {of}: {name} | " + " | ".join(cells) + " |")
    return said


def into_card(found: Evaluation, names: Sequence[str]) -> None:
    """Put the table between its marks in the model card."""
    head, _, rest = CARD.read_text("utf-8").partition(MARK)
    tail = rest.partition(MARK)[2]
    said = "\n".join(rows(found.figures, names))
    CARD.write_text(f"{head}{MARK}\n\n{said}\n\n{MARK}{tail}", "utf-8")


def main() -> None:
    """Measure everything."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    said.add_argument("--data", type=Path, default=Path("../shared/data"))
    said.add_argument("--every", type=int, default=1, help="only every n-th line, for a trial")
    said.add_argument("--card", action="store_true", help="write the table into the model card")
    options = said.parse_args()
    named = {
        name: lines[:: options.every]
        for name, lines in sets(options.corpus, options.data).items()
        if "dev" not in name
    }
    ours = taggers(options.corpus, options.data)
    found = evaluate(named, ours, YARDSTICK)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(as_json(found), ensure_ascii=False, indent=1) + "\n", "utf-8")
    print("\n".join(table(found)))
    print("\n".join(["", *rows(found.figures, list(ours))]))
    if options.card:
        into_card(found, list(ours))


if __name__ == "__main__":
    main()
