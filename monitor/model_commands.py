"""Verbs of the model: measure it, let it learn from corrections, go back."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.settings import load_settings
from posts.errors import ModelError

if TYPE_CHECKING:  # what learns loads slowly; the other verbs shall not wait for it
    from monitor.learning import Judged
    from nlp.tagger import Tagger

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


def register(app: typer.Typer) -> None:
    """Hang the verbs on the command line."""
    app.command()(train)
    app.command("eval")(evaluate)


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


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(
            help='JSONL: {"text", "sentiment", "intent", "topics", "urgent", "emotion"}.'
        ),
    ],
    lexicons: Annotated[
        Path | None, typer.Option(help="Folder of word lists, *.tsv: class<TAB>word.")
    ] = None,
    emoticons: Annotated[
        bool, typer.Option(help="Also measure the texts without emoticons.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Measure the tagger on labelled texts beside others. Example: gongsheng eval test.jsonl."""
    from monitor import evaluation, wiring
    from nlp import baseline, rivals

    settings = load_settings()
    sets = {path.stem: evaluation.read_labelled(path) for path in files}
    if emoticons:
        sets |= {
            f"{name}, no emoticons": evaluation.without_emoticons(sets[name]) for name in [*sets]
        }
    linear, ours = baseline.load(), wiring.tagger(settings)
    taggers: dict[str, Tagger] = {ours.version: ours}
    if ours.version != linear.version:
        taggers[linear.version] = linear
    lists = sorted(lexicons.glob("*.tsv")) if lexicons else []
    for other in (*map(rivals.lexicon, lists), *rivals.installed()):
        taggers[other.version] = other
    found = evaluation.evaluate(sets, taggers, linear.version)
    _print(evaluation.as_json(found), as_json, "\n".join(evaluation.table(found)))


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
