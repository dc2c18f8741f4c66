"""Reads every page of a list, or many jobs by id: many requests at once, and all of it or an error."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Container, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.coverage import Coverage, page_end
from cgc_tui.api.requester import RetryHook
from cgc_tui.api.throttle import MAX_CONCURRENT, Sleep, Throttle
from cgc_tui.domain.errors import IncompleteList, RateLimited
from cgc_tui.domain.jobs import ImportJob, JobError, pack_records
from cgc_tui.domain.queries import MAX_LIMIT, JobPage, JobQuery

MAX_AHEAD = 2 * MAX_CONCURRENT
MAX_PASSES = 3


class FetchProgress(NamedTuple):
    """How much of a list has come; the totals are None where the platform does not say them."""

    pages: int
    total_pages: int | None
    jobs: int
    total: int | None


ProgressHook = Callable[[FetchProgress], None]
"""Told after each page that came, in whatever order they come."""


async def iter_pages(
    client: PlatformClient,
    query: JobQuery,
    *,
    max_jobs: int = sys.maxsize,
    on_progress: ProgressHook | None = None,
    on_retry: RetryHook | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[JobPage, None]:
    """Yield all jobs of a list in the server's order, each once, page by page as they come.

    The window of the query does not count, and no page is asked for that begins after `max_jobs` jobs. Up to
    16 pages are asked for at once, beside what else the client asks, and no page twice unless the list
    changes meanwhile or its pages do not add up: jobs that are found then come last. A rate limit is waited
    for. `on_retry` is told of failed attempts and of waits. Raises CgcError where a page cannot be had, and
    IncompleteList at the end where not all jobs could be read: there is no shorter list. Whoever leaves
    before the end closes the generator (`contextlib.aclosing`).
    """
    pages = _each_once(client, query, max_jobs, on_progress, on_retry, sleep)
    async with aclosing(pages):
        async for page, new in pages:
            yield replace(page, jobs=new)


async def fetch_all(
    client: PlatformClient,
    query: JobQuery,
    *,
    max_jobs: int = sys.maxsize,
    on_progress: ProgressHook | None = None,
    on_retry: RetryHook | None = None,
    sleep: Sleep = asyncio.sleep,
    pack: bool = True,
) -> JobPage:
    """Return all jobs of a list as one page, read as by `iter_pages`; `more` says whether `max_jobs` cut it.

    All jobs are in the server's order, also those that were found when a page was read again. The records
    are packed, since a whole list is kept for long; `pack` is off for who reads each once.
    """
    jobs: dict[str, ImportJob] = {}
    order: list[str] = []
    unreadable, furthest, last, anchor = 0, -1, None, None
    pages = _each_once(client, query, max_jobs, on_progress, on_retry, sleep)
    async with aclosing(pages):
        async for last, new in pages:
            if last.query.offset > furthest:
                furthest, anchor = last.query.offset, order[-1] if order else None
            anchor = _insert(order, last, jobs.keys(), anchor if last.query.offset else None)
            jobs |= ((job.id, job) for job in (pack_records(new) if pack else new))
            unreadable += last.unreadable
    count = len(jobs) + unreadable
    more = last is not None and last.more
    return JobPage(
        query=replace(query, offset=0, limit=max(1, count)),
        jobs=tuple(jobs[job_id] for job_id in order),
        total=last.total if last is not None and more else count,
        more=more,
        limit=max(1, count),
        unreadable=unreadable,
        received_at=last.received_at if last is not None else None,
    )


async def _each_once(
    client: PlatformClient,
    query: JobQuery,
    most: int,
    on_progress: ProgressHook | None,
    on_retry: RetryHook | None,
    sleep: Sleep,
) -> AsyncGenerator[tuple[JobPage, tuple[ImportJob, ...]], None]:
    """Yield each page, with its jobs that were on none before; an unreadable record is counted once, too."""
    pace = Throttle(client, on_retry=on_retry, sleep=sleep)
    reading = _PageReader(
        client, replace(query, offset=0, limit=MAX_LIMIT), most, pace, on_progress, on_retry
    )
    seen: set[str] = set()
    unreadable: dict[int, int] = {}
    try:
        async with aclosing(reading.pages()) as pages:
            async for page in pages:
                new = tuple(job for job in page.jobs if job.id not in seen)
                seen.update(job.id for job in new)
                before = unreadable.get(page.query.offset, 0)
                unreadable[page.query.offset] = max(page.unreadable, before)
                yield replace(page, unreadable=max(0, page.unreadable - before)), new
        if not reading.coverage.whole:
            raise IncompleteList(len(seen), reading.coverage.expected_beyond(len(seen)))
    finally:
        await reading.stop()


def _insert(order: list[str], page: JobPage, known: Container[str], anchor: str | None) -> str | None:
    """Put the jobs of a page that are not `known` where the page has them: each after the one before it.

    `anchor` is the job before the first, None at the start of the list; return the last of the page.
    """
    runs: dict[str | None, list[str]] = {}
    after = anchor
    for job in page.jobs:
        if job.id in known:
            after = job.id
        else:
            runs.setdefault(after, []).append(job.id)
    for before, run in runs.items():
        at = 0 if before is None else len(order) if before == order[-1] else order.index(before) + 1
        order[at:at] = run
    return page.jobs[-1].id if page.jobs else anchor


async def fetch_many(
    client: PlatformClient,
    ids: Sequence[str],
    *,
    on_retry: RetryHook | None = None,
    sleep: Sleep = asyncio.sleep,
) -> dict[str, ImportJob | JobError]:
    """Return what the platform tells of any number of jobs, 100 a request, as by
    `ImportsApi.get_many`.
    """
    throttle = Throttle(client, on_retry=on_retry, sleep=sleep)
    tasks = [
        asyncio.create_task(
            throttle.run(
                partial(
                    client.imports.get_many, ids[start : start + MAX_LIMIT], on_retry=on_retry, queued=False
                )
            )
        )
        for start in range(0, len(ids), MAX_LIMIT)
    ]
    records: dict[str, ImportJob | JobError] = {}
    try:
        for task in tasks:
            records |= await task
    finally:
        await _cancel_all(throttle, tasks)
    return records


class _PageReader:
    """One reading of a list from its start; pages ahead of the one that is due are asked for already."""

    def __init__(
        self,
        client: PlatformClient,
        query: JobQuery,
        max_jobs: int,
        throttle: Throttle,
        on_progress: ProgressHook | None,
        on_retry: RetryHook | None,
    ) -> None:
        self._client = client
        self._query = query
        self._max_jobs = max_jobs
        self._throttle = throttle
        self._on_progress = on_progress
        self._on_retry = on_retry
        self._ahead: deque[tuple[int, asyncio.Task[JobPage]]] = deque()
        self._pages = self._jobs = 0
        self.coverage = Coverage()

    async def pages(self) -> AsyncGenerator[JobPage, None]:
        """Yield the pages by their offset, in passes until the list is whole; a job can be on several.

        `coverage` says afterwards whether it is.
        """
        for number in range(MAX_PASSES):
            if number:
                self.coverage = Coverage(self.coverage)
                self._pages = self._jobs = 0
            async with aclosing(self._pass()) as pages:
                async for page in pages:
                    yield page
            if self.coverage.whole or self.coverage.idle:
                return

    async def _pass(self) -> AsyncGenerator[JobPage, None]:
        """Yield the pages from the first to the last; then, where jobs were added, those at both ends."""
        coverage = self.coverage
        page = await self._page(self._query)
        coverage.take(page)
        yield page
        if page.more:
            self._query = replace(self._query, limit=min(page.limit, MAX_LIMIT))
        known = min(page.total or 0, self._max_jobs) if page.more else 0
        offsets = iter(range(page.limit, known, self._query.limit))
        self._prefetch(offsets)
        while self._following(page) is not None and not coverage.idle:
            before, page = page, await self._due(page, offsets)
            if (between := await self._gap_queries(before, page)) is not None:
                coverage.join(before, between, page)
                yield replace(between, unreadable=0)
            coverage.take(page)
            yield page
        if coverage.whole or coverage.idle or not coverage.steady:
            return
        for offset in dict.fromkeys((0, coverage.last)):
            page = await self._page(self._window(offset))
            coverage.take(page)
            yield page
        while (end := self._following(page)) is not None and not coverage.idle:
            page = await self._page(self._window(end))
            coverage.take(page)
            yield page

    async def stop(self) -> None:
        """Give up what is asked for ahead."""
        await _cancel_all(self._throttle, [task for _, task in self._ahead])

    def _following(self, page: JobPage) -> int | None:
        """Return where the window after a page begins, None at the end of the list, or of what is wanted.

        Set in `coverage` which of the two it is.
        """
        end = page_end(page)
        if self._ahead:
            return end
        if not page.more and not self._continued(page):
            return None
        self.coverage.cut = end >= self._max_jobs
        return None if self.coverage.cut else end

    def _continued(self, page: JobPage) -> bool:
        """Tell whether more follows than the total of the page says."""
        filled = bool(page.jobs) or page.unreadable > 0
        return filled and (page.next_link or page_end(page) < (self.coverage.total or 0))

    async def _due(self, before: JobPage, offsets: Iterator[int]) -> JobPage:
        """Return the page after another: the first that is asked for already, unless jobs lie between."""
        end = page_end(before)
        if not self._ahead or (before.more and end < self._ahead[0][0]):
            return await self._page(self._window(end))
        page = await self._ahead[0][1]
        self._ahead.popleft()
        self._prefetch(offsets)
        return page

    def _window(self, offset: int) -> JobQuery:
        """Return the window from an offset to where the next one begins, also after a page that was short."""
        return replace(self._query, offset=offset, limit=self._query.limit - offset % self._query.limit)

    def _prefetch(self, offsets: Iterator[int]) -> None:
        while len(self._ahead) < MAX_AHEAD and (offset := next(offsets, None)) is not None:
            task = asyncio.create_task(self._page(replace(self._query, offset=offset)))
            self._ahead.append((offset, task))

    async def _gap_queries(self, before: JobPage, page: JobPage) -> JobPage | None:
        """Return the window over the border of two pages, where the list was shorter for the later one.

        Jobs that left moved those at the later page's start up; and where jobs were added, but the later
        page was answered first, those that it starts with have moved down.
        """
        shrinkage = (before.total or 0) - page.total if page.total is not None else 0
        half = self._query.limit // 2
        if shrinkage <= 0:
            return None
        if shrinkage >= half:
            self.coverage.part()
            return None
        return await self._page(replace(self._query, offset=max(0, page.query.offset - half)))

    async def _page(self, query: JobQuery) -> JobPage:
        """Return a page with all its jobs whole; raises CgcError where the platform keeps them back."""
        page = await self._throttle.run(
            partial(self._client.imports.page, query, on_retry=self._on_retry, queued=False)
        )
        if page.incomplete is not None:
            page = await self._throttle.run(partial(self._completed, page))
        if page.total is not None:
            self.coverage.total = page.total
        self._pages += 1
        self._jobs += len(page.jobs)
        self._report_progress(page)
        return page

    async def _completed(self, page: JobPage) -> JobPage:
        """Return a page whose brief jobs could not be filled, now filled."""
        if isinstance(page.incomplete, RateLimited):
            page = await self._client.imports.fill_partial_jobs(page, queued=False)
        if page.incomplete is not None:
            raise page.incomplete
        return page

    def _report_progress(self, page: JobPage) -> None:
        if self._on_progress is not None:
            total = None if page.total is None else min(page.total, self._max_jobs)
            pages = None if total is None else max(self._pages, -(-total // self._query.limit))
            jobs = self._jobs if total is None else min(self._jobs, total)
            self._on_progress(FetchProgress(self._pages, pages, jobs, total))


async def _cancel_all(throttle: Throttle, tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel what still runs, and see it end."""
    throttle.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
