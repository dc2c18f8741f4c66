"""`cgc-tui watch`: watches jobs until all have ended, for pipelines that wait for them."""

from __future__ import annotations

import asyncio
import subprocess
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from cgc_tui.cli.arguments import add_filters, query_of, seconds
from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.named_jobs import fetch_named
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.cli.watch_printer import WatchPrinter
from cgc_tui.domain.batches import MAX_GAP
from cgc_tui.domain.errors import InvalidResponse
from cgc_tui.domain.jobs import UNFINISHED_STATES, ImportJob
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.batches import route_label, started_label
from cgc_tui.formatting.display import format_count, format_seconds
from cgc_tui.formatting.lists import missing_details

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.services.watcher import JobWatcher

HELP = "watch jobs until they finish"
OPERANDS = "[ID|HREF ...]"
EPILOG = """\
Filters select the jobs that match at the start, also finished ones. Default:
all unfinished jobs (PENDING or RUNNING). Network and server errors are retried.

Exit codes: 0 all completed, 1 a job failed, ended otherwise or was not found,
3 details of jobs could not be read, 8 not all finished. CMD gets CGC_TUI_EXIT,
_TOTAL, _COMPLETED, _FAILED, _ENDED_OTHERWISE, _PENDING and _GONE; _PENDING is
the number of unfinished jobs.

Example: cgc-tui watch --project rosalind/brca-pilot && ./next-step
"""

FINAL_POLL_TIMEOUT = 30.0
"""The longest that the poll at the time-out may take, in seconds."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add ids or filters, the interval and the time-out."""
    parser.add_argument("jobs", nargs="*", metavar="ID", help=SUPPRESS)
    add_filters(parser)
    parser.add_argument(
        "--last-batch",
        action="store_true",
        help="the newest batch, as recognized by the app",
    )
    parser.add_argument(
        "--interval",
        type=seconds(1),
        metavar="S",
        default=10.0,
        help="polling interval in seconds (default: 10)",
    )
    parser.add_argument(
        "--timeout", type=seconds(0, 31 * 86400), metavar="S", help="stop after this many seconds"
    )
    parser.add_argument("--compact", action="store_true", help="print lines of counts, not one line per job")
    parser.add_argument("--on-finish", metavar="CMD", help="run this shell command at the end")


async def run(options: Namespace, context: CommandContext) -> int:
    """Watch until all jobs have finished or the time is over; print a summary."""
    query = query_of(options)
    if options.jobs and (query.is_filtered or options.last_batch):
        context.say("use either ids or filters, not both.")
        return ExitCode.USAGE
    if options.last_batch and options.state:
        context.say("--last-batch cannot be combined with --state.")
        return ExitCode.USAGE
    from cgc_tui.services.watcher import JobWatcher

    printer = WatchPrinter(context, compact=options.compact)
    async with context.client() as client:
        jobs, code = await _select_jobs(client, options, query, context)
        if code is not ExitCode.DONE:
            return code
        watcher = JobWatcher(
            client,
            jobs,
            interval=options.interval,
            changed=printer.show,
            on_retry=ProgressLine(context).retrying,
            sleep=context.sleep,
        )
        printer.begin(watcher.watched)
        try:
            async with asyncio.timeout(options.timeout):
                await watcher.run(wait_first=True)
        except TimeoutError:
            printer.repeat_errors()
            await _poll_at_time_out(watcher)
            if not watcher.done:
                context.say(f"not all jobs finished in {format_seconds(options.timeout)}.")
    printer.print_summary()
    code = printer.exit_code()
    if options.on_finish is not None:
        _run_finish_command(options.on_finish, context, {**printer.named_counts(), "exit": code})
    return code


async def _poll_at_time_out(watcher: JobWatcher) -> None:
    """Read the jobs once more: they may have finished while this process was stopped."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FINAL_POLL_TIMEOUT):
            await watcher.poll()


async def _select_jobs(
    client: PlatformClient, options: Namespace, query: JobQuery, context: CommandContext
) -> tuple[Sequence[ImportJob], ExitCode]:
    """Return the jobs to watch, and the exit code if the command ends because some cannot be read."""
    if options.last_batch:
        return await _last_batch(client, query, context)
    if options.jobs:
        return await fetch_named(client, options.jobs, context)
    return await _matching_jobs(client, query, context)


async def _matching_jobs(
    client: PlatformClient, query: JobQuery, context: CommandContext
) -> tuple[Sequence[ImportJob], ExitCode]:
    """Read the jobs that match; without any filter, the unfinished ones."""
    from cgc_tui.api.listing import fetch_all

    with ProgressLine(context) as progress:
        page = await fetch_all(
            client,
            query if query.is_filtered else JobQuery(UNFINISHED_STATES),
            on_progress=progress.show,
            on_retry=progress.retrying,
        )
    if page.unreadable:
        context.say(f"{page.unreadable:,} records could not be read.")
        return page.jobs, ExitCode.UNAVAILABLE
    return page.jobs, ExitCode.DONE


async def _last_batch(
    client: PlatformClient, query: JobQuery, context: CommandContext
) -> tuple[Sequence[ImportJob], ExitCode]:
    """Read the newest batch of the list; say what it is and how many jobs were searched."""
    from cgc_tui.api.listing import fetch_all
    from cgc_tui.api.parse import TRY_AGAIN
    from cgc_tui.services.batches import newest_batch

    with ProgressLine(context) as progress:

        async def read(max_jobs: int) -> JobPage:
            page = await fetch_all(
                client,
                query,
                max_jobs=max_jobs,
                on_progress=progress.show,
                on_retry=progress.retrying,
            )
            if page.details_missing:
                text = missing_details(page.details_missing, len(page.jobs))
                raise InvalidResponse(SafeText(f"{text}, so the last batch is unknown"), TRY_AGAIN)
            return page

        search = await newest_batch(read)
    searched = f"{len(search.page.jobs):,} of {format_count(search.page.total)} jobs searched"
    if not search.batches:
        minutes = MAX_GAP.total_seconds() / 60
        context.say(
            f"no batch: no two jobs of the same volume and project started within "
            f"{minutes:.0f} min of each other; {searched}"
        )
        return (), ExitCode.NO
    batch = search.batches[0]
    start, route = started_label(batch, context.display, context.clock()), route_label(batch, context.display)
    context.say(f"last batch: {start}, {route}, {len(batch.jobs):,} jobs; {searched}")
    return batch.jobs, ExitCode.DONE


def _run_finish_command(command: str, context: CommandContext, counts: Mapping[str, int]) -> None:
    """Run the user's command with the counts in its environment; a failure is only reported."""
    variables = {f"CGC_TUI_{name.upper()}": str(int(count)) for name, count in counts.items()}
    try:
        ended = subprocess.run(command, shell=True, env={**context.environ, **variables})
    except OSError as error:
        context.say(f"the --on-finish command could not be started: {error.strerror}.")
    else:
        if ended.returncode != 0:
            context.say(f"the --on-finish command exited with {ended.returncode}.")
