"""Verbs of the command line that live in this room: crawl, login, import, demo."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Hang this room's verbs on the command line."""
    app.command("crawl")(crawl_channels)
    app.command("login")(log_in_once)
    app.command("import")(import_exports)
    app.command("demo")(show_demo)


def crawl_channels(
    channels: Annotated[
        list[str] | None, typer.Argument(help="Ids in the channel file; all where none is given.")
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(help="Part of all channels for this machine, such as 2/8; told by their ids."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Run the spiders of the configured channels, then tag and index what is new.

    Example: gongsheng crawl weibo-main
    """
    # Scrapy and the model load slowly; the other verbs shall not wait for them.
    from crawlers.report import print_runs, print_runs_json
    from crawlers.run import chosen_channels, crawl
    from crawlers.shard import of_shard, parse_shard
    from monitor import wiring
    from monitor.settings import load_settings

    settings = load_settings()
    chosen = chosen_channels(settings, channels or ())
    if shard is not None:
        chosen = of_shard(chosen, parse_shard(shard))
    runs = crawl(chosen, settings)
    ingested = wiring.ingest_or_wait(settings)
    if as_json:
        print_runs_json(runs, ingested)
    else:
        print_runs(runs, ingested)


def log_in_once(
    channel: Annotated[str, typer.Argument(help="Id in the channel file.")],
) -> None:
    """Open a visible browser for a person to log in; the channel's profile keeps the login.

    Example: gongsheng login weibo-main
    """
    from datetime import datetime

    from crawlers.login import log_in
    from crawlers.run import chosen_channels
    from monitor.settings import load_settings
    from posts.model import CHINA

    settings = load_settings()
    (chosen,) = chosen_channels(settings, [channel])
    typer.echo(f"{channel}: log in in the window that opens; it closes by itself", err=True)
    days = log_in(chosen, settings).days_left(datetime.now(CHINA))
    holds = "the platform does not say how long" if days is None else f"for {days} days"
    typer.echo(f"{channel}: logged in, {holds}")


def import_exports(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exports or own JSONL.")],
    channel: Annotated[
        str | None,
        typer.Option(help="Channel of the posts; else what our own lines say, else 'import'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Read exports of other tools and our own JSONL, then tag and index what is new.

    Example: gongsheng import creator_comments_2026-11-20.jsonl --channel weibo-main
    """
    from crawlers.report import print_import
    from crawlers.run_import import import_into_archive
    from monitor import wiring
    from monitor.settings import load_settings

    settings = load_settings()
    result = import_into_archive(files, channel=channel, settings=settings)
    # Told before the tagging: the posts are kept, whatever may be wrong with model or index.
    print_import(result, quarantine=settings.data / "quarantine", as_json=as_json)
    wiring.ingest_or_wait(settings)


def show_demo(
    dashboard: Annotated[
        bool, typer.Option("--dashboard/--no-dashboard", help="Open the dashboard at the end.")
    ] = True,
) -> None:
    """Start the bundled channels on loopback, crawl, tag and index them, open the dashboard.

    Example: gongsheng demo --no-dashboard
    """
    from crawlers.demo import run_demo
    from monitor.settings import load_settings

    run_demo(load_settings(), dashboard=dashboard)
