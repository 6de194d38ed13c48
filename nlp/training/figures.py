"""Measures a tagger on the labelled splits; the same figures for every model."""

from sklearn.metrics import f1_score

from nlp.tagger import Tagger
from nlp.training.labelled import Labelled, Splits
from posts.model import APPEALS


def measure(tagger: Tagger, lines: list[Labelled]) -> dict[str, float]:
    """Measure a tagger on lines; F1 values from 0 to 1."""
    said = tagger.tag([line.text for line in lines])
    topics = [(set(a.topics), set(line.topics)) for a, line in zip(said, lines, strict=True)]
    hits = sum(len(ours & theirs) for ours, theirs in topics)
    named = sum(len(ours) + len(theirs) for ours, theirs in topics)
    urgent = [line.urgent for line in lines]
    found = {
        "lines": len(lines),
        "sentiment_accuracy": sum(
            a.sentiment == li.sentiment for a, li in zip(said, lines, strict=True)
        )
        / len(lines),
        "sentiment_macro_f1": f1_score(
            [li.sentiment for li in lines], [a.sentiment for a in said], average="macro"
        ),
        "intent_macro_f1": f1_score(
            [li.intent for li in lines], [a.intent for a in said], average="macro"
        ),
        "appeal_f1": f1_score([li.intent in APPEALS for li in lines], [a.appeal for a in said]),
        "topics_micro_f1": 2 * hits / named if named else 0.0,
        "urgent_f1": f1_score(urgent, [a.urgent for a in said], zero_division=0.0),
        "urgent_lines": sum(urgent),
    }
    return {name: round(float(value), 4) for name, value in found.items()}


def figures(tagger: Tagger, parts: Splits) -> dict[str, dict[str, float]]:
    """Measure dev and test, union's own and real texts apart, and the bundled comments."""
    found = {}
    for name, lines in (("dev", parts.dev), ("test", parts.test)):
        for kind, real in (("union", False), ("real", True)):
            part = [line for line in lines if line.file.startswith("N") == real]
            if part:
                found[f"{name}_{kind}"] = measure(tagger, part)
    if parts.bundled:
        found["bundled"] = measure(tagger, parts.bundled)
    return found
