"""What crawl and import say when they are done; results on stdout, all else on stderr."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawlers.import_result import ImportResult
from monitor.ingest import IngestResult
from posts.model import AccessState, CrawlRun

__all__ = ["print_import", "print_runs", "print_runs_json"]

GOOD = frozenset({AccessState.OK, AccessState.EMPTY})


def run_row(run: CrawlRun) -> dict[str, Any]:
    """One crawl as JSON values."""
    declared, fetched = run.comments_declared, run.comments_fetched
    return {
        "channel": run.channel,
        "source": run.source,
        "state": run.state.value,
        "detail": run.detail,
        "paused": run.paused,
        "new": run.new,
        "updated": run.updated,
        "seen": run.seen,
        "rejected": run.rejected,
        "requests": run.requests,
        "coverage": {"declared": declared, "fetched": fetched},
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat(),
    }


def print_runs_json(runs: Sequence[CrawlRun], ingested: IngestResult) -> None:
    """Print exactly one JSON object."""
    report = {
        "channels": [run_row(run) for run in runs],
        "new": sum(run.new for run in runs),
        "updated": sum(run.updated for run in runs),
        "seen": sum(run.seen for run in runs),
        "indexed": ingested.indexed,
    }
    print(json.dumps(report, ensure_ascii=False))  # noqa: T201


def print_runs(runs: Sequence[CrawlRun], ingested: IngestResult) -> None:
    """Print a table on a terminal, plain lines elsewhere."""
    console = Console()
    if console.is_terminal:
        console.print(_table(runs))
        console.print(f"indexed {ingested.indexed}")
        return
    for run in runs:
        parts = [
            f"{run.channel}: {run.state.value}",
            f"new {run.new}, updated {run.updated}, seen {run.seen}",
            f"comments {coverage(run)}",
            f"requests {run.requests}",
        ]
        if run.rejected:
            parts.append("rejected " + reasons(run.rejected))
        if run.detail:
            parts.append(run.detail)
        print("; ".join(parts))  # noqa: T201
    print(f"indexed {ingested.indexed}")  # noqa: T201


def _table(runs: Sequence[CrawlRun]) -> Table:
    table = Table("channel", "state", "new", "updated", "seen", "comments", "requests", "detail")
    for run in runs:
        detail = "; ".join(part for part in (run.detail, reasons(run.rejected)) if part)
        table.add_row(
            Text(run.channel),
            Text(run.state.value, style="green" if run.state in GOOD else "bold red"),
            str(run.new),
            str(run.updated),
            str(run.seen),
            coverage(run),
            str(run.requests),
            Text(detail),
        )
    return table


def coverage(run: CrawlRun) -> str:
    """Comments held of comments declared, such as "41 of 46"."""
    if run.comments_declared is None:
        return f"{run.comments_fetched} of unknown"
    return f"{run.comments_fetched} of {run.comments_declared}"


def reasons(rejected: dict[str, int]) -> str:
    """Counts by reason in one line."""
    return ", ".join(f"{reason} {count}" for reason, count in sorted(rejected.items()))


def print_import(result: ImportResult, *, quarantine: Path, as_json: bool) -> None:
    """Print the counts of an import; where rows were rejected, why and where they are."""
    report: dict[str, Any] = {
        "read": result.read,
        "new": result.new,
        "updated": result.updated,
        "seen": result.seen,
        "rejected": result.rejected,
        "snapshots": result.snapshots,
    }
    for note in result.notes:
        print(f"note: {note}", file=sys.stderr)  # noqa: T201
    if result.rejected:
        report["reasons"] = dict(result.reasons)
        report["rejected_rows"] = [asdict(row) for row in result.rejected_rows]
        report["quarantine"] = str(quarantine)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))  # noqa: T201
        return
    print(  # noqa: T201
        f"read {result.read}, new {result.new}, updated {result.updated}, "
        f"seen {result.seen}, rejected {result.rejected}"
    )
    for row in result.rejected_rows:
        place = row.file if row.line is None else f"{row.file}, line {row.line}"
        why = f"{row.reason}: {row.detail}" if row.detail else row.reason
        print(f"rejected: {place}: {why}", file=sys.stderr)  # noqa: T201
    if result.rejected:
        why = reasons(dict(result.reasons))
        print(f"rejected: {why}; kept sealed in {quarantine}", file=sys.stderr)  # noqa: T201
