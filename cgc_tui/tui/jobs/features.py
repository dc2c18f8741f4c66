"""The features of the jobs screen by name. The modules of a feature are loaded when it is used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.job_details import web_page_url
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.messages import CopyRequested, OpenLinkRequested

if TYPE_CHECKING:
    from cgc_tui.domain.result_set import ResultSet

READ_ONLY = "Read-only mode. Restart with --write to retry jobs."


async def show_failures(jobs: JobsContext) -> None:
    """Show why jobs of the list failed."""
    from cgc_tui.tui.failures import flow

    await flow.show_failures(jobs, retry=retry_jobs, export=export_jobs)


async def choose_batch(jobs: JobsContext) -> None:
    """Let the user choose a batch of jobs."""
    from cgc_tui.tui.batches import flow

    await flow.choose_batch(jobs)


async def choose_order(jobs: JobsContext) -> None:
    """Let the user choose by what the loaded jobs are sorted."""
    from cgc_tui.tui.jobs.sort_menu import choose_sort_key

    key = await choose_sort_key(jobs)
    if key is not None:
        jobs.sort_by(key)


async def export_jobs(jobs: JobsContext, selection: ResultSet | None = None) -> None:
    """Write jobs of the list, or those of the selection, to a file."""
    from cgc_tui.tui.export import flow

    await flow.export_jobs(jobs, selection)


async def retry_jobs(jobs: JobsContext, selection: ResultSet | None = None) -> None:
    """Retry the jobs of the selection, else the marked jobs, or all failed ones of the list."""
    from cgc_tui.tui.retry import flow

    if jobs.session.writer is None:
        jobs.notify(READ_ONLY, severity="warning", markup=False)
    else:
        await flow.retry_jobs(jobs, selection, profile=jobs.session.writer)


async def copy_id(jobs: JobsContext) -> None:
    """Copy the id of the job under the cursor."""
    if (job := jobs.detail.job) is not None:
        jobs.post_message(CopyRequested(job.id, SafeText("the id")))


async def copy_from_menu(jobs: JobsContext) -> None:
    """Let the user choose what to copy."""
    from cgc_tui.tui.jobs.copy_menu import choose_text

    chosen = await choose_text(jobs, jobs.detail.job)
    if chosen is not None:
        name, text = chosen
        jobs.post_message(CopyRequested(text, sanitize(f"the {name}")))


async def show_json(jobs: JobsContext) -> None:
    """Show the record of the job under the cursor as the platform sent it."""
    from cgc_tui.tui.dialogs.text import TextDialog, pretty

    if (job := jobs.detail.job) is not None:
        title = sanitize(f"Job {job.id}")
        await jobs.ask(TextDialog(title, pretty(job.raw), label=SafeText("the JSON")))


async def open_web_page(jobs: JobsContext) -> None:
    """Open the web page of the job's file or project."""
    job = jobs.detail.job
    url = job and web_page_url(job, jobs.session.web)
    if url:
        jobs.post_message(OpenLinkRequested(url))
    elif job is not None:
        jobs.show_message(SafeText("No web page available for this job"))


FEATURES: dict[str, Callable[[JobsContext], Awaitable[None]]] = {
    "failures": show_failures,
    "batches": choose_batch,
    "sort": choose_order,
    "export": export_jobs,
    "retry": retry_jobs,
    "copy_id": copy_id,
    "copy_menu": copy_from_menu,
    "json": show_json,
    "open": open_web_page,
}
"""The features by the name that the key table has for them."""
