"""Batches: lists the jobs that were submitted together."""

from __future__ import annotations

import sys
from dataclasses import replace

from cgc_tui.domain.batches import SEARCH_WINDOW, Batch, find_batches, newest_first
from cgc_tui.domain.queries import JobPage, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.batches import route_label, started_label
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.batches.picker import ALL, BatchPicker
from cgc_tui.tui.context import JobsContext


async def choose_batch(jobs: JobsContext) -> None:
    """Let the user choose a batch of the list; its jobs become a list.

    The newest jobs are searched first. All are where the list is not in order of time, where the user wants
    that, and for a batch that may have more jobs than were searched.
    """
    max_jobs, job_id = SEARCH_WINDOW, None
    while (page := await _read(jobs, max_jobs)) is not None:
        max_jobs = sys.maxsize
        if page.more and not newest_first(page.jobs):
            continue
        batches = find_batches(page.jobs, complete=not page.more)
        batch = next((each for each in batches if any(job.id == job_id for job in each.jobs)), None)
        if batch is None:
            index = await jobs.ask(
                BatchPicker(batches, page, display=jobs.display_options, now=jobs.session.clock())
            )
            if index is None:
                return
            job_id = None
            if index == ALL:
                continue
            batch = batches[index]
            if batch.may_continue:
                job_id = batch.jobs[0].id
                continue
        jobs.show_results(ResultSet(_origin(jobs, batch, page), batch.jobs))
        return


async def _read(jobs: JobsContext, max_jobs: int) -> JobPage | None:
    """Return the first jobs of the list in all states, None where the user stopped that."""
    query = replace(jobs.job_query, states=(), offset=0)
    description = describe_query(query, jobs.display_options, jobs.origin)
    heading = sanitize(f"Looking for batches{jobs.display_options.separator}{description}")
    return await jobs.all_jobs(query, heading, max_jobs=max_jobs)


def _origin(jobs: JobsContext, batch: Batch, page: JobPage) -> ResultOrigin:
    started = started_label(batch, jobs.display_options, jobs.session.clock())
    title = sanitize(f"batch of {started} {route_label(batch, jobs.display_options)}")
    return ResultOrigin(title, len(page.jobs), page.total, page.received_at)
