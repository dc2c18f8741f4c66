"""Batches: lists the jobs that were submitted together."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.batches import Batch
from cgc_tui.domain.queries import JobPage, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.batches import route_label, started_label
from cgc_tui.formatting.lists import describe_query
from cgc_tui.services.batches import BatchSearch, all_batches, newest_batches, whole_batch
from cgc_tui.tui.batches.picker import ALL, BatchPicker
from cgc_tui.tui.context import JobsContext


class _Stopped(Exception):
    """The user has stopped the search."""


async def choose_batch(jobs: JobsContext) -> None:
    """Let the user choose a batch of the list; its jobs become a list.

    A batch that may have more jobs than were read is read to its end first. When the user goes back from its
    jobs, the batches are shown as they were, without a request.
    """

    async def read(max_jobs: int) -> JobPage:
        query = replace(jobs.job_query, states=(), offset=0)
        description = describe_query(query, jobs.display_options, jobs.origin)
        heading = sanitize(f"Searching for batches{jobs.display_options.separator}{description}")
        page = await jobs.all_jobs(query, heading, max_jobs=max_jobs)
        if page is None:
            raise _Stopped
        return page

    try:
        search, row = await newest_batches(read), 0
        while (index := await jobs.ask(_picker(jobs, search, row))) is not None:
            if index == ALL:
                row = len(search.batches)
                search = await all_batches(read)
                continue
            batch: Batch | None = search.batches[index]
            if batch is not None and batch.may_continue:
                job_id = batch.jobs[0].id
                search = await whole_batch(read, job_id, searched=len(search.page.jobs))
                batch = search.batch_of(job_id)
            if batch is not None:  # otherwise its jobs are gone, and there is another choice
                row = search.batches.index(batch)
                await jobs.show_results(ResultSet(_origin(jobs, batch, search), batch.jobs))
    except _Stopped:
        return


def _picker(jobs: JobsContext, search: BatchSearch, row: int) -> BatchPicker:
    return BatchPicker(
        search.batches, search.page, row=row, display=jobs.display_options, now=jobs.session.clock()
    )


def _origin(jobs: JobsContext, batch: Batch, search: BatchSearch) -> ResultOrigin:
    started = started_label(batch, jobs.display_options, jobs.session.clock())
    title = sanitize(f"batch of {started} {route_label(batch, jobs.display_options)}")
    page = search.page
    origin = ResultOrigin(title, len(page.jobs), page.total, page.received_at, page.query)
    return origin.inside(page.origin)
