"""Decides which jobs are listed, and requests them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.paging import first_page, last_page, next_page, page_after_shift, previous_page
from cgc_tui.domain.queries import FilterName, JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.text import SafeText
from cgc_tui.services.job_source import JobSource, PlatformSource, ResultSetSource
from cgc_tui.tui.host import Host
from cgc_tui.tui.jobs.refresher import Refresher

if TYPE_CHECKING:
    from cgc_tui.domain.jobs import ImportJob
    from cgc_tui.domain.result_set import ResultSet
    from cgc_tui.services.session import PlatformSession

Turn = Literal["next", "previous", "first", "last"]

TURN_PAUSE = 0.08
"""Seconds for which a page that was turned to is not requested yet: more keys may follow."""

MIN_INTERVAL = 0.5
"""Seconds between two requests by key."""

AHEAD_PAUSE = 0.3
"""Seconds after which the neighbours of a page are requested."""

FRESH_SECONDS = 10.0
"""How long a page that was read before is shown without a request."""

REFRESHING = SafeText("refreshing…")
STOPPED = SafeText("stopped; r: retry")
NO_NOTICE = SafeText("")


@dataclass(frozen=True, slots=True)
class ListState:
    """The wanted list, and the page that is shown, which may be of the list before.

    `as_of` is when the platform sent the page; `notice` says what is going on.
    """

    query: JobQuery
    origin: ResultOrigin | None
    page: JobPage | None
    as_of: datetime | None
    notice: SafeText


class JobList:
    """The owner of the query, the page and the lists to go back to. All requests for the list are made here.

    `changed` is called with each new state, `loaded` with each page that was requested and whether that was
    `by_user`. `cursor_job_id` is set from outside: a page that moved in the list is followed to that job.
    """

    def __init__(
        self,
        host: Host,
        session: PlatformSession,
        query: JobQuery,
        *,
        refresher: Refresher,
        changed: Callable[[ListState], object],
        loaded: Callable[[JobPage, bool], object],
    ) -> None:
        self.query = query
        self.source: JobSource = PlatformSource(session)
        self.page: JobPage | None = None
        self.cursor_job_id: str | None = None
        self._host = host
        self._session = session
        self._refresher = refresher
        self._changed = changed
        self._loaded = loaded
        self._view = ListView()
        self._notice = NO_NOTICE
        self._as_of: datetime | None = None
        self._page_source: JobSource = self.source
        self._lists_before: list[tuple[JobSource, JobQuery, Callable[[], object] | None]] = []
        self._filters: list[FilterName] = ["volume", "project", "states"]
        """The filters, the one that was set last at the end."""
        self._loading: Worker[None] | None = None
        self._prefetching: Worker[None] | None = None
        self._requested_at = 0.0

    @property
    def state(self) -> ListState:
        """What is wanted and what is shown."""
        return ListState(self.query, self.source.origin, self.page, self._as_of, self._notice)

    def show(self, query: JobQuery) -> None:
        """Show other jobs of the list: at once if they are known, and requested if they are not fresh."""
        if query == self.query:
            return
        for name in list(self._filters):
            if getattr(query, name) not in (None, (), getattr(self.query, name)):
                self._filters.remove(name)
                self._filters.append(name)
        self.query = query
        self._enter()

    def clear_filter(self) -> bool:
        """Remove the filter that was set last; return whether there was one."""
        for name in reversed(self._filters):
            if getattr(self.query, name):
                self.show(self.query.without(name))
                return True
        return False

    def open(self, results: ResultSet, *, on_back: Callable[[], object] | None = None) -> None:
        """List the jobs of a result set until `back` is called, which calls `on_back`."""
        self._lists_before.append((self.source, self.query, on_back))
        self.source = ResultSetSource(self._session, results)
        self.query = JobQuery(limit=self.query.limit)
        self._enter()

    def back(self) -> bool:
        """Return to the list before; return whether there was one."""
        if not self._lists_before:
            return False
        self.source, self.query, on_back = self._lists_before.pop()
        self._enter()
        if on_back is not None:
            on_back()
        return True

    def turn(self, to: Turn) -> bool:
        """Turn to another page, also while one is requested; return whether that page is known."""
        match to:
            case "first":
                self.show(first_page(self.query))
            case "previous":
                self.show(previous_page(self.query) or self.query)
            case "last":
                if self.page is None or self.page.total is None:
                    return False
                self.show(last_page(self.query, self.page.total))
            case "next":
                self.show(self._next_query() or self.query)
        return True

    def sort(self, view: ListView) -> None:
        """Sort a whole result set and show its start; the table sorts a page of the platform's list."""
        old, self._view = self._view, view
        if self.source.origin is None or (old.sort, old.reverse) == (view.sort, view.reverse):
            return
        if self.query.offset:
            self.show(first_page(self.query))
        elif (page := self.source.cached(self.query, view)) is not None:
            self._show(page)

    def reload(self, *, by_user: bool = False) -> None:
        """Request the page again; `by_user`, in the middle of a wait too."""
        if by_user:
            self._notice = REFRESHING
            self._publish()
        self._start(by_user=by_user)

    def restart(self) -> None:
        """Request the page with a new client, and forget all that another user may not see."""
        for source in (self.source, *(source for source, _, _ in self._lists_before)):
            source.clear_cache()
        self._refresher.clear_failure()
        self._start()

    def cancel(self) -> None:
        """Stop all requests."""
        for worker in (self._loading, self._prefetching):
            if worker is not None:
                worker.cancel()
        self._notice = NO_NOTICE
        self._publish()

    def stop(self) -> bool:
        """Stop a request or a wait, and keep the page that is shown; return whether there was one."""
        if not (self._refresher.is_retrying or self.is_pending or self._notice == REFRESHING):
            return False
        if self._loading is not None:
            self._loading.cancel()
        self._refresher.stop_retrying()
        if self.page is not None:
            if self._page_source is not self.source:
                self._lists_before.append((self.source, self.query, None))
                self.source = self._page_source
            self.query = self.page.query
        self._notice = STOPPED
        self._publish()
        return True

    @property
    def is_pending(self) -> bool:
        """Whether the page that is shown is not the wanted one."""
        return self.page is None or self.page.query != self.query or self._page_source is not self.source

    def update_job(self, record: ImportJob) -> None:
        """Show that a job has another state by now."""
        if self.page is None or all(
            job.id != record.id or job.state == record.state for job in self.page.jobs
        ):
            return
        jobs = tuple(record if job.id == record.id else job for job in self.page.jobs)
        self.page = replace(self.page, jobs=jobs)
        self._publish()

    def _next_query(self) -> JobQuery | None:
        """Return the query of the page after the wanted one, None at the end of the list."""
        if self.page is None:
            return None
        if not self.is_pending:
            return next_page(self.page)
        following = replace(self.query, offset=self.query.offset + self.query.limit)
        total = self.page.total
        return following if total is None or following.offset < total else None

    def _enter(self) -> None:
        """Show what is wanted now."""
        if self._loading is not None:
            self._loading.cancel()
        self._refresher.clear_failure()
        self._notice = NO_NOTICE
        cached = self.source.cached(self.query, self._view)
        if cached is not None:
            self._show(cached)
        else:
            self._publish()
        if cached is None or self._age(cached) > FRESH_SECONDS:
            self._start(pause=TURN_PAUSE)
        else:
            self._refresher.schedule()
            self._prefetch_neighbours()

    def _start(self, *, pause: float = 0.0, by_user: bool = False) -> None:
        self._refresher.cancel()
        self._loading = self._host.run_worker(
            partial(self._load, pause=pause, by_user=by_user), group="page", exclusive=True
        )

    async def _load(self, *, pause: float, by_user: bool) -> None:
        """Request the wanted page, after a pause in seconds in which the user may want another one."""
        if by_user:
            pause = max(pause, self._requested_at + MIN_INTERVAL - _loop_time())
        await asyncio.sleep(pause)
        self._requested_at = _loop_time()
        try:
            with self._refresher.attempt() as on_retry:
                page = await self.source.page(self.query, self._view, on_retry=on_retry)
        except CgcError as error:
            self._notice = NO_NOTICE
            self._publish()
            self._refresher.fail(error)
            return
        self._refresher.clear_failure()
        self._notice = NO_NOTICE
        self._show_or_follow(page)
        self._loaded(page, by_user)
        self._refresher.schedule()
        self._prefetch_neighbours()

    def _prefetch_neighbours(self) -> None:
        self._prefetching = self._host.run_worker(self._request_neighbours, group="ahead", exclusive=True)

    async def _request_neighbours(self) -> None:
        """Request the neighbours of the page; a failure is shown when the user turns to them."""
        await asyncio.sleep(AHEAD_PAUSE)
        source, page = self.source, self.page
        for query in () if page is None else (next_page(page), previous_page(page.query)):
            if query is None or source.cached(query, self._view):
                continue
            rate_limit = self._session.client.last_rate_limit
            if rate_limit is not None and rate_limit.is_low:
                return
            try:
                await source.page(query, self._view)
            except CgcError:
                return

    def _show_or_follow(self, page: JobPage) -> None:
        """Show a page, or turn to where the list or the job under the cursor has moved."""
        if not page.jobs and page.query.offset:
            last = last_page(page.query, page.total) if page.total is not None else None
            self.show(last or replace(page.query, offset=max(0, page.query.offset - page.query.limit)))
            return
        if page.limit != page.query.limit:
            self.show(replace(page.query, limit=page.limit))
            return
        shifted = None
        if self.page is not None and not self.is_pending and self.cursor_job_id is not None:
            shifted = page_after_shift(self.page, page, self.cursor_job_id)
        if shifted is not None:
            self.show(shifted)
        else:
            self._show(self._with_known_details(page))

    def _with_known_details(self, page: JobPage) -> JobPage:
        """Return a page with what is known of jobs whose details are missing this time."""
        if not page.details_missing or self.page is None:
            return page
        known = {job.id: job for job in self.page.jobs}
        jobs = tuple(job.merged_with(known[job.id]) if job.id in known else job for job in page.jobs)
        return replace(page, jobs=jobs)

    def _show(self, page: JobPage) -> None:
        self.page, self._page_source, self._as_of = page, self.source, page.received_at
        self._publish()

    def _publish(self) -> None:
        self._changed(self.state)

    def _age(self, page: JobPage) -> float:
        """Return how many seconds ago the platform sent a page."""
        if page.received_at is None:
            return FRESH_SECONDS + 1
        return (self._session.clock() - page.received_at).total_seconds()


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
