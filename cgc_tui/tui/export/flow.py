"""Export: writes the marked jobs, those that are shown, or all of the list to a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cgc_tui.api.listing import fetch_many
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import format_count
from cgc_tui.formatting.export import ENCODING_ERRORS, export_lines
from cgc_tui.formatting.lists import describe_subset, error_line
from cgc_tui.system.files import FileWriteError, write_atomically
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.export.dialog import ExportDialog, ExportRequest

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

ERROR_TIMEOUT = 20.0
"""Seconds for which an error is shown."""

Scopes = dict[SafeText, tuple[ImportJob, ...] | None]
"""Jobs by the label of their choice; None stands for all of the list, which is still to be read."""


async def export_jobs(jobs: JobsContext, selection: ResultSet | None = None) -> None:
    """Let the user choose jobs and a file, and write them.

    The choices are the jobs of the selection, else those of the list.
    """
    scopes = _scopes(jobs) if selection is None else _selection_scope(selection)
    request = await jobs.ask(ExportDialog(list(scopes), f"cgc-imports-{jobs.session.clock():%Y-%m-%d}"))
    if request is None:
        return
    selected, unreadable = list(scopes.values())[request.scope], 0
    if selected is None:
        query = replace(jobs.job_query, offset=0)
        heading = describe_subset("Reading all jobs to export", query, jobs.display_options, jobs.origin)
        page = await jobs.all_jobs(query, heading)
        if page is None:
            return
        selected, unreadable = page.jobs, page.unreadable
    try:
        await _write(request, await _refreshed(jobs.session.client, selected, jobs.marks))
    except (CgcError, FileWriteError) as error:
        reason = error_line(error, jobs.display_options) if isinstance(error, CgcError) else error.message
        jobs.notify(
            sanitize(f"Nothing was exported. {reason}"), severity="error", timeout=ERROR_TIMEOUT, markup=False
        )
    else:
        missing = f" {unreadable:,} could not be read and are missing from it." if unreadable else ""
        jobs.notify(sanitize(f"Exported {len(selected):,} jobs to {request.path}.{missing}"), markup=False)


def _scopes(jobs: JobsContext) -> Scopes:
    """Return the choices: the marked jobs where there are any, all, the shown ones.

    While a search is active, the shown ones come before all.
    """
    shown, marked = jobs.shown_jobs, tuple(jobs.marks.jobs.values())
    total = (
        jobs.page.total
        if jobs.page is not None and (jobs.page.query, jobs.page.origin) == (jobs.job_query, jobs.origin)
        else None
    )
    scopes: Scopes = {SafeText(f"{len(marked):,} marked"): marked} if marked else {}
    all_scope: Scopes = {SafeText(f"all {format_count(total)}"): None}
    shown_scope: Scopes = {SafeText(f"{len(shown):,} shown"): shown}
    searching = bool(jobs.list_view.search)
    return scopes | (shown_scope | all_scope if searching else all_scope | shown_scope)


def _selection_scope(selection: ResultSet) -> Scopes:
    return {sanitize(f"{len(selection.jobs):,} of {selection.origin.title}"): selection.jobs}


async def _write(request: ExportRequest, jobs: Sequence[ImportJob]) -> None:
    """Write the file in a thread; raises FileWriteError."""
    await asyncio.to_thread(
        write_atomically,
        request.path,
        export_lines(jobs, request.format),
        encoding_errors=ENCODING_ERRORS,
        replace=request.overwrite,
    )


async def _refreshed(client: PlatformClient, jobs: tuple[ImportJob, ...], marks: Marks) -> list[ImportJob]:
    """Return the jobs, with marked unfinished ones requested again; raises CgcError."""
    records = await fetch_many(client, [job.id for job in jobs if job in marks and not job.is_final])
    updates = ((job, records.get(job.id)) for job in jobs)
    return [new.merged_with(job) if isinstance(new, ImportJob) else job for job, new in updates]
