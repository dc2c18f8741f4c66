"""Reads the list for batches, with progress in a dialog."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.queries import JobPage
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.lists import describe_query
from cgc_tui.services.batches import ReadJobs
from cgc_tui.tui.context import JobsContext


class ReadingStopped(Exception):
    """The user has stopped the search."""


def batch_reader(jobs: JobsContext) -> ReadJobs:
    """Return a function that reads jobs of the list in all states; it raises ReadingStopped."""

    async def read(max_jobs: int) -> JobPage:
        query = replace(jobs.job_query, states=(), offset=0)
        description = describe_query(query, jobs.display_options, jobs.origin)
        heading = sanitize(f"Searching for batches{jobs.display_options.separator}{description}")
        page = await jobs.all_jobs(query, heading, max_jobs=max_jobs)
        if page is None:
            raise ReadingStopped
        return page

    return read
