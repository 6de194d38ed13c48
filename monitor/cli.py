"""The command ``gongsheng``: one verb per job.

Verbs that need spiders or the dashboard live in those rooms and are hung on here through the
entry-point group ``gongsheng.commands``, so that the arrows between the rooms stay one-way.
"""

import json
import sys
from dataclasses import asdict
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic import ValidationError

# Typer carries its own copy of click and exports only some of its errors; the version is pinned.
from typer._click.exceptions import ClickException, NoArgsIsHelpError

from monitor import model_commands, office_commands
from monitor.report import Period
from monitor.settings import load_settings
from posts.errors import GongshengError, QueryError
from posts.model import Intent, Platform, Sentiment, Topic
from posts.query import PostQuery, Sort

app = typer.Typer(
    name="gongsheng",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
office_commands.register(app)
model_commands.register(app)


def _one_of(values: object) -> Any:
    return typer.Option(help=f"{', '.join(get_args(values))}; repeat for several.")


AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
Since = Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")]
Until = Annotated[str | None, typer.Option(help="Last day, included, YYYY-MM-DD.")]


@app.callback()
def gongsheng() -> None:
    """Gongsheng 工声: hear what the members say on the union's own channels."""


@app.command()
def ingest(as_json: AsJson = False) -> None:
    """Tag and index what is new in the archive. Example: gongsheng ingest --json."""
    from monitor import wiring

    result = wiring.ingest_backlog(load_settings())
    _print(asdict(result), as_json, f"{result.indexed} posts indexed")


@app.command()
def tag() -> None:
    """Tag JSONL lines {"id","text"} from stdin, in order. Example: gongsheng tag < posts.jsonl."""
    from monitor import wiring
    from monitor.tag_lines import tag_lines

    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in tag_lines(sys.stdin.buffer, wiring.tagger(load_settings())):
        print(line, flush=True)  # noqa: T201


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='AND OR NOT, "phrase", prefix*, brackets.')] = "",
    since: Since = None,
    until: Until = None,
    sentiment: Annotated[list[str] | None, _one_of(Sentiment)] = None,
    intent: Annotated[list[str] | None, _one_of(Intent)] = None,
    topic: Annotated[list[str] | None, _one_of(Topic)] = None,
    platform: Annotated[list[str] | None, _one_of(Platform)] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Repeat for several.")] = None,
    sort: Annotated[Sort, typer.Option(help="Order of the posts.")] = "relevance",
    size: Annotated[int, typer.Option(min=0, max=10_000, help="Posts per page.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Posts to skip.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Search the index. Example: gongsheng search '加班 NOT 食堂' --sentiment negative."""
    from monitor import answers, wiring

    question = _query(
        text=query, since=since, until=until, sentiments=sentiment or (), intents=intent or (),
        topics=topic or (), platforms=platform or (), channels=channel or (),
    )  # fmt: skip
    store = wiring.store(load_settings())
    page = store.search(question, sort=sort, size=size, offset=offset, facets=answers.SEARCH_FACETS)
    _print(answers.search_answer(page), as_json, answers.search_lines(page))


@app.command()
def stats(since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """Count posts by day, sentiment, intent, topic and channel. Example: gongsheng stats."""
    from monitor import answers, wiring

    answer = answers.stats_answer(wiring.store(load_settings()), _query(since=since, until=until))
    _print(answer, as_json, answers.stats_lines(answer))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show channels, last crawls, backlog, store and model. Example: gongsheng status."""
    from monitor import answers, wiring

    now = wiring.current_status(load_settings())
    _print(now.model_dump(mode="json"), as_json, answers.status_lines(now))


@app.command()
def watch(
    every: Annotated[str, typer.Option(help="Pause between crawls, such as 15m, 2h, 90s.")] = "15m",
    rounds: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
) -> None:
    """Crawl, ingest and report alerts in a loop. Example: gongsheng watch --every 15m."""
    from monitor.watch import parse_interval, watch_channels

    watch_channels(load_settings(), parse_interval(every), rounds)


@app.command()
def rebuild(
    store: Annotated[
        str | None, typer.Option(help="Store to build; default: the one in use.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build an index anew from the archive. Example: gongsheng rebuild --store embedded:."""
    from monitor.rebuild import rebuild_index

    result = rebuild_index(load_settings(), store)
    _print(asdict(result), as_json, f"{result.indexed} posts indexed anew")


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="File to write; its ending is .docx or .html.")],
    period: Annotated[Period, typer.Option(help="Whole days before today: 1, 7 or 30.")] = "week",
) -> None:
    """Write the brief of a period. Example: gongsheng report --period week --out brief.docx."""
    from monitor import wiring
    from monitor.report_page import write_report

    write_report(wiring.report(load_settings(), period), out)
    print(f"written: {out}")  # noqa: T201


def main() -> None:
    """Run the command line; our errors become one line on stderr and exit code 1."""
    for room in entry_points(group="gongsheng.commands"):
        room.load()(app)
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except NoArgsIsHelpError as error:
        _stop(error.format_message(), 2)
    except ClickException as error:
        _stop(f"gongsheng: {' '.join(error.format_message().split())} (see --help)")
    except GongshengError as error:
        _stop(f"gongsheng: {' '.join(str(error).split())}")
    except (KeyboardInterrupt, typer.Abort):
        _stop("gongsheng: stopped", 130)
    except BrokenPipeError:
        # The reader (such as `head`) went away; Python would print a traceback while closing.
        sys.stdout = None
        sys.exit(1)


def _stop(message: str, code: int = 1) -> None:
    print(message, file=sys.stderr)  # noqa: T201
    sys.exit(code)


def _query(*, since: str | None, until: str | None, **fields: Any) -> PostQuery:
    try:
        return PostQuery(since=_day("--since", since), until=_day("--until", until), **fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).removesuffix("s")
        raise QueryError(f"--{name} {first['input']!r}: {first['msg']}") from error


def _day(option: str, value: str | None) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError as error:
        raise QueryError(f"{option} {value!r}: expected a day such as 2026-05-01") from error


def _print(answer: object, as_json: bool, lines: str) -> None:
    print(json.dumps(answer, ensure_ascii=False) if as_json else lines)  # noqa: T201
