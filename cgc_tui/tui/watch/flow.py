"""Waits for jobs to end while one looks at others, and tells when the last one has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textual import work
from textual.reactive import reactive

from cgc_tui.domain.errors import CgcError, InvalidResponse, TokenRejected
from cgc_tui.domain.jobs import UNFINISHED_STATES, ImportJob
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.watch import WatchedJobs
from cgc_tui.formatting.display import otherwise
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.jobs.overview import Overview
from cgc_tui.tui.messages import TellAsked, TokenRefused

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

USUAL_RHYTHM = 15.0
"""Seconds between looks where the list itself is not refreshed."""


class Target(NamedTuple):
    """What is waited for: `what` names it; with a `query`, also jobs that come to match it."""

    watch: WatchedJobs
    what: SafeText
    query: JobQuery | None = None


class Watching(Overview):
    """The owner of the watch, and of what is `watched` in words.

    The marked jobs are watched or, where none is marked, all of the list that have not ended; of a list
    that the platform knows also the ones that come while the watch goes on.
    """

    watched: reactive[SafeText] = reactive(SafeText(""))
    _target: Target | None = None

    def action_watch(self) -> None:
        """Watch the marked jobs or the list; stop a watch, or forget one that is over."""
        if self.watched:
            self._forget()
        elif self.marks:
            self.watch_jobs(self.marks.jobs.values(), SafeText("the marked jobs"))
        elif self.found is not None and self.wanted.among is not None:
            self.watch_jobs(self.found.filter(replace(self.wanted, states=())), self.wanted.among.title)
        else:
            query = replace(self.wanted, states=UNFINISHED_STATES, offset=0)
            self.watch_jobs((), describe_query(replace(query, states=()), self.look), query)

    def watch_jobs(self, jobs: Iterable[ImportJob], what: SafeText, query: JobQuery | None = None) -> None:
        """Wait for the last of these jobs, and of those that match the query; then tell."""
        watch = WatchedJobs()
        watch.add(jobs)
        self._target = Target(watch, what, query)
        self.watched = SafeText("watching" + ("..." if self.look.ascii else "…"))
        self._follow(self._target)

    def use(self, client: PlatformClient) -> None:
        """Go on with another client, also with the watch."""
        super().use(client)
        if self._target is not None:
            self._follow(self._target)

    def _forget(self) -> None:
        self.workers.cancel_group(self, "watch")
        self._target = None
        self.watched = SafeText("")
        self.post_message(TellAsked(SafeText("")))

    @work(exclusive=True, group="watch")
    async def _follow(self, target: Target) -> None:
        """Look at the jobs in the rhythm of the refreshes; what goes wrong on the way is said."""
        while True:
            try:
                if not self.paused and await self._look(target):
                    break
            except TokenRejected as error:
                self.watched = SafeText("watch: no token")
                self.post_message(TokenRefused(error))
                return
            except CgcError as error:
                self.watched = sanitize(f"watch: {error.summary}")
            else:
                self._say(target.watch)
            await asyncio.sleep(self.every or USUAL_RHYTHM)
        self._tell_end(target)

    async def _look(self, target: Target) -> bool:
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

    def _say(self, watch: WatchedJobs) -> None:
        """Say `watching 43 · 2 failed`, here and in the title."""
        failed = f"{self.look.separator}{watch.failed:,} failed" if watch.failed else ""
        words = f"watching {len(watch.pending_ids):,}{failed}{otherwise(watch.ended_otherwise, self.look)}"
        self.watched = SafeText("watch paused" if self.paused else words)
        self.post_message(TellAsked(self.watched))

    def _tell_end(self, target: Target) -> None:
        """Say that the last job has ended, wherever one looks."""
        watch = target.watch
        self._target = None
        if not watch.had_pending:
            self.watched = SafeText("")
            self.notify(f"Nothing to wait for: all have ended ({target.what}).", markup=False)
            return
        gone = f"{self.look.separator}{watch.missing:,} no longer there" if watch.missing else ""
        other = otherwise(watch.ended_otherwise, self.look)
        words = f"{watch.ended:,} ended{self.look.separator}{watch.failed:,} failed{other}{gone}"
        self.watched = SafeText(f"done: {words}")
        self.post_message(TellAsked(self.watched, ring=True))
        self.notify(
            f"All watched jobs have ended: {words} ({target.what}).",
            markup=False,
            severity="warning" if watch.failed or watch.ended_otherwise or watch.missing else "information",
        )
