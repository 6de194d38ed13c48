"""Progress of long work: a bar on a terminal, plain lines elsewhere; always on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]
"""Called with how many more are done."""

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Advance]:
    """Show progress of ``label`` while the block runs.

    Args:
        label: what is being done, such as "tagging".
        total: how many there are, or None where that is not known beforehand.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(label, total=total)
            yield lambda count: bar.advance(task, count)
        return
    lines = _Lines(label, total)
    yield lines.advance
    lines.end()


class _Lines:
    def __init__(self, label: str, total: int | None) -> None:
        self.label, self.total = label, total
        self.done = self.printed = 0
        self.last = monotonic()

    def advance(self, count: int) -> None:
        self.done += count
        if monotonic() - self.last >= SECONDS_BETWEEN_LINES:
            self._line()

    def end(self) -> None:
        if self.done > self.printed:
            self._line()

    def _line(self) -> None:
        of = "" if self.total is None else f" of {self.total}"
        print(f"{self.label}: {self.done}{of}", file=sys.stderr, flush=True)  # noqa: T201
        self.printed, self.last = self.done, monotonic()
