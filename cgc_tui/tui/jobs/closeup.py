"""Looks closer at the job under the cursor: first what the list knows, then its whole record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import work
from textual.reactive import reactive

from cgc_tui.domain.errors import CgcError, NotFound
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.job_details import web_page_url
from cgc_tui.tui.jobs.pages import Pages
from cgc_tui.tui.messages import CopyRequested, OpenLinkRequested

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

REST_SECONDS = 0.3
MAX_RECORDS = 500


class Closeup(Pages):
    """The owner of the `detail`: the record of the `job` under the cursor, got from the job's href.

    It is asked for when the cursor has rested for `REST_SECONDS` seconds and the detail is open; the record
    of a job that has ended is asked for once.
    """

    detail: reactive[ImportJob | None] = reactive[ImportJob | None](None, init=False)
    detail_note: reactive[SafeText] = reactive(SafeText(""))
    detail_open: reactive[bool] = reactive(False, init=False)

    def __init__(
        self,
        client: PlatformClient,
        *,
        query: JobQuery,
        interval: float,
        web: str | None,
        clock: Callable[[], datetime],
    ) -> None:
        """`web` is the platform's web address, None where it is not known."""
        super().__init__(client, query=query, interval=interval, clock=clock)
        self.web = web
        self._records: dict[str, ImportJob] = {}

    def watch_job(self, job: ImportJob | None) -> None:
        """Show what is known at once, then look closer."""
        known = self._known(job)
        self.detail_note = SafeText("")
        self.detail = known or job
        self.load_detail()

    def watch_as_of(self) -> None:
        """Look again where the last look failed."""
        if self.detail_note:
            self.load_detail()

    def switch_client(self, client: PlatformClient) -> None:
        """Go on with another client, and know nothing that another user may not."""
        self._records.clear()
        super().switch_client(client)
        self.load_detail()

    def watch_detail_open(self) -> None:
        """Look closer once somebody looks."""
        self.load_detail()

    @work(exclusive=True, group="detail")
    async def load_detail(self) -> None:
        """Get the whole record; where that fails the note says why and the list's knowledge stays."""
        job = self.job
        if job is None or not self.detail_open or self._known(job):
            return
        await asyncio.sleep(REST_SECONDS)
        try:
            record = await self.client.imports.get(job)
        except NotFound:
            self.detail_note = SafeText("This job is no longer there.")
        except CgcError as error:
            self.detail_note = sanitize(f"Only what the list says: {error.summary}.")
        else:
            self._remember(record)
            self.detail_note = SafeText("")
            self.detail = record
            self._update_listed(job, record)

    def action_json(self) -> None:
        """Show the record as the platform sent it."""
        from cgc_tui.tui.dialogs.text import TextDialog, pretty

        if self.detail is not None:
            self.app.push_screen(
                TextDialog(
                    sanitize(f"Job {self.detail.id}"), pretty(self.detail.raw), label=SafeText("the JSON")
                )
            )

    def action_copy_id(self) -> None:
        """Copy the job's id."""
        if self.job is not None:
            self.post_message(CopyRequested(self.job.id, SafeText("the id")))

    def action_copy_menu(self) -> None:
        """Choose what to copy."""
        from cgc_tui.tui.dialogs.choice import ChoiceDialog

        values = self._copyable(self.detail)
        if not values:
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                self.post_message(CopyRequested(values[name], sanitize(f"the {name}")))

        self.app.push_screen(ChoiceDialog(SafeText("Copy"), values), chosen)

    def action_open(self) -> None:
        """Open the page of the file or the project."""
        page = self.detail and web_page_url(self.detail, self.web)
        if page:
            self.post_message(OpenLinkRequested(page))
        elif self.detail is not None:
            self.notify("No web page is known for this job.", markup=False)

    def _copyable(self, job: ImportJob | None) -> dict[str, str]:
        """Return what of a job can be copied, by name, raw as the platform sent it."""
        from cgc_tui.tui.dialogs.text import pretty

        if job is None:
            return {}
        values = {
            "id": job.id,
            "name": job.name,
            "source key": job.source.location,
            "volume": job.source.volume,
            "project": job.destination.project,
            "error": job.error and job.error.message,
            "file id": job.result and job.result.id,
            "web page": web_page_url(job, self.web),
            "href": job.href,
            "JSON": pretty(job.raw),
        }
        return {name: value for name, value in values.items() if value}

    def _known(self, job: ImportJob | None) -> ImportJob | None:
        """Return the record of a job that still is as it was then."""
        known = self._records.get(job.id) if job is not None else None
        if known is None or job is None or known.state != job.state:
            return None
        return known if known.is_final or known == job else None

    def _remember(self, record: ImportJob) -> None:
        self._records.pop(record.id, None)
        self._records[record.id] = record
        if len(self._records) > MAX_RECORDS:
            del self._records[next(iter(self._records))]

    def _update_listed(self, listed: ImportJob, record: ImportJob) -> None:
        """Show in the list, too, that a job has moved on since the list came."""
        if self.page is not None and record.id == listed.id and record.state != listed.state:
            jobs = tuple(record if job.id == record.id else job for job in self.page.jobs)
            self.page = replace(self.page, jobs=jobs)
