"""Verbs of the model: learn from corrections, go back."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.settings import load_settings
from posts.errors import ModelError

if TYPE_CHECKING:  # what learns loads slowly; the other verbs shall not wait for it
    from monitor.learning import Judged

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


def register(app: typer.Typer) -> None:
    """Hang the verbs on the command line."""
    app.command()(train)


def train(
    from_corrections: Annotated[
        bool, typer.Option("--from-corrections", help="Learn from what people put right.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the heads used before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Learn from corrections, or go back. Example: gongsheng train --from-corrections."""
    from monitor import wiring
    from monitor.train import train_from_corrections

    settings = load_settings()
    if from_corrections == rollback:
        raise ModelError("say either --from-corrections or --rollback")
    if rollback:
        name = wiring.promoted(settings).roll_back()
        _print({"in_use": name}, as_json, f"in use: {name or 'the tagger as it ships'}")
        return
    outcome = train_from_corrections(settings)
    answer: dict[str, Any] = {
        "in_use": outcome.in_use,
        "promoted": outcome.name,
        "lessons": outcome.lessons,
        "heads": [asdict(one) for one in outcome.judged],
    }
    _print(answer, as_json, "\n".join(map(_line, outcome.judged)) + f"\n{outcome.last_line}")


def _line(one: "Judged") -> str:
    line = f"{one.head:<10} {one.corrections:>4} corrections: "
    if one.on_corrections is None or one.on_exam is None:
        return f"{line}left as it is, {one.why}"
    taught, exam = one.on_corrections, one.on_exam
    return (
        f"{line}right {taught.before} -> {taught.after} of {taught.texts}, "
        f"exam {exam.before} -> {exam.after} of {exam.texts}: "
        f"{'promoted' if one.promoted else f'not promoted, {one.why}'}"
    )


def _print(answer: dict[str, Any], as_json: bool, lines: str) -> None:
    print(json.dumps(answer, ensure_ascii=False) if as_json else lines)  # noqa: T201
