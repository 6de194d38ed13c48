"""Verbs of the command line that live in this room."""

import typer


def register(app: typer.Typer) -> None:
    """Hang this room's verbs on the command line."""
    app.command()(serve)


def serve(
    headless: bool = typer.Option(False, "--headless", help="Do not open a browser."),
) -> None:
    """Show the dashboard on this computer.

    Example: gongsheng serve
    """
    from dashboard.serving import serve_dashboard
    from monitor.settings import load_settings

    raise typer.Exit(serve_dashboard(load_settings(), headless=headless))
