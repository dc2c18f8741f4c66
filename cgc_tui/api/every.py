"""Reads every page of a list, or many jobs by id: many requests at once, and all of it or an error."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from cgc_tui.api.client import Client
from cgc_tui.api.pace import MOST_AT_ONCE, Pace, Sleep
from cgc_tui.api.parse import TRY_AGAIN
from cgc_tui.api.wire import RetryHook
from cgc_tui.errors import RateLimited, Unreadable
from cgc_tui.models import MAX_LIMIT, ImportJob, JobError, JobPage, JobQuery, packed
from cgc_tui.text import Clean

MOST_AHEAD = 2 * MOST_AT_ONCE


class Progress(NamedTuple):
    """How much of a list has come; the totals are None where the platform does not say them."""

    pages: int
    total_pages: int | None
    jobs: int
    total: int | None


ProgressHook = Callable[[Progress], None]
"""Told after each page that came, in whatever order they come."""


async def all_pages(
    client: Client,
    query: JobQuery,
    *,
    most: int = sys.maxsize,
    on_progress: ProgressHook | None = None,
    on_retry: RetryHook | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[JobPage, None]:
    """Yield all jobs of a list in the server's order, each once, page by page as they come.

    The window of the query does not count, and no page is asked for that begins after `most` jobs. Up to 16
    pages are asked for at once, beside what else the client asks, and no page twice unless the list moves
    meanwhile; a rate limit is waited for. `on_retry` is told of failed attempts and of waits. Raises
    CgcError where a page cannot be had: there is no shorter list. Whoever leaves before the end closes the
    generator (`contextlib.aclosing`).
    """
    pace = Pace(client, on_retry=on_retry, sleep=sleep)
    reading = _Reading(client, replace(query, offset=0, limit=MAX_LIMIT), most, pace, on_progress, on_retry)
    seen: set[str] = set()
    try:
        async with aclosing(reading.pages()) as pages:
            async for page in pages:
                new = tuple(job for job in page.jobs if job.id not in seen)
                seen.update(job.id for job in new)
                yield replace(page, jobs=new)
    finally:
        await reading.stop()


async def all_jobs(
    client: Client,
    query: JobQuery,
    *,
    most: int = sys.maxsize,
    on_progress: ProgressHook | None = None,
    on_retry: RetryHook | None = None,
    sleep: Sleep = asyncio.sleep,
    pack: bool = True,
) -> JobPage:
    """Return all jobs of a list as one page, read as by `all_pages`; `more` says whether `most` cut it.

    The records are packed, since a whole list is kept for long; `pack` is off for who reads each once.
    """
    jobs: list[ImportJob] = []
    unreadable, last = 0, None
    told = all_pages(client, query, most=most, on_progress=on_progress, on_retry=on_retry, sleep=sleep)
    async with aclosing(told) as pages:
        async for last in pages:
            jobs += packed(last.jobs) if pack else last.jobs
            unreadable += last.unreadable
    count = len(jobs) + unreadable
    more = last is not None and last.more
    return JobPage(
        query=replace(query, offset=0, limit=max(1, count)),
        jobs=tuple(jobs),
        total=last.total if last is not None and more else count,
        more=more,
        limit=max(1, count),
        unreadable=unreadable,
        received_at=last.received_at if last is not None else None,
    )


async def jobs_by_ids(
    client: Client,
    ids: Sequence[str],
    *,
    on_retry: RetryHook | None = None,
    sleep: Sleep = asyncio.sleep,
) -> dict[str, ImportJob | JobError]:
    """Return what the platform tells of any number of jobs, 100 a request, as by `Client.jobs_by_id`."""
    pace = Pace(client, on_retry=on_retry, sleep=sleep)
    asking = [
        asyncio.create_task(
            pace.keep(
                partial(client.jobs_by_id, ids[place : place + MAX_LIMIT], on_retry=on_retry, queued=False)
            )
        )
        for place in range(0, len(ids), MAX_LIMIT)
    ]
    found: dict[str, ImportJob | JobError] = {}
    try:
        for answer in asking:
            found |= await answer
    finally:
        await _give_up(pace, asking)
    return found


class _Reading:
    """One reading of a list from its start; pages ahead of the one that is due are asked for already."""

    def __init__(
        self,
        client: Client,
        query: JobQuery,
        most: int,
        pace: Pace,
        on_progress: ProgressHook | None,
        on_retry: RetryHook | None,
    ) -> None:
        self._client = client
        self._query = query
        self._most = most
        self._pace = pace
        self._on_progress = on_progress
        self._on_retry = on_retry
        self._ahead: deque[tuple[int, asyncio.Task[JobPage]]] = deque()
        self._pages = self._jobs = 0

    async def pages(self) -> AsyncGenerator[JobPage, None]:
        """Yield the pages by their offset; a job can stand on more than one."""
        page = await self._page(self._query)
        yield page
        self._query = replace(self._query, limit=min(page.limit, MAX_LIMIT))
        offsets = iter(
            range(page.limit, min(page.total or 0, self._most), self._query.limit) if page.more else ()
        )
        self._look_ahead(offsets)
        while self._ahead or page.more:
            before, end = page, page.query.offset + page.limit
            if end >= self._most:
                return
            if self._ahead and (not page.more or self._ahead[0][0] <= end):
                page = await self._ahead[0][1]
                self._ahead.popleft()
                self._look_ahead(offsets)
            else:
                page = await self._page(replace(self._query, offset=end))
            for query in self._between(before, page):
                yield await self._page(query)
            yield page

    async def stop(self) -> None:
        """Give up what is asked for ahead."""
        await _give_up(self._pace, [task for _, task in self._ahead])

    def _look_ahead(self, offsets: Iterator[int]) -> None:
        while len(self._ahead) < MOST_AHEAD and (offset := next(offsets, None)) is not None:
            task = asyncio.create_task(self._page(replace(self._query, offset=offset)))
            self._ahead.append((offset, task))

    def _between(self, before: JobPage, page: JobPage) -> Iterator[JobQuery]:
        """Yield the windows of what slipped between two pages: the list was shorter for the later one.

        Jobs that left moved those at the later page's start up; and where jobs came, but the later page was
        answered first, those that it starts with have moved down.
        """
        lost = (before.total or 0) - page.total if page.total is not None else 0
        first, end = max(0, page.query.offset - lost), page.query.offset + lost
        for offset in range(first, end, self._query.limit):
            yield replace(self._query, offset=offset)

    async def _page(self, query: JobQuery) -> JobPage:
        """Return a page with all its jobs whole; raises CgcError where the platform keeps them back."""
        page = await self._pace.keep(partial(self._client.jobs, query, on_retry=self._on_retry, queued=False))
        if page.incomplete is not None:
            page = await self._pace.keep(partial(self._whole, page))
        if not page.jobs and not page.unreadable and query.offset < (page.total or 0):
            raise Unreadable(
                Clean(f"no jobs came from {query.offset:,} on, of {page.total:,}"), TRY_AGAIN, retry_after=5.0
            )
        self._pages += 1
        self._jobs += len(page.jobs)
        self._tell(page)
        return page

    async def _whole(self, page: JobPage) -> JobPage:
        """Return a page whose brief jobs could not be filled, now filled."""
        if isinstance(page.incomplete, RateLimited):
            page = await self._client.filled(page, queued=False)
        if page.incomplete is not None:
            raise page.incomplete
        return page

    def _tell(self, page: JobPage) -> None:
        if self._on_progress is not None:
            total = None if page.total is None else min(page.total, self._most)
            pages = None if total is None else max(self._pages, -(-total // self._query.limit))
            jobs = self._jobs if total is None else min(self._jobs, total)
            self._on_progress(Progress(self._pages, pages, jobs, total))


async def _give_up(pace: Pace, tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel what still runs, and see it end."""
    pace.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
