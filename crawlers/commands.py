"""Verbs of the command line that live in this room."""

import typer


def register(app: typer.Typer) -> None:
    """Hang this room's verbs on the command line."""
