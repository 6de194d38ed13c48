"""How well a bundled tagger did on texts it never saw, as its training wrote it down."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"

Figures = Mapping[str, Mapping[str, float]]
"""Figures by set of texts; F1 and accuracy from 0 to 1, ``lines`` is the size of the set."""


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
    return found


def of(version: str) -> Figures | None:
    """Figures of the tagger of a version; None where nobody measured it."""
    return measured().get(version)
