"""`cgc-tui watch`: follows jobs to their end, for pipelines that wait for them."""

from __future__ import annotations

import asyncio
import subprocess
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from cgc_tui.cli.arguments import add_filters, query_of, seconds
from cgc_tui.cli.commands.show import report_missing
from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode, error_message
from cgc_tui.cli.last_batch import last_batch
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.causes import group_by_cause
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.errors import (
    CgcError,
    Forbidden,
    InvalidResponse,
    NotFound,
    RequestRejected,
    TokenRejected,
)
from cgc_tui.domain.jobs import UNFINISHED_STATES, ImportJob, JobError, JobState
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.causes import title
from cgc_tui.formatting.display import format_seconds, or_missing, state_label
from cgc_tui.formatting.lists import job_error_line, missing_details

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

HELP = "follow jobs to their end"
OPERANDS = "[ID|HREF ...]"
EPILOG = """\
Filters mean the jobs that match at the start, finished ones too; without ids
and filters it is all unfinished ones. A job is unfinished while it is PENDING
or RUNNING. Failures of the network or the server are retried.

Exit codes: 0 all completed, 1 a job failed, ended otherwise or is not there,
3 details of jobs could not be read, 8 not all ended. CMD has CGC_TUI_EXIT,
_TOTAL, _COMPLETED, _FAILED, _ENDED_OTHERWISE, _PENDING, _GONE set.

Example: cgc-tui watch --project rosalind/brca-pilot && ./next-step
"""

MAX_WAIT = 60.0
LASTING = (TokenRejected, Forbidden, NotFound, RequestRejected)
"""Errors that end a watch, since no later request can succeed."""
LAST_LOOK = 30.0
"""The most seconds for the look at the time-out."""
SHOWN_COUNTS = ("completed", "failed", "ended_otherwise", "pending", "gone")


def add_arguments(parser: ArgumentParser) -> None:
    """Take ids or filters, and the rhythm."""
    parser.add_argument("jobs", nargs="*", metavar="ID", help=SUPPRESS)
    add_filters(parser)
    parser.add_argument(
        "--last-batch",
        action="store_true",
        help="the jobs sent last in one go (README.md: batches)",
    )
    parser.add_argument(
        "--interval", type=seconds(1), metavar="S", default=10.0, help="seconds between looks (default: 10)"
    )
    parser.add_argument(
        "--timeout", type=seconds(0, 31 * 86400), metavar="S", help="give up after so many seconds"
    )
    parser.add_argument("--compact", action="store_true", help="lines of counts, not one a job")
    parser.add_argument("--on-finish", metavar="CMD", help="run this by the shell at the end")


async def run(options: Namespace, context: CommandContext) -> int:
    """Watch until all jobs have ended or the time is over; print a summary."""
    query = query_of(options)
    if options.jobs and (query.is_filtered or options.last_batch):
        context.say("give ids or filters, not both.")
        return ExitCode.USAGE
    if options.last_batch and options.state:
        context.say("--last-batch leaves no room for --state.")
        return ExitCode.USAGE
    async with context.client() as client:
        watcher = JobWatcher(client, context, compact=options.compact)
        start_code = await _start(watcher, options, query)
        if start_code is not ExitCode.DONE:
            return start_code
        try:
            async with asyncio.timeout(options.timeout):
                await watcher.poll_until_done(options.interval)
        except TimeoutError:
            await watcher.look_once_more()
            if watcher.unfinished:
                context.say(f"not all jobs ended in {format_seconds(options.timeout)}.")
    context.write(watcher.summary())
    code = watcher.exit_code()
    watcher.say_missing()
    if options.on_finish is not None:
        _run_finish_command(options.on_finish, context, {**watcher.counts(), "exit": code})
    return code


async def _start(watcher: JobWatcher, options: Namespace, query: JobQuery) -> ExitCode:
    """Find out which jobs are to be watched."""
    if options.jobs:
        return await watcher.watch_ids(options.jobs)
    return await (watcher.watch_last_batch(query) if options.last_batch else watcher.watch_matching(query))


def _run_finish_command(command: str, context: CommandContext, counts: Mapping[str, int]) -> None:
    """Run the user's command with the counts in its environment; a failure is only reported."""
    variables = {f"CGC_TUI_{name.upper()}": str(int(count)) for name, count in counts.items()}
    try:
        ended = subprocess.run(command, shell=True, env={**context.environ, **variables})
    except OSError as error:
        context.say(f"the command of --on-finish could not be started: {error.strerror}.")
    else:
        if ended.returncode != 0:
            context.say(f"the command of --on-finish ended with {ended.returncode}.")


def _job_count(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"


class JobWatcher:
    """The watched jobs, with what is known of each by now."""

    def __init__(self, client: PlatformClient, context: CommandContext, *, compact: bool) -> None:
        self._client = client
        self._context = context
        self._compact = compact
        self._jobs: dict[str, ImportJob] = {}
        self._missing_ids: dict[str, None] = {}
        self._failed_before = self._ended_otherwise_before = 0
        self._started_at = context.clock()

    @property
    def unfinished(self) -> list[str]:
        """The ids of the jobs that have not ended."""
        return [job.id for job in self._jobs.values() if not job.is_final]

    async def watch_ids(self, ids_or_hrefs: list[str]) -> ExitCode:
        """Watch jobs by id or href; where one cannot be had, say so and return what that means."""
        from cgc_tui.api.listing import fetch_many
        from cgc_tui.domain.records import job_id

        ids = list(dict.fromkeys(map(job_id, ids_or_hrefs)))
        records = await fetch_many(self._client, ids, on_retry=self._retrying, sleep=self._context.sleep)
        self._start(job for job in records.values() if isinstance(job, ImportJob))
        return report_missing(ids, records, self._context)

    async def watch_matching(self, query: JobQuery) -> ExitCode:
        """Watch the jobs that match, without any filter those that have not ended."""
        from cgc_tui.api.listing import fetch_all

        with ProgressLine(self._context) as progress:
            page = await fetch_all(
                self._client,
                query if query.is_filtered else JobQuery(UNFINISHED_STATES),
                on_progress=progress.show,
                on_retry=self._retrying,
                sleep=self._context.sleep,
            )
        self._start(page.jobs)
        if page.unreadable:
            self._context.say(f"{page.unreadable:,} records could not be read.")
            return ExitCode.UNAVAILABLE
        return ExitCode.DONE

    async def watch_last_batch(self, query: JobQuery) -> ExitCode:
        """Watch the jobs that were sent last in one go."""
        batch = await last_batch(self._client, query, self._context)
        if batch is None:
            return ExitCode.NO
        self._start(batch.jobs)
        return ExitCode.DONE

    async def poll_until_done(self, interval: float) -> None:
        """Look again and again until all have ended; trouble on the way is told and waited out."""
        last_message, failures = SafeText(""), 0
        while self.unfinished:
            await self._context.sleep(min(interval * 2**failures, max(interval, MAX_WAIT)))
            try:
                await self._poll(self.unfinished)
            except LASTING:
                raise
            except CgcError as error:
                failures = min(failures + 1, 10)
                if (message := error_message(error, self._context.display)) != last_message:
                    self._context.say(message)
                last_message = message
            else:
                last_message, failures = SafeText(""), 0

    async def look_once_more(self) -> None:
        """Update the unfinished jobs at the time-out.

        It may have run out while the process was stopped, and the jobs ended meanwhile. Trouble with the
        network or the server is said and leaves them as they are.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_LOOK):
                try:
                    await self._poll(self.unfinished)
                except LASTING:
                    raise
                except CgcError as error:
                    self._context.say(error_message(error, self._context.display))

    def summary(self) -> Iterator[str]:
        """Yield how many ended how, and the failures by cause, the most frequent first."""
        elapsed = format_seconds((self._context.clock() - self._started_at).total_seconds())
        yield (
            f"{_job_count(len(self._jobs) + len(self._missing_ids))}: {self._counts_text()}, "
            f"after {elapsed}\n"
        )
        if self._failed_before:
            yield f"{self._failed_before:,} of the failed had failed before\n"
        if self._ended_otherwise_before:
            yield f"{self._ended_otherwise_before:,} had ended otherwise before\n"
        failed = [job for job in self._jobs.values() if job.state == JobState.FAILED]
        for cause in group_by_cause(failed):
            yield f"{len(cause.jobs):>7,} x {title(cause)}\n"
            if (hint := hint_for(cause.code)) is not None:
                yield from (f"{'':10}{line}\n" for line in (hint.meaning, hint.check, hint.fix))
        others = Counter(job.state for job in self._jobs.values() if job.ended_otherwise)
        for name, count in others.most_common():
            yield f"{count:>7,} x {or_missing(name, self._context.display)}\n"

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are by how they ended; pending are all that have not."""
        jobs = self._jobs.values()
        states = Counter(job.state for job in jobs)
        return {
            "total": len(jobs) + len(self._missing_ids),
            "completed": states[JobState.COMPLETED],
            "failed": states[JobState.FAILED],
            "ended_otherwise": sum(job.ended_otherwise for job in jobs),
            "pending": sum(not job.is_final for job in jobs),
            "gone": len(self._missing_ids),
        }

    def say_missing(self) -> None:
        """Say of how many jobs no more than the state is known, so that the summary lacks their causes."""
        if missing := self._details_missing:
            self._context.say(f"{missing_details(missing, len(self._jobs))}; only their states are known.")

    @property
    def _details_missing(self) -> int:
        return sum(job.details_missing for job in self._jobs.values())

    def exit_code(self) -> ExitCode:
        """Return what the outcome means."""
        counts = self.counts()
        if counts["pending"]:
            return ExitCode.PENDING
        if self._details_missing:
            return ExitCode.UNAVAILABLE
        return (
            ExitCode.NO if counts["failed"] or counts["ended_otherwise"] or counts["gone"] else ExitCode.DONE
        )

    def _start(self, jobs: Iterator[ImportJob] | tuple[ImportJob, ...]) -> None:
        self._jobs = {job.id: job for job in jobs}
        counts = self.counts()
        self._failed_before, self._ended_otherwise_before = counts["failed"], counts["ended_otherwise"]
        self._context.say(f"watching {_job_count(len(self._jobs))}: {self._counts_text()}")

    async def _poll(self, ids: list[str]) -> None:
        """Ask for the jobs, and print what has changed."""
        from cgc_tui.api.listing import fetch_many

        counts_before = self._counts_text()
        records = await fetch_many(self._client, ids, on_retry=self._retrying, sleep=self._context.sleep)
        at = self._context.clock()
        for job_id, record in records.items():
            known = self._jobs.get(job_id)
            if known is None:
                continue
            if isinstance(record, JobError):
                self._record_missing(known, record, at)
            else:
                now = self._jobs[job_id] = record.merged_with(known)
                if now.state != known.state:
                    self._report_change(now, at)
        if self._compact and self._counts_text() != counts_before:
            self._print(at, self._counts_text())
        if silent := sum(job_id not in records for job_id in ids):
            raise InvalidResponse(
                SafeText(f"no answer for {silent:,} of {_job_count(len(ids))}"), SafeText("")
            )

    def _report_change(self, job: ImportJob, at: datetime) -> None:
        display = self._context.display
        parts = [
            state_label(job.state, display),
            or_missing(job.name or job.id, display),
            sanitize(job.id),
            job_error_line(job),
        ]
        if not self._compact:
            self._print(at, "  ".join(filter(None, parts)))

    def _record_missing(self, job: ImportJob, error: JobError, at: datetime) -> None:
        """Take a job that is no longer there off; another error may be over at the next look."""
        if error.no_such_job:
            del self._jobs[job.id]
            self._missing_ids[job.id] = None
            self._print(
                at,
                f"{or_missing(job.name or job.id, self._context.display)}  {sanitize(job.id)}  no "
                f"longer there",
            )

    def _print(self, at: datetime, text: str) -> None:
        self._context.write([f"{at.astimezone(self._context.display.timezone):%H:%M:%S}  {text}\n"])

    def _counts_text(self) -> str:
        counts = self.counts()
        shown = (name for name in SHOWN_COUNTS if counts[name] or name == "completed")
        return ", ".join(f"{counts[name]:,} {name.replace('_', ' ')}" for name in shown)

    def _retrying(self, error: CgcError, wait: float) -> None:
        ProgressLine(self._context).retrying(error, wait)
