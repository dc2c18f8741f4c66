"""Batches: lists the jobs that were submitted together, and returns to the batches."""

from __future__ import annotations

from cgc_tui.domain.batches import Batch
from cgc_tui.domain.queries import ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.batches import route_label, started_label
from cgc_tui.services.batches import BatchSearch, newest_batches, whole_batch
from cgc_tui.tui.batches.reader import ReadingStopped, batch_reader
from cgc_tui.tui.batches.screen import BatchesScreen
from cgc_tui.tui.context import JobsContext


async def choose_batch(jobs: JobsContext) -> None:
    """Let the user choose a batch of the list; its jobs become a list.

    A batch that may have more jobs than were read is read to its end first. When the user goes back from its
    jobs, the batches are shown as they were, without a request.
    """
    read, row = batch_reader(jobs), 0
    try:
        search = await newest_batches(read)
    except ReadingStopped:
        return
    while (chosen := await jobs.ask(BatchesScreen(jobs, search, row))) is not None:
        search, row = chosen
        batch: Batch | None = search.batches[row]
        if batch is not None and batch.may_continue:
            job_id = batch.jobs[0].id
            try:
                search = await whole_batch(read, job_id, searched=len(search.page.jobs))
            except ReadingStopped:
                continue
            batch = search.batch_of(job_id)
        if batch is not None:  # otherwise its jobs are gone, and there is another choice
            row = search.batches.index(batch)
            await jobs.show_results(ResultSet(_origin(jobs, batch, search), batch.jobs))


def _origin(jobs: JobsContext, batch: Batch, search: BatchSearch) -> ResultOrigin:
    started = started_label(batch, jobs.display_options, jobs.session.clock())
    title = sanitize(f"batch of {started} {route_label(batch, jobs.display_options)}")
    page = search.page
    origin = ResultOrigin(title, len(page.jobs), page.total, page.received_at, page.query)
    return origin.inside(page.origin)
