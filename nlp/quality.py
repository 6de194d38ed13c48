"""How well a bundled tagger did on texts it never saw, as its measuring wrote it down.

The figures of the joined tagger stand in ``weights/MODEL_CARD.md`` (``nlp.training.card`` puts
them there, with the version that was measured), those of the linear one beside its weights.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
CARD = WEIGHTS / "MODEL_CARD.md"
MEASURED = "Measured: "
"""Begins the line of the card that names the version its tables are about."""

Figures = Mapping[str, Mapping[str, float]]
"""Figures by set of texts; F1 and accuracy from 0 to 1, ``lines`` is the size of the set."""

_SETS = {
    "union lines, test": "test_union",
    "real texts, test": "test_real",
    "union lines, dev": "dev_union",
    "real texts, dev": "dev_real",
    "bundled feed": "bundled",
}
_NAMES = {
    "sentiment, accuracy": "sentiment_accuracy",
    "sentiment, macro-F1": "sentiment_macro_f1",
    "intent, macro-F1": "intent_macro_f1",
    "appeal, F1": "appeal_f1",
    "topics, micro-F1": "topics_micro_f1",
    "urgent, F1": "urgent_f1",
}
_TITLE = re.compile(r"### (.+) \(([\d,]+) texts\)")


@cache
def measured() -> dict[str, Figures]:
    """Figures of every bundled tagger by its version."""
    found: dict[str, Figures] = {}
    for path in sorted(WEIGHTS.rglob("*.json")):
        try:
            about = json.loads(path.read_text("utf-8"))
        except ValueError:
            continue
        if isinstance(about, dict) and {"version", "figures"} <= about.keys():
            found[about["version"]] = about["figures"]
    return found | read_card(CARD.read_text("utf-8") if CARD.exists() else "")


def of(version: str) -> Figures | None:
    """Figures of the tagger of a version; None where nobody measured it.

    What learned from corrections (``<version>+<name>``) is known by the tagger it began with.
    """
    begun = [known for known in measured() if f"{version}+".startswith(f"{known}+")]
    return measured()[max(begun, key=len)] if begun else None


def read_card(text: str) -> dict[str, Figures]:
    """Read the joined tagger's figures out of the card's tables; none where it names no version."""
    version, sets, column = "", dict[str, dict[str, float]](), 0
    current: dict[str, float] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if line.startswith(MEASURED):
            version = line.removeprefix(MEASURED).strip("`. ")
        elif title := _TITLE.fullmatch(line):
            current = {"lines": float(title[2].replace(",", ""))}
            if title[1] in _SETS:
                sets[_SETS[title[1]]] = current
        elif cells[0] == "figure" and "joined" in cells:
            column = cells.index("joined")
        elif cells[0] in _NAMES and column < len(cells):
            current[_NAMES[cells[0]]] = float(cells[column])
    return {version: sets} if version and sets else {}
