"""The marked jobs, by id, so that marks survive paging, filtering and refreshing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cgc_tui.domain.jobs import ImportJob


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked jobs by id, in the order of marking, each with its latest known record."""

    jobs: Mapping[str, ImportJob] = field(default_factory=lambda: MappingProxyType({}))

    def __contains__(self, job: ImportJob) -> bool:
        return job.id in self.jobs

    def __len__(self) -> int:
        return len(self.jobs)

    def added(self, jobs: Iterable[ImportJob]) -> Marks:
        """Return the marks with these jobs added."""
        return Marks({**self.jobs, **{job.id: job for job in jobs}})

    def removed(self, jobs: Iterable[ImportJob]) -> Marks:
        """Return the marks without these jobs."""
        removed_ids = {job.id for job in jobs}
        return Marks({job_id: job for job_id, job in self.jobs.items() if job_id not in removed_ids})

    def toggled(self, jobs: Iterable[ImportJob]) -> Marks:
        """Mark all of these jobs or, if all are marked already, none of them."""
        jobs = tuple(jobs)
        return self.removed(jobs) if all(job in self for job in jobs) else self.added(jobs)

    def refreshed(self, jobs: Iterable[ImportJob]) -> Marks:
        """Update the marked jobs from new records; other jobs are ignored."""
        updated = {job.id: job.merged_with(self.jobs[job.id]) for job in jobs if job in self}
        return Marks({**self.jobs, **updated}) if updated else self
