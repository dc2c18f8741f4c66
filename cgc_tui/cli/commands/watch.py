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
from cgc_tui.cli.commands.show import tell_missing
from cgc_tui.cli.context import Session
from cgc_tui.cli.exit_codes import Exit, words_of
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
Filters mean the jobs that match at the start, also those that have ended;
without ids and filters it is all that have not. Jobs that come later are not
watched. Trouble with the network or the server on the way is waited out.
A job has ended unless it is PENDING or RUNNING. Any state but these two,
COMPLETED and FAILED counts as "ended otherwise".

Exit codes: 0 all completed, 1 a job failed, ended otherwise or is not there,
3 details of jobs could not be read, 8 not all ended. CMD has CGC_TUI_EXIT,
_TOTAL, _COMPLETED, _FAILED, _ENDED_OTHERWISE, _PENDING, _GONE set.

Example: cgc-tui watch --project rosalind/brca-pilot && ./next-step
"""

MOST_WAIT = 60.0
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


async def run(options: Namespace, session: Session) -> int:
    """Watch until all jobs have ended or the time is over; print a summary."""
    query = query_of(options)
    if options.jobs and (query.is_filtered or options.last_batch):
        session.say("give ids or filters, not both.")
        return Exit.USAGE
    if options.last_batch and options.state:
        session.say("--last-batch leaves no room for --state.")
        return Exit.USAGE
    async with session.client() as client:
        watch = Watch(client, session, compact=options.compact)
        missing = await _start(watch, options, query)
        if missing is not Exit.DONE:
            return missing
        try:
            async with asyncio.timeout(options.timeout):
                await watch.follow(options.interval)
        except TimeoutError:
            await watch.look_once_more()
            if watch.unfinished:
                session.say(f"not all jobs ended in {format_seconds(options.timeout)}.")
    session.write(watch.summary())
    code = watch.exit()
    watch.say_missing()
    if options.on_finish is not None:
        _finish(options.on_finish, session, {**watch.counts(), "exit": code})
    return code


async def _start(watch: Watch, options: Namespace, query: JobQuery) -> Exit:
    """Find out which jobs are to be watched."""
    if options.jobs:
        return await watch.take(options.jobs)
    return await (watch.find_last_batch(query) if options.last_batch else watch.find(query))


def _finish(command: str, session: Session, counts: Mapping[str, int]) -> None:
    """Run the user's command with the counts in its environment; a failure is only reported."""
    told = {f"CGC_TUI_{name.upper()}": str(int(count)) for name, count in counts.items()}
    try:
        ended = subprocess.run(command, shell=True, env={**session.environ, **told})
    except OSError as error:
        session.say(f"the command of --on-finish could not be started: {error.strerror}.")
    else:
        if ended.returncode != 0:
            session.say(f"the command of --on-finish ended with {ended.returncode}.")


def _jobs(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"


class Watch:
    """The watched jobs, with what is known of each by now."""

    def __init__(self, client: PlatformClient, session: Session, *, compact: bool) -> None:
        self._client = client
        self._session = session
        self._compact = compact
        self._jobs: dict[str, ImportJob] = {}
        self._gone: dict[str, None] = {}
        self._failed_before = self._ended_otherwise_before = 0
        self._began = session.clock()

    @property
    def unfinished(self) -> list[str]:
        """The ids of the jobs that have not ended."""
        return [job.id for job in self._jobs.values() if not job.is_final]

    async def take(self, names: list[str]) -> Exit:
        """Watch jobs by id or href; where one cannot be had, say so and return what that means."""
        from cgc_tui.api.listing import fetch_many
        from cgc_tui.domain.records import job_id

        ids = list(dict.fromkeys(map(job_id, names)))
        found = await fetch_many(self._client, ids, on_retry=self._retrying, sleep=self._session.sleep)
        self._begin(job for job in found.values() if isinstance(job, ImportJob))
        return tell_missing(ids, found, self._session)

    async def find(self, query: JobQuery) -> Exit:
        """Watch the jobs that match, without any filter those that have not ended."""
        from cgc_tui.api.listing import fetch_all

        with ProgressLine(self._session) as progress:
            page = await fetch_all(
                self._client,
                query if query.is_filtered else JobQuery(UNFINISHED_STATES),
                on_progress=progress.show,
                on_retry=self._retrying,
                sleep=self._session.sleep,
            )
        self._begin(page.jobs)
        if page.unreadable:
            self._session.say(f"{page.unreadable:,} records could not be read.")
            return Exit.TROUBLE
        return Exit.DONE

    async def find_last_batch(self, query: JobQuery) -> Exit:
        """Watch the jobs that were sent last in one go."""
        batch = await last_batch(self._client, query, self._session)
        if batch is None:
            return Exit.NO
        self._begin(batch.jobs)
        return Exit.DONE

    async def follow(self, interval: float) -> None:
        """Look again and again until all have ended; trouble on the way is told and waited out."""
        before, failures = SafeText(""), 0
        while self.unfinished:
            await self._session.sleep(min(interval * 2**failures, max(interval, MOST_WAIT)))
            try:
                await self._look(self.unfinished)
            except LASTING:
                raise
            except CgcError as error:
                failures = min(failures + 1, 10)
                if (words := words_of(error, self._session.look)) != before:
                    self._session.say(words)
                before = words
            else:
                before, failures = SafeText(""), 0

    async def look_once_more(self) -> None:
        """Update the unfinished jobs at the time-out.

        It may have run out while the process was stopped, and the jobs ended meanwhile. Trouble with the
        network or the server is said and leaves them as they are.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_LOOK):
                try:
                    await self._look(self.unfinished)
                except LASTING:
                    raise
                except CgcError as error:
                    self._session.say(words_of(error, self._session.look))

    def summary(self) -> Iterator[str]:
        """Yield how many ended how, and the failures by cause, the most frequent first."""
        took = format_seconds((self._session.clock() - self._began).total_seconds())
        yield f"{_jobs(len(self._jobs) + len(self._gone))}: {self._counts_in_words()}, after {took}\n"
        if self._failed_before:
            yield f"{self._failed_before:,} of the failed had failed before\n"
        if self._ended_otherwise_before:
            yield f"{self._ended_otherwise_before:,} had ended otherwise before\n"
        failed = [job for job in self._jobs.values() if job.state == JobState.FAILED]
        for cause in group_by_cause(failed):
            yield f"{len(cause.jobs):>7,} x {title(cause)}\n"
            if (words := hint_for(cause.code)) is not None:
                yield from (f"{'':10}{line}\n" for line in (words.meaning, words.check, words.fix))
        others = Counter(job.state for job in self._jobs.values() if job.ended_otherwise)
        for name, count in others.most_common():
            yield f"{count:>7,} x {or_missing(name, self._session.look)}\n"

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are by how they ended; pending are all that have not."""
        jobs = self._jobs.values()
        states = Counter(job.state for job in jobs)
        return {
            "total": len(jobs) + len(self._gone),
            "completed": states[JobState.COMPLETED],
            "failed": states[JobState.FAILED],
            "ended_otherwise": sum(job.ended_otherwise for job in jobs),
            "pending": sum(not job.is_final for job in jobs),
            "gone": len(self._gone),
        }

    def say_missing(self) -> None:
        """Say of how many jobs no more than the state is known, so that the summary lacks their causes."""
        if missing := self._details_missing:
            self._session.say(f"{missing_details(missing, len(self._jobs))}; only their states are known.")

    @property
    def _details_missing(self) -> int:
        return sum(job.details_missing for job in self._jobs.values())

    def exit(self) -> Exit:
        """Return what the outcome means."""
        counts = self.counts()
        if counts["pending"]:
            return Exit.PENDING
        if self._details_missing:
            return Exit.TROUBLE
        return Exit.NO if counts["failed"] or counts["ended_otherwise"] or counts["gone"] else Exit.DONE

    def _begin(self, jobs: Iterator[ImportJob] | tuple[ImportJob, ...]) -> None:
        self._jobs = {job.id: job for job in jobs}
        counts = self.counts()
        self._failed_before, self._ended_otherwise_before = counts["failed"], counts["ended_otherwise"]
        self._session.say(f"watching {_jobs(len(self._jobs))}: {self._counts_in_words()}")

    async def _look(self, ids: list[str]) -> None:
        """Ask for the jobs, and print what has changed."""
        from cgc_tui.api.listing import fetch_many

        before = self._counts_in_words()
        told = await fetch_many(self._client, ids, on_retry=self._retrying, sleep=self._session.sleep)
        at = self._session.clock()
        for job_id, record in told.items():
            known = self._jobs.get(job_id)
            if known is None:
                continue
            if isinstance(record, JobError):
                self._missing(known, record, at)
            else:
                now = self._jobs[job_id] = record.merged_with(known)
                if now.state != known.state:
                    self._changed(now, at)
        if self._compact and self._counts_in_words() != before:
            self._print(at, self._counts_in_words())
        if silent := sum(job_id not in told for job_id in ids):
            raise InvalidResponse(SafeText(f"no answer for {silent:,} of {_jobs(len(ids))}"), SafeText(""))

    def _changed(self, job: ImportJob, at: datetime) -> None:
        look = self._session.look
        parts = [
            state_label(job.state, look),
            or_missing(job.name or job.id, look),
            sanitize(job.id),
            job_error_line(job),
        ]
        if not self._compact:
            self._print(at, "  ".join(filter(None, parts)))

    def _missing(self, job: ImportJob, error: JobError, at: datetime) -> None:
        """Take a job that is no longer there off; another error may be over at the next look."""
        if error.no_such_job:
            del self._jobs[job.id]
            self._gone[job.id] = None
            self._print(
                at,
                f"{or_missing(job.name or job.id, self._session.look)}  {sanitize(job.id)}  no longer there",
            )

    def _print(self, at: datetime, words: str) -> None:
        self._session.write([f"{at.astimezone(self._session.look.timezone):%H:%M:%S}  {words}\n"])

    def _counts_in_words(self) -> str:
        counts = self.counts()
        shown = (name for name in SHOWN_COUNTS if counts[name] or name == "completed")
        return ", ".join(f"{counts[name]:,} {name.replace('_', ' ')}" for name in shown)

    def _retrying(self, error: CgcError, wait: float) -> None:
        ProgressLine(self._session).retrying(error, wait)
