"""`cgc-tui failures`: groups failed jobs by cause."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cgc_tui.cli.arguments import add_location_filters, query_of
from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.output import wrapped
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.causes import Cause, group_by_cause
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import JobPage
from cgc_tui.formatting.causes import cause_rows, cause_title, percentage
from cgc_tui.formatting.display import full_time
from cgc_tui.formatting.lists import describe_query, missing_details

HELP = "show why jobs failed, by cause"
OPERANDS = ""
EPILOG = """\
Reads all failed jobs of the list and groups them by error code and message,
the most frequent cause first. Messages that differ only by the job's own name
or key are one cause, with an ellipsis in its place.

Example: cgc-tui failures --project rosalind/brca-pilot
"""

LABEL_CELLS = 13
INDENT = 15


def add_arguments(parser: ArgumentParser) -> None:
    """Add the filters and the format."""
    add_location_filters(parser)
    parser.set_defaults(state=[JobState.FAILED])
    parser.add_argument("--json", action="store_true", help="print an object, with the ids of the jobs")


async def run(options: Namespace, context: CommandContext) -> int:
    """Print the causes; unreadable records and missing details are reported, and give exit code 3."""
    from cgc_tui.api.listing import fetch_all

    async with context.client() as client:
        with ProgressLine(context) as progress:
            page = await fetch_all(
                client,
                query_of(options),
                on_progress=progress.show,
                on_retry=progress.retrying,
            )
    causes = group_by_cause(page.jobs)
    context.write(_json(causes, page) if options.json else _text(causes, page, context))
    if page.unreadable:
        context.say(f"{page.unreadable:,} records could not be read and are missing.")
    if page.details_missing:
        text = missing_details(page.details_missing, len(page.jobs))
        context.say(f"{text}; their cause is unknown.")
    return ExitCode.UNAVAILABLE if page.unreadable or page.details_missing else ExitCode.DONE


def _text(causes: Sequence[Cause], page: JobPage, context: CommandContext) -> Iterator[str]:
    display, total = context.display, len(page.jobs)
    at = full_time(page.received_at, display)
    where = describe_query(replace(page.query, states=()), display)
    width = context.width
    yield from wrapped(f"{total:,} failed{display.separator}{where}{display.separator}updated {at}", width)
    for cause in causes:
        count = len(cause.jobs)
        yield "\n"
        yield from wrapped(cause_title(cause), width, first=f"{count:>7,} {percentage(count, total):>5}  ")
        for label, value in cause_rows(cause, display, context.clock()):
            yield from wrapped(value, width, first=f"{'':{INDENT}}{label:{LABEL_CELLS}}")


def _json(causes: Sequence[Cause], page: JobPage) -> Iterator[str]:
    report = {
        "as_of": _iso(page.received_at),
        "failed": len(page.jobs),
        "project": page.query.project,
        "volume": page.query.volume,
        "causes": [_record(cause) for cause in causes],
    }
    yield json.dumps(report, indent=2, allow_nan=False) + "\n"


def _record(cause: Cause) -> dict[str, Any]:
    """Return a cause with the platform's raw message, which JSON escapes."""
    hint = hint_for(cause.code)
    return {
        "code": cause.code,
        "message": cause.message,
        "jobs": len(cause.jobs),
        "first": _iso(cause.first),
        "last": _iso(cause.last),
        "volumes": dict(cause.volumes),
        "projects": dict(cause.projects),
        "means": hint and hint.meaning,
        "check": hint and hint.check,
        "mend": hint and hint.fix,
        "more": hint and hint.docs_url,
        "ids": [job.id for job in cause.jobs],
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
