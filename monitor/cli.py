"""The command ``gongsheng``: one verb per job.

Verbs that need spiders or the dashboard live in those rooms and are hung on here through the
entry-point group ``gongsheng.commands``, so that the arrows between the rooms stay one-way.
"""

import sys
from importlib.metadata import entry_points

import typer

from posts.errors import GongshengError

app = typer.Typer(
    name="gongsheng",
    help="Gongsheng 工声: hear what the members say.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def gongsheng() -> None:
    """Gongsheng 工声: hear what the members say."""


def main() -> None:
    """Run the command line; our errors become one line on stderr and exit code 1."""
    for room in entry_points(group="gongsheng.commands"):
        room.load()(app)
    try:
        app()
    except GongshengError as error:
        print(f"gongsheng: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
