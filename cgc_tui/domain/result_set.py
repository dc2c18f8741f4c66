"""Result sets: lists of jobs that a search matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin

MAX_REFRESHED = 1000


class ResultSet:
    """The jobs that a search matched, in the order of the list, with the latest known record of each.

    State, project and volume filter it. `as_of` is the time of the latest refresh of the unfinished jobs;
    finished jobs do not change.
    """

    def __init__(self, origin: ResultOrigin, jobs: Iterable[ImportJob]) -> None:
        self.origin = origin
        self.as_of = origin.at
        self._jobs = {job.id: job for job in jobs}

    @property
    def jobs(self) -> tuple[ImportJob, ...]:
        """All jobs."""
        return tuple(self._jobs.values())

    def filter(self, query: JobQuery) -> tuple[ImportJob, ...]:
        """Return the jobs that match the query's filters, ignoring its window."""
        return tuple(
            job
            for job in self._jobs.values()
            if (not query.states or job.state in query.states)
            and query.project in (None, job.destination.project)
            and query.volume in (None, job.source.volume)
        )

    def page(self, query: JobQuery, view: ListView) -> JobPage:
        """Return a page of the whole list as `view` sorts it."""
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
        """Return the ids to fetch in a refresh.

        These are the page's jobs and, for correct counts, at most `MAX_REFRESHED` unfinished jobs.
        """
        unfinished = [job.id for job in self._jobs.values() if not job.is_final][:MAX_REFRESHED]
        return tuple(dict.fromkeys([*(job.id for job in page.jobs), *unfinished]))

    def update(self, records: Mapping[str, ImportJob | JobError], at: datetime) -> None:
        """Update the jobs from new records; remove those that no longer exist."""
        self.as_of = at
        for job_id, record in records.items():
            known = self._jobs.get(job_id)
            if isinstance(record, ImportJob) and known is not None:
                self._jobs[job_id] = record.merged_with(known)
            elif isinstance(record, JobError) and record.no_such_job:
                self._jobs.pop(job_id, None)
