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
    """The owner of the order, and of the jobs that a search `found`, with the `standing` of those.

    Whatever finds jobs makes `ResultSet(ResultOrigin(title, within, searched, total, at), jobs)` of them and
    calls `show_found`. From then on `wanted.among` is that search, and the list pages, narrows, sorts,
    refreshes and fails as any other: `ask` and `kept` are all that differs. `found.filter(wanted)` is the
    whole list, without a request. `leave_found` brings back the list that was looked through.
    """

    arrangement: reactive[ListView] = reactive(ListView())
    standing: reactive[BatchProgress | None] = reactive[BatchProgress | None](None)

    def __init__(
        self, client: PlatformClient, *, query: JobQuery, every: float, clock: Callable[[], datetime]
    ) -> None:
        """`every` is the time between refreshes, 0 for none."""
        super().__init__(client, query=query, every=every, clock=clock)
        self.found: ResultSet | None = None

    def show_found(self, found: ResultSet) -> None:
        """Show the jobs that were found, from the first page on."""
        self.found = found
        self.wanted = found.query(self.wanted.limit)

    def leave_found(self) -> bool:
        """Bring back the list that was looked through; tell whether there was one."""
        if self.wanted.among is None:
            return False
        self.wanted = self.wanted.among.within
        return True

    def watch_wanted(self, wanted: JobQuery) -> None:
        """Show what is wanted now; what was found is counted without asking."""
        super().watch_wanted(wanted)
        if wanted.among is not None:
            self.recount(None)

    def watch_arrangement(self, old: ListView, new: ListView) -> None:
        """Sort what was found from end to end, and go to its start."""
        if self.wanted.among is None or (old.sort, old.reverse) == (new.sort, new.reverse):
            return
        if self.wanted.offset:
            self.wanted = replace(self.wanted, offset=0)
        elif (page := self.kept(self.wanted)) is not None:
            self._show(page)

    def kept(self, query: JobQuery) -> JobPage | None:
        """Return what is known of a page before it is asked for."""
        if self.found is not None and query.among == self.found.origin:
            return self.found.page(query, self.arrangement)
        return super().kept(query)

    async def ask(self, query: JobQuery, *, on_retry: RetryHook | None = None) -> JobPage:
        """Return a page: of the platform's list, or of what was found and how that stands now."""
        found = self.found
        if found is None or query.among != found.origin:
            return await super().ask(query, on_retry=on_retry)
        from cgc_tui.api.listing import fetch_many  # with httpx, which is there by now

        ids = found.ids_to_refresh(found.page(query, self.arrangement))
        found.update(await fetch_many(self.client, ids, on_retry=on_retry), self.clock())
        return found.page(query, self.arrangement)

    def recount(self, total: int | None, *, asked: bool = False) -> None:
        """Count each tab's jobs; of what was found all are known."""
        if self.found is None or self.wanted.among != self.found.origin:
            super().recount(total, asked=asked)
            return
        tabs = [states for _, states, _, _ in TABS]
        self.standing = batch_progress(self.found.jobs, self.clock())
        self.counts = {tab: len(self.found.filter(replace(self.wanted, states=tab))) for tab in tabs}
