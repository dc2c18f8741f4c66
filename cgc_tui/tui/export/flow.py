"""Writes jobs to a file: the marked ones, those that are shown, or all of the list."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import format_count
from cgc_tui.formatting.export import ENCODING_ERRORS, export_lines
from cgc_tui.formatting.lists import error_line
from cgc_tui.system.files import FileWriteError, write_atomically
from cgc_tui.tui.find.flow import Gathering
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.messages import LoginRequired

if TYPE_CHECKING:
    from cgc_tui.tui.export.dialog import ExportRequest

WORDS_SECONDS = 20.0

Scopes = dict[SafeText, tuple[ImportJob, ...] | None]
"""Jobs by their words; None are all of the list, which are still to be read."""


class Exporting(Gathering):
    """A list that can be written to a file."""

    def action_export(self) -> None:
        """Ask what to write to which file, and write it."""
        from cgc_tui.tui.export.dialog import ExportDialog

        scopes = self._scopes()

        def chosen(request: ExportRequest | None) -> None:
            if request is None:
                return
            jobs = list(scopes.values())[request.scope]
            if jobs is not None:
                self.write_jobs(request, jobs)
                return
            query = replace(self.job_query, offset=0)
            self.all_jobs(
                query,
                SafeText("all jobs to write"),
                lambda page: self.write_jobs(request, page.jobs, unreadable=page.unreadable),
            )

        self.app.push_screen(ExportDialog(list(scopes), f"cgc-imports-{self.clock():%Y-%m-%d}"), chosen)

    def _scopes(self) -> Scopes:
        shown = self.query_one(JobTable).shown_jobs
        total = self.page.total if self.page is not None and self.page.query == self.job_query else None
        marked: Scopes = {SafeText(f"{len(self.marks):,} marked"): tuple(self.marks.jobs.values())}
        return {
            **(marked if self.marks else {}),
            SafeText(f"{len(shown):,} shown"): shown,
            SafeText(f"all {format_count(total)}"): None,
        }

    @work(group="export")
    async def write_jobs(
        self, request: ExportRequest, jobs: tuple[ImportJob, ...], *, unreadable: int = 0
    ) -> None:
        """Write jobs to a file; those that are marked and have not ended as they are by now."""
        try:
            current = await self._refreshed(jobs)
            await asyncio.to_thread(
                write_atomically,
                request.path,
                export_lines(current, request.format),
                encoding_errors=ENCODING_ERRORS,
                replace=request.overwrite,
            )
        except (CgcError, FileWriteError) as error:
            if isinstance(error, TokenRejected):
                self.post_message(LoginRequired(error))
            reason = error_line(error, self.display_options) if isinstance(error, CgcError) else error.message
            self.notify(
                sanitize(f"Nothing was written. {reason}"),
                severity="error",
                timeout=WORDS_SECONDS,
                markup=False,
            )
        else:
            missing = f" {unreadable:,} could not be read and are not in it." if unreadable else ""
            self.notify(sanitize(f"Wrote {len(jobs):,} jobs to {request.path}.{missing}"), markup=False)

    async def _refreshed(self, jobs: tuple[ImportJob, ...]) -> list[ImportJob]:
        """Return the jobs, of which marked ones may have been seen long ago."""
        from cgc_tui.api.listing import fetch_many

        records = await fetch_many(
            self.client, [job.id for job in jobs if job in self.marks and not job.is_final]
        )
        fresh = ((job, records.get(job.id)) for job in jobs)
        return [new.merged_with(job) if isinstance(new, ImportJob) else job for job, new in fresh]
