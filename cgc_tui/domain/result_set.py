"""Keeps the jobs that a search found as a list of its own, since the platform has no such list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin

MAX_REFRESHED = 1000


class ResultSet:
    """The jobs that a search found, in the order in which it met them, with what is known of each by now.

    State, project and volume narrow it by what is known. `as_of` is when the unfinished jobs were last
    requested; those that have ended do not change.
    """

    def __init__(self, origin: ResultOrigin, jobs: Iterable[ImportJob]) -> None:
        self.origin = origin
        self.as_of = origin.at
        self._jobs = {job.id: job for job in jobs}

    @property
    def jobs(self) -> tuple[ImportJob, ...]:
        """All that was found."""
        return tuple(self._jobs.values())

    def filter(self, query: JobQuery) -> tuple[ImportJob, ...]:
        """Return the jobs that the query's filters leave, whatever its window."""
        return tuple(
            job
            for job in self._jobs.values()
            if (not query.states or job.state in query.states)
            and query.project in (None, job.destination.project)
            and query.volume in (None, job.source.volume)
        )

    def page(self, query: JobQuery, view: ListView) -> JobPage:
        """Return a page of the list, which is in `view` from end to end."""
        jobs = replace(view, search="").apply(self.filter(query))
        end = query.offset + query.limit
        return JobPage(
            query=query,
            jobs=jobs[query.offset : end],
            total=len(jobs),
            more=end < len(jobs),
            limit=query.limit,
            origin=self.origin,
            received_at=self.as_of,
        )

    def ids_to_refresh(self, page: JobPage) -> tuple[str, ...]:
        """Return the ids that a refresh asks for.

        These are the page's jobs and, so that the counts are true, all that have not ended, of these at
        most `MAX_REFRESHED`.
        """
        unfinished = [job.id for job in self._jobs.values() if not job.is_final][:MAX_REFRESHED]
        return tuple(dict.fromkeys([*(job.id for job in page.jobs), *unfinished]))

    def update(self, records: Mapping[str, ImportJob | JobError], at: datetime) -> None:
        """Take in what the platform tells now; a job that is no longer there leaves the list."""
        self.as_of = at
        for job_id, record in records.items():
            known = self._jobs.get(job_id)
            if isinstance(record, ImportJob) and known is not None:
                self._jobs[job_id] = record.merged_with(known)
            elif isinstance(record, JobError) and record.no_such_job:
                self._jobs.pop(job_id, None)
