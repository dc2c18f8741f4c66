"""`cgc-tui show`: prints all that is known about jobs."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.named_jobs import distinct_ids, report_missing
from cgc_tui.cli.output import wrapped
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.config.platforms import platform_at
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.errors import NotFound
from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.formatting.display import state_label
from cgc_tui.formatting.export import ExportFormat, export_lines
from cgc_tui.formatting.job_details import FOLDER_NOTE, detail_rows, error_message

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import RetryHook

HELP = "show all details of jobs"
OPERANDS = "ID|HREF ..."
EPILOG = """\
Several jobs are read with one request; their times may then be missing.

Exit codes: 0 all shown, 1 a job was not found; the others are shown.

Example: cgc-tui show bGkwN2XkXLFFPkEjF3EA7ZkHUBb7Fhcs
"""

LABEL_CELLS = 13


def add_arguments(parser: ArgumentParser) -> None:
    """Add the jobs and the format."""
    parser.add_argument("jobs", nargs="+", metavar="ID", help=SUPPRESS)
    parser.add_argument("--json", action="store_true", help="an array of full records")


async def run(options: Namespace, context: CommandContext) -> int:
    """Show the jobs in the order in which they are named."""
    ids = distinct_ids(options.jobs)
    async with context.client() as client:
        with ProgressLine(context) as progress:
            records = await _fetch(client, ids, progress.retrying)
    jobs = [record for record in map(records.get, ids) if isinstance(record, ImportJob)]
    context.write(export_lines(jobs, ExportFormat.JSON) if options.json else _paragraphs(jobs, context))
    return report_missing(ids, records, context)


async def _fetch(
    client: PlatformClient, ids: Sequence[str], on_retry: RetryHook
) -> dict[str, ImportJob | JobError]:
    from cgc_tui.api.listing import fetch_many

    if len(ids) > 1:
        return await fetch_many(client, ids, on_retry=on_retry)
    try:
        return {ids[0]: await client.imports.get(ImportJob(id=ids[0], state=""), on_retry=on_retry)}
    except NotFound as error:
        return {ids[0]: JobError(status=error.status, code=error.code, message=error.server_message)}


def _paragraphs(jobs: Sequence[ImportJob], context: CommandContext) -> Iterator[str]:
    for index, job in enumerate(jobs):
        if index:
            yield "\n"
        yield from _lines(job, context)


def _lines(job: ImportJob, context: CommandContext) -> Iterator[str]:
    """Yield the lines of a job as in the app's detail: the state and the error first."""
    display, width = context.display, context.width
    code = job.error.code if job.error is not None else None
    texts = [state_label(job.state, display) + (f"   {code}" if code is not None else "")]
    if job.error is not None:
        texts.append(error_message(job.error))
        if (hint := hint_for(code)) is not None:
            texts += [hint.meaning, hint.check, hint.fix]
    if job.is_folder:
        texts.append(FOLDER_NOTE)
    for text in (*texts, ""):
        yield from wrapped(text, width)
    platform = platform_at(context.session.access.endpoint)
    for label, value in detail_rows(job, display, platform.web if platform else None):
        yield from wrapped(value, width, first=f"{label:{LABEL_CELLS}}")
