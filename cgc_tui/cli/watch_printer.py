"""Prints how watched jobs proceed and how they ended, for `watch` and for `retry --watch`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode, error_message
from cgc_tui.cli.output import wrapped
from cgc_tui.domain.causes import group_by_cause
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.jobs import UNFINISHED_STATES, JobState
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.watch import JobChange, WatchedJobs
from cgc_tui.formatting.causes import cause_title
from cgc_tui.formatting.display import format_seconds, or_missing, state_label
from cgc_tui.formatting.lists import job_error_line, missing_details

if TYPE_CHECKING:
    from cgc_tui.services.watcher import WatchStatus


class WatchPrinter:
    """Prints the changes of jobs and a summary on standard output, and errors on standard error.

    With `compact`, it prints a line of counts in place of a line for each job.
    """

    def __init__(self, context: CommandContext, *, compact: bool) -> None:
        self._context = context
        self._compact = compact
        self._watched = WatchedJobs()
        self._counts_line = ""
        self._last_message = SafeText("")
        self._failed_before = self._ended_otherwise_before = 0
        self._started_at = context.clock()

    def begin(self, watched: WatchedJobs) -> None:
        """Print which jobs are watched, and keep them for the summary."""
        self._watched = watched
        self._failed_before = watched.counts.failed
        self._ended_otherwise_before = watched.counts.ended_otherwise
        self._counts_line = self._counts_text()
        self._context.say(f"watching {_job_count(watched.counts.total)}: {self._counts_line}")

    def show(self, status: WatchStatus) -> None:
        """Print what a poll changed; print an error unless the previous poll had the same one."""
        for change in status.changes:
            if change.missing or not self._compact:
                self._print(self._change_line(change))
        if self._compact and self._counts_text() != self._counts_line:
            self._counts_line = self._counts_text()
            self._print(self._counts_line)
        message = SafeText("")
        if status.error is not None:
            message = error_message(status.error, self._context.display)
            if message != self._last_message:
                self._context.say(message)
        self._last_message = message

    def repeat_errors(self) -> None:
        """Print the next error even if the previous poll had the same one."""
        self._last_message = SafeText("")

    def print_summary(self) -> None:
        """Print how many jobs ended in which way, and the failures by cause, the most frequent first."""
        self._context.write(self._summary())
        missing = sum(job.details_missing for job in self._watched.jobs)
        if missing:
            total = len(self._watched.jobs)
            self._context.say(f"{missing_details(missing, total)}; only their states are known.")

    def named_counts(self) -> dict[str, int]:
        """Return the counts by the names that they have in the environment of CMD."""
        counts = self._watched.counts._asdict()
        counts["gone"] = counts.pop("missing")
        return counts

    def exit_code(self) -> ExitCode:
        """Return the exit code for how the jobs ended."""
        counts = self._watched.counts
        if counts.pending:
            return ExitCode.PENDING
        if any(job.details_missing for job in self._watched.jobs):
            return ExitCode.UNAVAILABLE
        return ExitCode.NO if counts.completed < counts.total else ExitCode.DONE

    def _summary(self) -> Iterator[str]:
        elapsed = format_seconds((self._context.clock() - self._started_at).total_seconds())
        width = self._context.width
        counts = f"{_job_count(self._watched.counts.total)}: {self._counts_text()}, after {elapsed}"
        yield from wrapped(counts, width, indent=2)
        if self._failed_before:
            yield f"{self._failed_before:,} of the failed jobs had already failed\n"
        if self._ended_otherwise_before:
            yield f"{self._ended_otherwise_before:,} had already ended otherwise\n"
        for cause in group_by_cause([job for job in self._watched.jobs if job.state == JobState.FAILED]):
            yield from wrapped(cause_title(cause), width, first=f"{len(cause.jobs):>7,} x ")
            if (hint := hint_for(cause.code)) is not None:
                for text in (hint.meaning, hint.check, hint.fix):
                    yield from wrapped(text, width, first=" " * 10)
        other_states = Counter(job.state for job in self._watched.jobs if job.ended_otherwise)
        for state, count in other_states.most_common():
            yield f"{count:>7,} x {or_missing(state, self._context.display)}\n"

    def _change_line(self, change: JobChange) -> str:
        job, display = change.job, self._context.display
        name = or_missing(job.name or job.id, display)
        if change.missing:
            return f"{name}  {sanitize(job.id)}  no longer exists"
        parts = (state_label(job.state, display), name, sanitize(job.id), job_error_line(job))
        return "  ".join(filter(None, parts))

    def _print(self, text: str) -> None:
        at = self._context.clock().astimezone(self._context.display.timezone)
        self._context.write(wrapped(text, self._context.width, first=f"{at:%H:%M:%S}  "))

    def _counts_text(self) -> str:
        counts = self._watched.counts
        others = {
            "failed": counts.failed,
            "ended otherwise": counts.ended_otherwise,
            f"unfinished ({self._unfinished_text()})": counts.pending,
            "gone": counts.missing,
        }
        parts = [f"{count:,} {name}" for name, count in others.items() if count]
        return ", ".join([f"{counts.completed:,} completed", *parts])

    def _unfinished_text(self) -> str:
        """Return the unfinished jobs by state: `10 pending, 6 running`."""
        states = Counter(job.state for job in self._watched.jobs)
        return ", ".join(f"{states[name]:,} {name.lower()}" for name in UNFINISHED_STATES if states[name])


def _job_count(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"
