"""Chinese names of the labels, for people to read."""

from functools import cache
from importlib import resources
from typing import Any, Literal, cast

import yaml

Field = Literal["sentiment", "emotion", "intent", "topics"]


@cache
def _names() -> dict[str, dict[str, Any]]:
    text = (resources.files("nlp") / "topics.yaml").read_text("utf-8")
    return cast("dict[str, dict[str, Any]]", yaml.safe_load(text))


def chinese(field: Field, value: str) -> str:
    """Return the Chinese name of a label, or the label itself where it has none."""
    entry = _names()[field].get(value, value)
    return str(entry["name"] if isinstance(entry, dict) else entry)


def covers(topic: str) -> str:
    """Say in Chinese what a topic covers; empty for an unknown topic."""
    entry = _names()["topics"].get(topic)
    return str(entry["covers"]) if isinstance(entry, dict) else ""
