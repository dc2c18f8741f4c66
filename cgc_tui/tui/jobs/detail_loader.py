"""Loads the whole record of the job under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from cgc_tui.domain.errors import CgcError, NotFound
from cgc_tui.domain.job_detail import JobDetailState
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.tui.host import Host

if TYPE_CHECKING:
    from cgc_tui.services.session import PlatformSession

REST_SECONDS = 0.3
"""How long the cursor rests on a job before its record is requested."""

MAX_RECORDS = 500


class DetailLoader:
    """The owner of the detail: first what the list says of a job, then its record from the job's href.

    The record is requested only while the detail is open, and once for a job that has ended.
    """

    def __init__(
        self, host: Host, session: PlatformSession, *, changed: Callable[[JobDetailState], object]
    ) -> None:
        self.state = JobDetailState()
        self._host = host
        self._session = session
        self._changed = changed
        self._job: ImportJob | None = None
        self._is_open = False
        self._records: dict[str, ImportJob] = {}
        self._worker: Worker[None] | None = None

    def show(self, job: ImportJob | None) -> None:
        """Show what is known of a job, and load the rest."""
        self._job = job
        self._set(JobDetailState(self._known_record(job) or job))
        self._load()

    def set_open(self, is_open: bool) -> None:
        """Load the record if the detail can be seen."""
        if is_open != self._is_open:
            self._is_open = is_open
            self._load()

    def retry(self) -> None:
        """Request the record again if the last request failed."""
        if self.state.note:
            self._load()

    def restart(self) -> None:
        """Forget the records, which another user may not see, and load that of the job."""
        self._records.clear()
        self._load()

    def cancel(self) -> None:
        """Stop the request."""
        if self._worker is not None:
            self._worker.cancel()

    def _load(self) -> None:
        self.cancel()
        job = self._job
        if job is not None and self._is_open and not self._known_record(job):
            self._worker = self._host.run_worker(partial(self._request, job), group="detail", exclusive=True)

    async def _request(self, job: ImportJob) -> None:
        """Get the record; on failure, what the list says stays and a note says why."""
        await asyncio.sleep(REST_SECONDS)
        try:
            record = await self._session.client.imports.get(job)
        except NotFound:
            self._set(self.state._replace(note=SafeText("This job is no longer there.")))
        except CgcError as error:
            self._set(self.state._replace(note=sanitize(f"Details could not be loaded: {error.summary}.")))
        else:
            self._remember(record)
            self._set(JobDetailState(record))

    def _known_record(self, job: ImportJob | None) -> ImportJob | None:
        """Return the record of a job that has not changed since."""
        known = self._records.get(job.id) if job is not None else None
        if known is None or job is None or known.state != job.state:
            return None
        return known if known.is_final or known == job else None

    def _remember(self, record: ImportJob) -> None:
        self._records.pop(record.id, None)
        self._records[record.id] = record
        if len(self._records) > MAX_RECORDS:
            del self._records[next(iter(self._records))]

    def _set(self, state: JobDetailState) -> None:
        self.state = state
        self._changed(state)
