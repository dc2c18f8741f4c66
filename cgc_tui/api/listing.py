"""Fetches whole lists, or many jobs by id, with many requests at a time."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Container, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import NamedTuple

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.imports import ImportsApi
from cgc_tui.api.list_coverage import Coverage, page_end
from cgc_tui.api.requester import RetryHook
from cgc_tui.api.tasks import cancel_all
from cgc_tui.api.throttle import BULK_SLOTS
from cgc_tui.domain.errors import IncompleteList
from cgc_tui.domain.jobs import ImportJob, JobError, pack_records
from cgc_tui.domain.queries import MAX_LIMIT, JobPage, JobQuery

MAX_AHEAD = 2 * BULK_SLOTS
MAX_PASSES = 3


class FetchProgress(NamedTuple):
    """The pages and jobs received so far; the totals are None if the platform does not send them."""

    pages: int
    total_pages: int | None
    jobs: int
    total: int | None


ProgressHook = Callable[[FetchProgress], None]
"""Called after each page, in the order of the responses."""


async def iter_pages(
    client: PlatformClient,
    query: JobQuery,
    *,
    max_jobs: int = sys.maxsize,
    on_progress: ProgressHook | None = None,
    on_retry: RetryHook | None = None,
) -> AsyncGenerator[JobPage, None]:
    """Yield all jobs of a list page by page, each job once.

    The window of the query is ignored, and no page is requested that begins after `max_jobs` jobs. Jobs are
    in the server's order, unless the list changes meanwhile or its pages do not add up: pages are then
    requested again, and further jobs come last. `on_retry` is called after failed attempts, and when the
    reading waits for the rate limit. Raises CgcError if a page cannot be read, and IncompleteList at the end
    if not all jobs could be read. A caller that stops early must close the generator (`contextlib.aclosing`).
    """
    pages = _unique_jobs(client, query, max_jobs, on_progress, on_retry)
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
    pack: bool = True,
) -> JobPage:
    """Return all jobs of a list as one page; `more` is whether `max_jobs` has cut it.

    The list is read as by `iter_pages`, but all jobs are in the server's order. `pack` compresses the
    records, which saves memory for a list that is kept; turn it off to read each record once.
    """
    jobs: dict[str, ImportJob] = {}
    order: list[str] = []
    unreadable, furthest, last, anchor = 0, -1, None, None
    pages = _unique_jobs(client, query, max_jobs, on_progress, on_retry)
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


async def _unique_jobs(
    client: PlatformClient,
    query: JobQuery,
    max_jobs: int,
    on_progress: ProgressHook | None,
    on_retry: RetryHook | None,
) -> AsyncGenerator[tuple[JobPage, tuple[ImportJob, ...]], None]:
    """Yield each page with those of its jobs that were on no page before.

    The pages count each unreadable record once, too.
    """
    first_window = replace(query, offset=0, limit=MAX_LIMIT)
    reader = _PageReader(client.bulk_imports, first_window, max_jobs, on_progress, on_retry)
    seen: set[str] = set()
    unreadable: dict[int, int] = {}
    try:
        async with aclosing(reader.pages()) as pages:
            async for page in pages:
                new = tuple(job for job in page.jobs if job.id not in seen)
                seen.update(job.id for job in new)
                before = unreadable.get(page.query.offset, 0)
                unreadable[page.query.offset] = max(page.unreadable, before)
                yield replace(page, unreadable=max(0, page.unreadable - before)), new
        if not reader.coverage.complete:
            raise IncompleteList(len(seen), reader.coverage.expected_beyond(len(seen)))
    finally:
        await reader.stop()


def _insert(order: list[str], page: JobPage, known: Container[str], anchor: str | None) -> str | None:
    """Insert the jobs of a page that are not `known` into `order`, each after its predecessor on the page.

    `anchor` is the predecessor of the first, None at the start of the list. Return the page's last job.
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
) -> dict[str, ImportJob | JobError]:
    """Return the records or errors of any number of jobs, as `ImportsApi.get_many` does for 100."""
    chunks = [ids[start : start + MAX_LIMIT] for start in range(0, len(ids), MAX_LIMIT)]
    tasks = [asyncio.create_task(client.bulk_imports.get_many(chunk, on_retry=on_retry)) for chunk in chunks]
    records: dict[str, ImportJob | JobError] = {}
    try:
        for task in tasks:
            records |= await task
    finally:
        await cancel_all(tasks)
    return records


class _PageReader:
    """Reads a list from its start; requests pages ahead of the one that is due."""

    def __init__(
        self,
        imports: ImportsApi,
        query: JobQuery,
        max_jobs: int,
        on_progress: ProgressHook | None,
        on_retry: RetryHook | None,
    ) -> None:
        self._imports = imports
        self._query = query
        self._max_jobs = max_jobs
        self._on_progress = on_progress
        self._on_retry = on_retry
        self._ahead: deque[tuple[int, asyncio.Task[JobPage]]] = deque()
        self._pages = self._jobs = 0
        self.coverage = Coverage()

    async def pages(self) -> AsyncGenerator[JobPage, None]:
        """Yield the pages by offset, in passes until the list is complete; a job can be on several pages.

        `coverage` then says whether the list is complete.
        """
        for number in range(MAX_PASSES):
            if number:
                self.coverage = Coverage(self.coverage)
                self._pages = self._jobs = 0
            async with aclosing(self._pass()) as pages:
                async for page in pages:
                    yield page
            if self.coverage.complete or self.coverage.idle:
                return

    async def _pass(self) -> AsyncGenerator[JobPage, None]:
        """Yield the pages from the first to the last; if jobs were added, then the first and the last."""
        coverage = self.coverage
        page = await self._page(self._query)
        coverage.add(page)
        yield page
        if page.more:
            self._query = replace(self._query, limit=min(page.limit, MAX_LIMIT))
        known = min(page.total or 0, self._max_jobs) if page.more else 0
        offsets = iter(range(page.limit, known, self._query.limit))
        self._prefetch(offsets)
        while self._next_offset(page) is not None and not coverage.idle:
            before, page = page, await self._next_page(page, offsets)
            if (between := await self._border_page(before, page)) is not None:
                coverage.add_border(before, between, page)
                yield replace(between, unreadable=0)
            coverage.add(page)
            yield page
        if coverage.complete or coverage.idle or not coverage.steady:
            return
        for offset in dict.fromkeys((0, coverage.last)):
            page = await self._page(self._window(offset))
            coverage.add(page)
            yield page
        while (end := self._next_offset(page)) is not None and not coverage.idle:
            page = await self._page(self._window(end))
            coverage.add(page)
            yield page

    async def stop(self) -> None:
        """Cancel the requests ahead."""
        await cancel_all([task for _, task in self._ahead])

    def _next_offset(self, page: JobPage) -> int | None:
        """Return the offset after a page, None at the end of the list or after `max_jobs`.

        Set `coverage.cut` in the latter case.
        """
        end = page_end(page)
        if self._ahead:
            return end
        if not page.more and not self._continues(page):
            return None
        self.coverage.cut = end >= self._max_jobs
        return None if self.coverage.cut else end

    def _continues(self, page: JobPage) -> bool:
        """Return whether the list continues after a page that should be the last according to its total."""
        filled = bool(page.jobs) or page.unreadable > 0
        return filled and (page.next_link or page_end(page) < (self.coverage.total or 0))

    async def _next_page(self, before: JobPage, offsets: Iterator[int]) -> JobPage:
        """Return the page after another: the first requested ahead, unless there are jobs in between."""
        end = page_end(before)
        if not self._ahead or (before.more and end < self._ahead[0][0]):
            return await self._page(self._window(end))
        page = await self._ahead[0][1]
        self._ahead.popleft()
        self._prefetch(offsets)
        return page

    def _window(self, offset: int) -> JobQuery:
        """Return the query from an offset to the next multiple of the page size."""
        return replace(self._query, offset=offset, limit=self._query.limit - offset % self._query.limit)

    def _prefetch(self, offsets: Iterator[int]) -> None:
        while len(self._ahead) < MAX_AHEAD and (offset := next(offsets, None)) is not None:
            task = asyncio.create_task(self._page(replace(self._query, offset=offset)))
            self._ahead.append((offset, task))

    async def _border_page(self, before: JobPage, page: JobPage) -> JobPage | None:
        """Return a page over the border of two pages if the list was shorter for the later one, else None.

        Jobs that left the list have moved the later page's first jobs up. If jobs were added, but the later
        page was received first, its first jobs have moved down.
        """
        shrinkage = (before.total or 0) - page.total if page.total is not None else 0
        half = self._query.limit // 2
        if shrinkage <= 0:
            return None
        if shrinkage >= half:
            self.coverage.mark_shifted()
            return None
        return await self._page(replace(self._query, offset=max(0, page.query.offset - half)))

    async def _page(self, query: JobQuery) -> JobPage:
        """Return a page whose jobs have their details; raises CgcError if these cannot be read."""
        page = await self._imports.page(query, on_retry=self._on_retry)
        if page.incomplete is not None:
            raise page.incomplete
        if page.total is not None:
            self.coverage.total = page.total
        self._pages += 1
        self._jobs += len(page.jobs)
        self._report_progress(page)
        return page

    def _report_progress(self, page: JobPage) -> None:
        if self._on_progress is not None:
            total = None if page.total is None else min(page.total, self._max_jobs)
            pages = None if total is None else max(self._pages, -(-total // self._query.limit))
            jobs = self._jobs if total is None else min(self._jobs, total)
            self._on_progress(FetchProgress(self._pages, pages, jobs, total))
