"""`cgc-tui list`: lists jobs as a table or in formats for programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from cgc_tui.cli.arguments import add_filters, count, page_size, query_of
from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage
from cgc_tui.domain.text import cell_width
from cgc_tui.formatting.display import or_missing
from cgc_tui.formatting.export import ExportFormat, export_lines, source_keys
from cgc_tui.formatting.job_columns import (
    MIN_WIDTHS,
    PADDING,
    Column,
    column_widths,
    row_cells,
)
from cgc_tui.formatting.lists import missing_details, total_of

HELP = "list import jobs"
OPERANDS = ""
EPILOG = """\
Default: a table on a terminal, TSV otherwise. Columns of --csv and --tsv:
id state name project parent volume location started_on finished_on seconds
error_code error_message overwrite autorename preserve_folder_structure
file_id file_name file_size; text like a formula is prefixed with '.

Example: cgc-tui list --all --state FAILED --csv > failed.csv
"""

ID_CELLS = 32
ID_MIN_WIDTH = MIN_WIDTHS[Column.STATE] + MIN_WIDTHS[Column.NAME] + ID_CELLS + 2 * PADDING
"""The table has ids if the state and the name fit beside them."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the filters, the window, and the format."""
    add_filters(parser)
    parser.add_argument("--all", action="store_true", help="all jobs, not just one page")
    parser.add_argument("--limit", type=page_size, metavar="N", help="how many jobs, 1 to 100 (default: 50)")
    parser.add_argument("--offset", type=count, metavar="N", help="how many jobs to skip (default: 0)")
    forms = parser.add_mutually_exclusive_group()
    for name, help_text in {
        "json": "an array of full records, as the platform sent them",
        "jsonl": "full records, one per line, as they arrive",
        "csv": "comma-separated values",
        "tsv": "tab-separated values",
        "keys": "only the source keys, one per line",
    }.items():
        forms.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=help_text)


async def run(options: Namespace, context: CommandContext) -> int:
    """List jobs; unreadable records and missing details are reported, and give exit code 3."""
    if options.all and (options.limit is not None or options.offset is not None):
        context.say("--all cannot be combined with --limit and --offset.")
        return ExitCode.USAGE
    if options.all and options.form == "jsonl":
        return await _stream(options, context)
    page = await (_fetch_all if options.all else _fetch_page)(options, context)
    width = context.width if options.form is None else None
    context.write(
        _lines(page.jobs, options.form or "tsv") if width is None else _table(page.jobs, width, context)
    )
    if page.more:
        context.say(f"showing {len(page.jobs):,} of {total_of(page)}; use --all")
    elif not page.jobs and width is not None:
        context.say("no jobs; only jobs that you started are listed")
    return _report_incomplete(page.unreadable, page.details_missing, len(page.jobs), context)


async def _fetch_page(options: Namespace, context: CommandContext) -> JobPage:
    query = replace(query_of(options), limit=options.limit or 50, offset=options.offset or 0)
    async with context.client() as client:
        with ProgressLine(context) as progress:
            page = await client.imports.page(query, on_retry=progress.retrying)
    if page.incomplete is not None:
        raise page.incomplete
    return page


async def _fetch_all(options: Namespace, context: CommandContext) -> JobPage:
    from cgc_tui.api.listing import fetch_all

    async with context.client() as client:
        with ProgressLine(context) as progress:
            return await fetch_all(
                client, query_of(options), on_progress=progress.show, on_retry=progress.retrying, pack=False
            )


async def _stream(options: Namespace, context: CommandContext) -> int:
    """Write the jobs page by page, in the order of the list."""
    from cgc_tui.api.listing import iter_pages

    unreadable = missing = jobs = 0
    async with context.client() as client:
        with ProgressLine(context) as progress:
            page_iterator = iter_pages(
                client, query_of(options), on_progress=progress.show, on_retry=progress.retrying
            )
            async with aclosing(page_iterator) as pages:
                async for page in pages:
                    progress.clear()
                    context.write(_lines(page.jobs, "jsonl"))
                    unreadable += page.unreadable
                    missing += page.details_missing
                    jobs += len(page.jobs)
    return _report_incomplete(unreadable, missing, jobs, context)


def _report_incomplete(unreadable: int, missing: int, jobs: int, context: CommandContext) -> int:
    """Report what could not be read, and return the exit code for that."""
    if unreadable:
        context.say(f"{unreadable:,} records could not be read and are missing.")
    if missing:
        context.say(f"{missing_details(missing, jobs)}; only their ids and states are listed.")
    return ExitCode.UNAVAILABLE if unreadable or missing else ExitCode.DONE


def _lines(jobs: Iterable[ImportJob], form: str) -> Iterator[str]:
    if form == "jsonl":
        return (f"{json.dumps(job.raw, ensure_ascii=False, allow_nan=False)}\n" for job in jobs)
    return source_keys(jobs) if form == "keys" else export_lines(jobs, ExportFormat(form))


def _table(jobs: Iterable[ImportJob], width: int, context: CommandContext) -> Iterator[str]:
    """Yield the lines of a table of at most `width` cells, with ids if that is wide enough."""
    with_id = width >= ID_MIN_WIDTH
    widths = column_widths(width - (ID_CELLS + PADDING if with_id else 0))
    now = context.clock()
    padded = partial(_padded, [*widths.values(), ID_CELLS])
    yield padded([*widths, *(["Id"] if with_id else [])])
    for job in jobs:
        ids = [or_missing(job.id, context.display)] if with_id else []
        yield padded([*row_cells(job, widths, context.display, now), *ids])


def _padded(widths: list[int], texts: list[str]) -> str:
    filled = (text + " " * (width - cell_width(text)) for text, width in zip(texts, widths, strict=False))
    return (" " * PADDING).join(filled).rstrip() + "\n"
