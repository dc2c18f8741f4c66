"""Searches a list for batches, and reads no more of the list than necessary."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from cgc_tui.domain.batches import SEARCH_WINDOW, Batch, find_batches, newest_first
from cgc_tui.domain.queries import JobPage

WINDOW_GROWTH = 4
"""The factor by which more jobs are read if those that were read are not enough."""

ReadJobs = Callable[[int], Awaitable[JobPage]]
"""Reads about so many jobs from the start of a list. What it raises ends the search."""


class BatchSearch(NamedTuple):
    """The batches among the jobs of `page`, the newest first."""

    batches: tuple[Batch, ...]
    page: JobPage

    def batch_of(self, job_id: str) -> Batch | None:
        """Return the batch that has this job."""
        return next((batch for batch in self.batches if any(job.id == job_id for job in batch.jobs)), None)


async def newest_batches(read: ReadJobs) -> BatchSearch:
    """Return the newest batches of a list: at least one, unless the list has none.

    The last of them may have more jobs beyond those that were read (`Batch.may_continue`).
    """
    return await _search(read, lambda search: bool(search.batches))


async def newest_batch(read: ReadJobs) -> BatchSearch:
    """Return a search whose first batch is the newest of the list, with all its jobs."""
    return await _search(read, lambda search: bool(search.batches) and not search.batches[0].may_continue)


async def whole_batch(read: ReadJobs, job_id: str, *, searched: int = 0) -> BatchSearch:
    """Return a search in which the batch of this job has all its jobs, if the job is still listed.

    `searched` is the number of jobs in which the batch was found: more are read from the first time on.
    """

    def is_whole(search: BatchSearch) -> bool:
        batch = search.batch_of(job_id)
        return batch is not None and not batch.may_continue

    return await _search(read, is_whole, max_jobs=max(SEARCH_WINDOW, searched * WINDOW_GROWTH))


async def all_batches(read: ReadJobs) -> BatchSearch:
    """Return all batches of a list."""
    page = await read(sys.maxsize)
    return BatchSearch(find_batches(page.jobs), page)


async def _search(
    read: ReadJobs, is_enough: Callable[[BatchSearch], bool], *, max_jobs: int = SEARCH_WINDOW
) -> BatchSearch:
    """Read more and more of a list until the batches suffice; all of it where it is not in order of time."""
    while True:
        page = await read(max_jobs)
        search = BatchSearch(find_batches(page.jobs, complete=not page.more), page)
        ordered = newest_first(page.jobs)
        if not page.more or (ordered and is_enough(search)):
            return search
        max_jobs = max_jobs * WINDOW_GROWTH if ordered else sys.maxsize
