"""Keeps a page of jobs true: fetches it, and the one after it, and turns to where things have gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.reactive import reactive
from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.paging import PageCache, last_page, next_page, page_after_shift, previous_page
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.jobs.waiting import ASKING, Waiting

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import RetryHook

TURN_PAUSE = 0.08
ASK_PAUSE = 0.5
AHEAD_PAUSE = 0.3
FRESH_SECONDS = 10.0


class Feed(Waiting):
    """The owner of the list: the `page` that came for what is `job_query`. All times are in seconds."""

    page: reactive[JobPage | None] = reactive[JobPage | None](None, init=False)
    job: reactive[ImportJob | None] = reactive[ImportJob | None](None, init=False)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    rate_limit: reactive[RateLimit | None] = reactive[RateLimit | None](None)

    def __init__(
        self, client: PlatformClient, *, query: JobQuery, interval: float, clock: Callable[[], datetime]
    ) -> None:
        """`interval` is the time between refreshes, 0 for none."""
        super().__init__(client, query=query, interval=interval, clock=clock)
        self._cache = PageCache()
        self._requested_at = 0.0

    def on_mount(self) -> None:
        """Ask for the first page; whose jobs these are is asked once they are shown."""
        self.load()

    @on(Worker.StateChanged)
    @on(events.ScreenResume)
    def _update_rate_limit(self) -> None:
        """Learn what the last answer said of the rate limit, whichever call or dialog it was for."""
        self.rate_limit = self.client.last_rate_limit

    def switch_client(self, client: PlatformClient) -> None:
        """Go on with another client, after a new token was given."""
        self._cancel_requests()
        self.client = client
        self.failure = None
        self._cache = PageCache()
        self.clear_counts()
        self.load()
        self.load_user()

    def watch_job_query(self, job_query: JobQuery) -> None:
        """Show what is wanted now as soon as it is known, and fetch it if that is not fresh."""
        self.workers.cancel_group(self, "page")
        self.failure = None
        self.notice = SafeText("")
        if not self.counts_match(job_query):
            self.clear_counts()
        cached = self.cached(job_query)
        if cached is not None:
            self._show(cached)
        if cached is None or self._age(cached) > FRESH_SECONDS:
            self.load(pause=TURN_PAUSE)
        else:
            self._schedule_refresh()
            self.prefetch_neighbours()

    def watch_page(self) -> None:
        """Know that the tabs' counts may be others now."""
        self.list_moved = True

    def cached(self, query: JobQuery) -> JobPage | None:
        """Return what is known of a page before it is asked for."""
        return self._cache.get(query)

    async def fetch_page(self, query: JobQuery, *, on_retry: RetryHook | None = None) -> JobPage:
        """Return a page from the platform."""
        return await self.client.imports.page(query, on_retry=on_retry)

    def reload(self) -> None:
        """Load the page anew."""
        self.load()

    @work(exclusive=True, group="page")
    async def load(self, *, pause: float = 0, by_user: bool = False) -> None:
        """Fetch the wanted page, after a pause for keys to rest.

        With `by_user` the tabs are counted as well, and at most two requests a second are sent.
        """
        self._schedule(0)
        await asyncio.sleep(
            max(pause, self._requested_at + ASK_PAUSE - self._loop_time()) if by_user else pause
        )
        self._requested_at = self._loop_time()
        try:
            page = await self.fetch_page(self.job_query, on_retry=self._retrying)
        except CgcError as error:
            self._handle_failure(error)
            return
        finally:
            self._stop(self._early_timer)
        self.failure = None
        self.notice = SafeText("")
        self._show_or_follow(page)
        self.update_counts(page.total, by_user=by_user)
        self._schedule_refresh()
        if self.user is None:
            self.call_after_refresh(self.load_user)
        self.prefetch_neighbours()

    @work(exclusive=True, group="ahead")
    async def prefetch_neighbours(self) -> None:
        """Fetch the neighbours once things are quiet; where that fails, turning to them will say why."""
        await asyncio.sleep(AHEAD_PAUSE)
        page = self.page
        neighbours = () if page is None else (next_page(page), previous_page(page.query))
        for query in neighbours:
            if query is None or self.cached(query):
                continue
            if self.client.last_rate_limit is not None and self.client.last_rate_limit.is_low:
                return
            try:
                self._cache.put(await self.fetch_page(query))
            except CgcError:
                return

    def stop_waiting(self) -> bool:
        """Give up a request or a wait; tell whether there was one."""
        waiting = self.failure is not None and self.failure.retry_at is not None
        asking = self.page is None or self.page.query != self.job_query or self.notice == ASKING
        if not waiting and not asking:
            return False
        failure = self.failure
        if self.page is not None:
            self.job_query = self.page.query
        self.workers.cancel_group(self, "page")
        self._schedule(0)
        self.failure = replace(failure, retry_at=None) if failure is not None else None
        self.notice = SafeText("stopped; r asks again")
        return True

    def _show_or_follow(self, page: JobPage) -> None:
        """Show a page, or turn to where the list or the job has gone."""
        job_query = page.query
        self._cache.put(page)
        if not page.jobs and job_query.offset:
            last = last_page(job_query, page.total) if page.total is not None else None
            self.job_query = last or replace(job_query, offset=max(0, job_query.offset - job_query.limit))
            return
        if page.limit != job_query.limit:
            page = replace(page, query=replace(job_query, limit=page.limit))
            self._cache.put(page)
            self.job_query = page.query
            return
        shifted = page_after_shift(self.page, page, self.job.id) if self.page and self.job else None
        if shifted is not None:
            self.job_query = shifted
        else:
            self._show(self._with_known_details(page))

    def _with_known_details(self, page: JobPage) -> JobPage:
        """Keep what is known of jobs where a brief list could not be filled this time."""
        if not page.details_missing or self.page is None:
            return page
        known = {job.id: job for job in self.page.jobs}
        jobs = tuple(job.merged_with(known[job.id]) if job.id in known else job for job in page.jobs)
        return replace(page, jobs=jobs)

    def _show(self, page: JobPage) -> None:
        self.as_of = page.received_at
        self.page = page

    @staticmethod
    def _loop_time() -> float:
        return asyncio.get_running_loop().time()

    def _age(self, page: JobPage) -> float:
        return (self.clock() - page.received_at).total_seconds() if page.received_at else FRESH_SECONDS + 1
