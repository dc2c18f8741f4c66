"""Watches jobs until all have finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import fetch_all, fetch_many
from cgc_tui.api.requester import RetryHook
from cgc_tui.api.throttle import Sleep
from cgc_tui.domain.errors import (
    CgcError,
    Forbidden,
    InvalidResponse,
    NotFound,
    RequestRejected,
    TokenRejected,
)
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.domain.watch import JobChange, WatchCounts, WatchedJobs

DEFAULT_INTERVAL = 10.0
"""Seconds between two polls."""

MAX_WAIT = 60.0
"""The longest wait after failures, in seconds, unless the interval itself is longer."""

LASTING_ERRORS = (TokenRejected, Forbidden, NotFound, RequestRejected)
"""Errors that end a watch, since no later request can succeed."""


class WatchStatus(NamedTuple):
    """The watch after a poll: the counts, what that poll changed, and the error if it failed."""

    counts: WatchCounts
    changes: tuple[JobChange, ...] = ()
    error: CgcError | None = None


class JobWatcher:
    """Polls the platform for the watched jobs and reports each poll to `changed`.

    Watched are the given jobs and, with a `query`, all that match it at any poll. `client`, `interval`
    (seconds) and `paused` may be set at any time; while it is paused, no request is made. A watcher that
    was stopped, or ended by an error, continues with the next `run`.
    """

    def __init__(
        self,
        client: PlatformClient,
        jobs: Iterable[ImportJob] = (),
        *,
        query: JobQuery | None = None,
        interval: float = DEFAULT_INTERVAL,
        changed: Callable[[WatchStatus], None] = lambda _: None,
        on_retry: RetryHook | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.client = client
        self.query = query
        self.interval = interval
        self.paused = False
        self.watched = WatchedJobs(jobs)
        self._changed = changed
        self._on_retry = on_retry
        self._sleep = sleep
        self._list_is_known = query is None
        self._failures = 0

    @property
    def done(self) -> bool:
        """Whether all jobs have finished; with a query, not before the list was read."""
        return self._list_is_known and not self.watched.pending_ids

    async def run(self, *, wait_first: bool = False) -> None:
        """Poll until all jobs have finished, and less often while polls fail.

        With `wait_first`, an interval passes before the first poll: for jobs that were just read. Raises
        the errors of `LASTING_ERRORS`.
        """
        self._failures = 0
        if wait_first:
            if self.done:
                return
            await self._sleep(self.interval)
        while True:
            if self.paused:
                self._changed(WatchStatus(self.watched.counts))
            else:
                await self.poll()
            if self.done:
                return
            await self._sleep(self._delay)

    async def poll(self) -> WatchStatus:
        """Read the unfinished jobs, once, and report it; raises the errors of `LASTING_ERRORS`."""
        changes: list[JobChange] = []
        error = None
        try:
            await self._read(changes)
        except LASTING_ERRORS:
            raise
        except CgcError as failure:
            error = failure
        self._failures = 0 if error is None else self._failures + 1
        status = WatchStatus(self.watched.counts, tuple(changes), error)
        self._changed(status)
        return status

    @property
    def _delay(self) -> float:
        """Seconds until the next poll."""
        return min(self.interval * 2.0 ** min(self._failures, 10), max(self.interval, MAX_WAIT))

    async def _read(self, changes: list[JobChange]) -> None:
        """Read the list of the query and the jobs that are not on it; append what has changed."""
        ids = self.watched.pending_ids
        if self.query is not None:
            page = await fetch_all(self.client, self.query, on_retry=self._on_retry)
            listed_ids = {job.id for job in page.jobs}
            ids = tuple(job_id for job_id in ids if job_id not in listed_ids)
            changes += self.watched.add(page.jobs)
            self._list_is_known = True
        records = await fetch_many(self.client, ids, on_retry=self._on_retry)
        changes += self.watched.update(records)
        if unanswered := sum(job_id not in records for job_id in ids):
            raise InvalidResponse(
                SafeText(f"no response for {unanswered:,} of {len(ids):,} job{'' if len(ids) == 1 else 's'}"),
                SafeText(""),
            )
