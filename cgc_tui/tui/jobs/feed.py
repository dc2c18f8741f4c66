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

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.paging import PageCache, last_page, next_page, page_after_shift, previous_page
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.jobs.waiting import ASKING, Waiting
from cgc_tui.tui.messages import TokenRefused

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import RetryHook

TURN_PAUSE = 0.08
ASK_PAUSE = 0.5
AHEAD_PAUSE = 0.3
FRESH = 10.0


class Feed(Waiting):
    """The owner of the list: the `page` that came for what is `wanted`. All times are in seconds."""

    page: reactive[JobPage | None] = reactive[JobPage | None](None, init=False)
    job: reactive[ImportJob | None] = reactive[ImportJob | None](None, init=False)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    budget: reactive[RateLimit | None] = reactive[RateLimit | None](None)

    def __init__(
        self, client: PlatformClient, *, query: JobQuery, every: float, clock: Callable[[], datetime]
    ) -> None:
        """`every` is the time between refreshes, 0 for none."""
        super().__init__(client, query=query, every=every, clock=clock)
        self._cache = PageCache()
        self._asked_at = 0.0

    def on_mount(self) -> None:
        """Ask for the first page; whose jobs these are is asked once they are shown."""
        self.load()

    @on(Worker.StateChanged)
    @on(events.ScreenResume)
    def _take_budget(self) -> None:
        """Learn what the last answer said of the rate limit, whichever call or dialog it was for."""
        self.budget = self.client.last_rate_limit

    def use(self, client: PlatformClient) -> None:
        """Go on with another client, after a new token was given."""
        self.workers.cancel_node(self)
        self.client = client
        self.trouble = None
        self._cache = PageCache()
        self.forget_counts()
        self.load()
        self.identify()

    def watch_wanted(self, wanted: JobQuery) -> None:
        """Show what is wanted now as soon as it is known, and fetch it if that is not fresh."""
        self.workers.cancel_group(self, "page")
        self.trouble = None
        self.news = SafeText("")
        if not self.counted(wanted):
            self.forget_counts()
        kept = self.kept(wanted)
        if kept is not None:
            self._show(kept)
        if kept is None or self._age(kept) > FRESH:
            self.load(pause=TURN_PAUSE)
        else:
            self._schedule_refresh()
            self.look_ahead()

    def watch_page(self) -> None:
        """Know that the tabs' counts may be others now."""
        self.moved = True

    def kept(self, query: JobQuery) -> JobPage | None:
        """Return what is known of a page before it is asked for."""
        return self._cache.get(query)

    async def ask(self, query: JobQuery, *, on_retry: RetryHook | None = None) -> JobPage:
        """Return a page from the platform."""
        return await self.client.jobs(query, on_retry=on_retry)

    def refresh_list(self) -> None:
        """Load the page anew."""
        self.load()

    @work(exclusive=True, group="page")
    async def load(self, *, pause: float = 0, asked: bool = False) -> None:
        """Fetch the wanted page, after a pause for keys to rest.

        What is `asked` for by key counts the tabs anew, too, and is not sent more than twice a second.
        """
        self._schedule(0)
        await asyncio.sleep(max(pause, self._asked_at + ASK_PAUSE - self._loop_time()) if asked else pause)
        self._asked_at = self._loop_time()
        try:
            page = await self.ask(self.wanted, on_retry=self._retrying)
        except CgcError as error:
            self._failed(error)
            return
        finally:
            self._stop(self._early)
        self.trouble = None
        self.news = SafeText("")
        self._arrived(page)
        self.recount(page.total, asked=asked)
        self._schedule_refresh()
        if self.user is None:
            self.call_after_refresh(self.identify)
        self.look_ahead()

    @work(exclusive=True, group="ahead")
    async def look_ahead(self) -> None:
        """Fetch the neighbours once things are quiet; where that fails, turning to them will say why."""
        await asyncio.sleep(AHEAD_PAUSE)
        page = self.page
        around = () if page is None else (next_page(page), previous_page(page.query))
        for query in around:
            if query is None or self.kept(query):
                continue
            if self.client.last_rate_limit is not None and self.client.last_rate_limit.is_low:
                return
            try:
                self._cache.put(await self.ask(query))
            except TokenRejected as error:
                self.post_message(TokenRefused(error))
                return
            except CgcError:
                return

    def stop_waiting(self) -> bool:
        """Give up a request or a wait; tell whether there was one."""
        waiting = self.trouble is not None and self.trouble.retry_at is not None
        asking = self.page is None or self.page.query != self.wanted or self.news == ASKING
        if not waiting and not asking:
            return False
        trouble = self.trouble
        if self.page is not None:
            self.wanted = self.page.query
        self.workers.cancel_group(self, "page")
        self._schedule(0)
        self.trouble = replace(trouble, retry_at=None) if trouble is not None else None
        self.news = SafeText("stopped; r asks again")
        return True

    def _arrived(self, page: JobPage) -> None:
        """Show a page, or turn to where the list or the job has gone."""
        wanted = page.query
        self._cache.put(page)
        if not page.jobs and wanted.offset:
            at_end = last_page(wanted, page.total) if page.total is not None else None
            self.wanted = at_end or replace(wanted, offset=max(0, wanted.offset - wanted.limit))
            return
        if page.limit != wanted.limit:
            page = replace(page, query=replace(wanted, limit=page.limit))
            self._cache.put(page)
            self.wanted = page.query
            return
        went = page_after_shift(self.page, page, self.job.id) if self.page and self.job else None
        if went is not None:
            self.wanted = went
        else:
            self._show(self._with_known(page))

    def _with_known(self, page: JobPage) -> JobPage:
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
        return (self.clock() - page.received_at).total_seconds() if page.received_at else FRESH + 1
