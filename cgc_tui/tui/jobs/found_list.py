"""Shows a list that is no query of the platform: the jobs that a search found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.reactive import reactive

from cgc_tui.domain.batches import BatchProgress, batch_progress
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.tui.jobs.feed import Feed
from cgc_tui.tui.jobs.state_tabs import TABS

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import RetryHook


class FoundList(Feed):
    """The owner of the order, and of the `results` of a search, with their `progress`.

    Whatever finds jobs makes `ResultSet(ResultOrigin(title, within, searched, total, at), jobs)` of them and
    calls `show_results`. From then on `job_query.among` is that search, and the list pages, narrows, sorts,
    refreshes and fails as any other: `fetch_page` and `cached` are all that differs.
    `results.filter(job_query)` is the whole list, without a request. `back` brings back the list that was
    looked through.
    """

    list_view: reactive[ListView] = reactive(ListView())
    progress: reactive[BatchProgress | None] = reactive[BatchProgress | None](None)

    def __init__(
        self, client: PlatformClient, *, query: JobQuery, interval: float, clock: Callable[[], datetime]
    ) -> None:
        """`interval` is the time between refreshes, 0 for none."""
        super().__init__(client, query=query, interval=interval, clock=clock)
        self.results: ResultSet | None = None

    def show_results(self, results: ResultSet) -> None:
        """Show the jobs that were found, from the first page on."""
        self.results = results
        self.job_query = results.query(self.job_query.limit)

    def back(self) -> bool:
        """Bring back the list that was looked through; tell whether there was one."""
        if self.job_query.among is None:
            return False
        self.job_query = self.job_query.among.within
        return True

    def watch_job_query(self, job_query: JobQuery) -> None:
        """Show what is wanted now; what was found is counted without asking."""
        super().watch_job_query(job_query)
        if job_query.among is not None:
            self.update_counts(None)

    def watch_list_view(self, old: ListView, new: ListView) -> None:
        """Sort what was found from end to end, and go to its start."""
        if self.job_query.among is None or (old.sort, old.reverse) == (new.sort, new.reverse):
            return
        if self.job_query.offset:
            self.job_query = replace(self.job_query, offset=0)
        elif (page := self.cached(self.job_query)) is not None:
            self._show(page)

    def cached(self, query: JobQuery) -> JobPage | None:
        """Return what is known of a page before it is asked for."""
        if self.results is not None and query.among == self.results.origin:
            return self.results.page(query, self.list_view)
        return super().cached(query)

    async def fetch_page(self, query: JobQuery, *, on_retry: RetryHook | None = None) -> JobPage:
        """Return a page: of the platform's list, or of what was found and how that stands now."""
        results = self.results
        if results is None or query.among != results.origin:
            return await super().fetch_page(query, on_retry=on_retry)
        from cgc_tui.api.listing import fetch_many  # with httpx, which is there by now

        ids = results.ids_to_refresh(results.page(query, self.list_view))
        results.update(await fetch_many(self.client, ids, on_retry=on_retry), self.clock())
        return results.page(query, self.list_view)

    def update_counts(self, total: int | None, *, by_user: bool = False) -> None:
        """Count each tab's jobs; of what was found all are known."""
        if self.results is None or self.job_query.among != self.results.origin:
            super().update_counts(total, by_user=by_user)
            return
        tabs = [states for _, states, _, _ in TABS]
        self.progress = batch_progress(self.results.jobs, self.clock())
        self.counts = {tab: len(self.results.filter(replace(self.job_query, states=tab))) for tab in tabs}
