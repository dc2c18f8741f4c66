"""Jobs that are watched until all have ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from cgc_tui.domain.jobs import UNFINISHED_STATES, ImportJob, JobError, JobState


class JobChange(NamedTuple):
    """A watched job whose state has changed, or that is `missing`: it no longer exists."""

    job: ImportJob
    missing: bool = False


class WatchCounts(NamedTuple):
    """How many of the watched jobs are pending, and how many ended in which way."""

    total: int
    completed: int
    failed: int
    ended_otherwise: int
    pending: int
    missing: int

    @property
    def ended(self) -> int:
        """How many jobs exist and have ended."""
        return self.completed + self.failed + self.ended_otherwise


class WatchedJobs:
    """The jobs in the order in which they were added, and the ids of those that no longer exist.

    The platform's own records are dropped: they take most of the memory. `had_pending` is whether a job
    was ever unfinished.
    """

    def __init__(self, jobs: Iterable[ImportJob] = ()) -> None:
        self._jobs: dict[str, ImportJob] = {}
        self._missing_ids: set[str] = set()
        self.had_pending = False
        self.add(jobs)

    @property
    def jobs(self) -> tuple[ImportJob, ...]:
        """All watched jobs that exist, in their latest known state."""
        return tuple(self._jobs.values())

    @property
    def pending_ids(self) -> tuple[str, ...]:
        """The ids of the jobs that have not ended."""
        return tuple(job.id for job in self._jobs.values() if not job.is_final)

    @property
    def counts(self) -> WatchCounts:
        """The counts over all watched jobs."""
        states = Counter(job.state for job in self._jobs.values())
        missing = len(self._missing_ids)
        pending = sum(states[state] for state in UNFINISHED_STATES)
        completed, failed = states[JobState.COMPLETED], states[JobState.FAILED]
        otherwise = len(self._jobs) - pending - completed - failed
        return WatchCounts(len(self._jobs) + missing, completed, failed, otherwise, pending, missing)

    def add(self, jobs: Iterable[ImportJob]) -> tuple[JobChange, ...]:
        """Watch further jobs, or update known ones; return the known ones whose state has changed."""
        changes = []
        for job in jobs:
            self._missing_ids.discard(job.id)
            if job.id in self._jobs:
                changes += self._update(job)
            else:
                self._jobs[job.id] = replace(job, record={})
            self.had_pending = self.had_pending or not job.is_final
        return tuple(changes)

    def update(self, records: Mapping[str, ImportJob | JobError]) -> tuple[JobChange, ...]:
        """Update the pending jobs from new records; return the changes in the order of the records.

        A record without a state leaves its job in the state that is known. An error other than that the job
        does not exist leaves it pending.
        """
        changes: list[JobChange] = []
        for job_id, record in records.items():
            known = self._jobs.get(job_id)
            if known is None or known.is_final:
                continue
            if isinstance(record, ImportJob):
                changes += self._update(record)
            elif record.no_such_job:
                self._missing_ids.add(job_id)
                changes.append(JobChange(self._jobs.pop(job_id), missing=True))
        return tuple(changes)

    def _update(self, record: ImportJob) -> list[JobChange]:
        known = self._jobs[record.id]
        job = self._jobs[record.id] = replace(record.merged_with(known), record={})
        return [JobChange(job)] if job.state != known.state else []
