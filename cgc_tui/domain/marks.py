"""Remembers which jobs are marked, over pages, filters and refreshes: by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cgc_tui.domain.jobs import ImportJob


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked jobs by id, in the order in which they were marked, with what was last seen of each."""

    jobs: Mapping[str, ImportJob] = field(default_factory=lambda: MappingProxyType({}))

    def __contains__(self, job: ImportJob) -> bool:
        return job.id in self.jobs

    def __len__(self) -> int:
        return len(self.jobs)

    def added(self, jobs: Iterable[ImportJob]) -> Marks:
        """Return these marks and those of further jobs."""
        return Marks({**self.jobs, **{job.id: job for job in jobs}})

    def removed(self, jobs: Iterable[ImportJob]) -> Marks:
        """Return these marks but those of some jobs."""
        removed_ids = {job.id for job in jobs}
        return Marks({job_id: job for job_id, job in self.jobs.items() if job_id not in removed_ids})

    def toggled(self, jobs: Iterable[ImportJob]) -> Marks:
        """Return these marks with all of some jobs marked or, where they all are, none of them."""
        jobs = tuple(jobs)
        return self.removed(jobs) if all(job in self for job in jobs) else self.added(jobs)

    def refreshed(self, jobs: Iterable[ImportJob]) -> Marks:
        """Return these marks with what is seen of some jobs now; jobs that are not marked do not count."""
        updated = {job.id: job.merged_with(self.jobs[job.id]) for job in jobs if job in self}
        return Marks({**self.jobs, **updated}) if updated else self
