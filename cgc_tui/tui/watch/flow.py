"""Waits for jobs to end while one looks at others, and tells when the last one has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textual import work
from textual.reactive import reactive

from cgc_tui.domain.errors import CgcError, InvalidResponse
from cgc_tui.domain.jobs import UNFINISHED_STATES, ImportJob
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.watch import WatchedJobs
from cgc_tui.formatting.display import otherwise
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.jobs.marking import Marking
from cgc_tui.tui.messages import TitleRequested

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

DEFAULT_INTERVAL = 15.0
"""Seconds between looks where the list itself is not refreshed."""


class Target(NamedTuple):
    """What is waited for: `title` names it; with a `query`, also jobs that come to match it."""

    watch: WatchedJobs
    title: SafeText
    query: JobQuery | None = None


class Watching(Marking):
    """The owner of the watch, and of what is `watcher_status` in words.

    The marked jobs are watched or, where none is marked, all of the list that have not ended; of a list
    that the platform knows also the ones that come while the watch goes on.
    """

    watcher_status: reactive[SafeText] = reactive(SafeText(""))
    _target: Target | None = None

    def action_watch(self) -> None:
        """Watch the marked jobs or the list; stop a watch, or forget one that is over."""
        if self.watcher_status:
            self._stop_watch()
        elif self.marks:
            self.start_watch(self.marks.jobs.values(), SafeText("the marked jobs"))
        elif self.results is not None and self.job_query.among is not None:
            self.start_watch(
                self.results.filter(replace(self.job_query, states=())), self.job_query.among.title
            )
        else:
            query = replace(self.job_query, states=UNFINISHED_STATES, offset=0)
            self.start_watch((), describe_query(replace(query, states=()), self.display_options), query)

    def start_watch(self, jobs: Iterable[ImportJob], title: SafeText, query: JobQuery | None = None) -> None:
        """Wait for the last of these jobs, and of those that match the query; then tell."""
        watch = WatchedJobs()
        watch.add(jobs)
        self._target = Target(watch, title, query)
        self.watcher_status = SafeText("watching" + ("..." if self.display_options.ascii else "…"))
        self._run_watch(self._target)

    def switch_client(self, client: PlatformClient) -> None:
        """Go on with another client, also with the watch."""
        super().switch_client(client)
        if self._target is not None:
            self._run_watch(self._target)

    def _stop_watch(self) -> None:
        self.workers.cancel_group(self, "watch")
        self._target = None
        self.watcher_status = SafeText("")
        self.post_message(TitleRequested(SafeText("")))

    @work(exclusive=True, group="watch")
    async def _run_watch(self, target: Target) -> None:
        """Look at the jobs in the rhythm of the refreshes; what goes wrong on the way is said."""
        while True:
            try:
                if not self.paused and await self._poll(target):
                    break
            except CgcError as error:
                self.watcher_status = sanitize(f"watch: {error.summary}")
            else:
                self._show_status(target.watch)
            await asyncio.sleep(self.interval or DEFAULT_INTERVAL)
        self._announce_end(target)

    async def _poll(self, target: Target) -> bool:
        """Ask how the jobs stand now; tell whether all have ended."""
        from cgc_tui.api.listing import fetch_all, fetch_many  # with httpx, which is there by now

        ids = target.watch.pending_ids
        if target.query is not None:
            page = await fetch_all(self.client, target.query)
            listed = {job.id for job in page.jobs}
            ids = tuple(job_id for job_id in ids if job_id not in listed)
            target.watch.add(page.jobs)
        answers = await fetch_many(self.client, ids)
        target.watch.update(answers)
        if silent := sum(job_id not in answers for job_id in ids):
            raise InvalidResponse(SafeText(f"no answer for {silent:,} of {len(ids):,} jobs"), SafeText(""))
        return not target.watch.pending_ids

    def _show_status(self, watch: WatchedJobs) -> None:
        """Say `watching 43 · 2 failed`, here and in the title."""
        failed = f"{self.display_options.separator}{watch.failed:,} failed" if watch.failed else ""
        text = (
            f"watching {len(watch.pending_ids):,}{failed}"
            f"{otherwise(watch.ended_otherwise, self.display_options)}"
        )
        self.watcher_status = SafeText("watch paused" if self.paused else text)
        self.post_message(TitleRequested(self.watcher_status))

    def _announce_end(self, target: Target) -> None:
        """Say that the last job has ended, wherever one looks."""
        watch = target.watch
        self._target = None
        if not watch.had_pending:
            self.watcher_status = SafeText("")
            self.notify(f"Nothing to wait for: all have ended ({target.title}).", markup=False)
            return
        gone = f"{self.display_options.separator}{watch.missing:,} no longer there" if watch.missing else ""
        other = otherwise(watch.ended_otherwise, self.display_options)
        counts = f"{watch.ended:,} ended{self.display_options.separator}{watch.failed:,} failed{other}{gone}"
        self.watcher_status = SafeText(f"done: {counts}")
        self.post_message(TitleRequested(self.watcher_status, ring=True))
        self.notify(
            f"All watched jobs have ended: {counts} ({target.title}).",
            markup=False,
            severity="warning" if watch.failed or watch.ended_otherwise or watch.missing else "information",
        )
