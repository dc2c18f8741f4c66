"""Watch: polls jobs in the background and notifies the user when the last one has finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import UNFINISHED_STATES
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.watch import WatchCounts
from cgc_tui.formatting.display import ended_otherwise_text
from cgc_tui.formatting.lists import describe_query
from cgc_tui.services.watcher import JobWatcher, WatchStatus
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.host import Host
from cgc_tui.tui.messages import TitleRequested

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

DEFAULT_INTERVAL = 15.0
"""Seconds between two polls where the list itself is not refreshed."""


class ListWatch:
    """The watch of the marked jobs or, if none is marked, of all unfinished jobs of the list.

    Of the platform's own list it also watches the jobs that are added meanwhile. `changed` is called with
    each new status text, which is empty when the watch is over.
    """

    def __init__(
        self,
        host: Host,
        jobs: JobsContext,
        status: RefreshStatus,
        *,
        changed: Callable[[SafeText], object],
    ) -> None:
        """`status` has the interval of the list, which the watch follows."""
        self.title, self._watcher = _watcher_for(jobs, self._show)
        self._host = host
        self._jobs = jobs
        self._changed = changed
        self._worker: Worker[None] | None = None
        self.follow(status)
        changed(SafeText("watching" + ("..." if jobs.display_options.ascii else "…")))
        self._start()

    def follow(self, status: RefreshStatus) -> None:
        """Poll in the interval of the list, and not while that is paused."""
        self._watcher.interval = status.interval or DEFAULT_INTERVAL
        self._watcher.paused = status.paused

    def restart(self, client: PlatformClient) -> None:
        """Go on with another client."""
        self.cancel()
        self._watcher.client = client
        if not self._watcher.done:
            self._start()

    def cancel(self) -> None:
        """Stop polling."""
        if self._worker is not None:
            self._worker.cancel()

    def stop(self) -> None:
        """End the watch, and restore the window title."""
        self.cancel()
        self._changed(SafeText(""))
        self._jobs.post_message(TitleRequested(SafeText("")))

    def _start(self) -> None:
        self._worker = self._host.run_worker(self._run, group="watch", exclusive=True)

    async def _run(self) -> None:
        """Poll until all jobs have finished, or until no further poll can succeed."""
        try:
            await self._watcher.run()
        except CgcError as error:
            self._changed(sanitize(f"watch: {error.summary}"))
        else:
            self._announce_end(self._watcher.watched.counts)

    def _show(self, status: WatchStatus) -> None:
        """Show `watching 43 · 2 failed`, also in the window title."""
        if status.error is not None:
            self._changed(sanitize(f"watch: {status.error.summary}"))
            return
        display, counts = self._jobs.display_options, status.counts
        failed = f"{display.separator}{counts.failed:,} failed" if counts.failed else ""
        text = f"watching {counts.pending:,}{failed}{ended_otherwise_text(counts.ended_otherwise, display)}"
        title = SafeText("watch paused" if self._watcher.paused else text)
        self._changed(title)
        self._jobs.post_message(TitleRequested(title))

    def _announce_end(self, counts: WatchCounts) -> None:
        """Notify the user, and ring the bell."""
        if not self._watcher.watched.had_pending:
            self._changed(SafeText(""))
            self._jobs.notify(f"Nothing to watch: all jobs have finished ({self.title}).", markup=False)
            return
        display = self._jobs.display_options
        missing = f"{display.separator}{counts.missing:,} not found" if counts.missing else ""
        other = ended_otherwise_text(counts.ended_otherwise, display)
        summary = f"{counts.completed:,} completed{display.separator}{counts.failed:,} failed{other}{missing}"
        self._changed(SafeText(f"watch finished: {summary}"))
        self._jobs.post_message(TitleRequested(SafeText(f"watch finished: {summary}"), ring=True))
        self._jobs.notify(
            f"All watched jobs have finished: {summary} ({self.title}).",
            markup=False,
            severity="warning"
            if counts.failed or counts.ended_otherwise or counts.missing
            else "information",
        )


def _watcher_for(jobs: JobsContext, changed: Callable[[WatchStatus], None]) -> tuple[SafeText, JobWatcher]:
    """Return the title of what is to be watched, and the watcher of it."""
    client, query = jobs.session.client, replace(jobs.job_query, states=(), offset=0)
    if jobs.marks:
        return SafeText("the marked jobs"), JobWatcher(client, jobs.marks.jobs.values(), changed=changed)
    if jobs.origin is not None:
        return jobs.origin.title, JobWatcher(client, jobs.known_jobs(query) or (), changed=changed)
    unfinished = replace(query, states=UNFINISHED_STATES)
    return (
        describe_query(query, jobs.display_options),
        JobWatcher(client, query=unfinished, changed=changed),
    )
