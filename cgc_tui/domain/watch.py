"""Keeps count of jobs that one waits for, until the last of them has ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cgc_tui.domain.jobs import ImportJob, JobError, JobState


class WatchedJobs:
    """Jobs that are waited for: which of them still go on, and how the others ended.

    `had_pending` tells whether one of them ever went on.
    """

    def __init__(self) -> None:
        self._pending: set[str] = set()
        self.had_pending = False
        self.ended = 0
        self.failed = 0
        self.ended_otherwise = 0
        self.missing = 0

    @property
    def pending_ids(self) -> tuple[str, ...]:
        """The ids of the jobs that have not ended."""
        return tuple(sorted(self._pending))

    def add(self, jobs: Iterable[ImportJob]) -> None:
        """Wait for further jobs; those that have ended already are counted."""
        for job in jobs:
            self._count(job)
        self.had_pending = self.had_pending or bool(self._pending)

    def update(self, records: Mapping[str, ImportJob | JobError]) -> None:
        """Update the jobs from new records; a job that no longer exists is not waited for.

        A record without a state leaves its job in the state that is known.
        """
        for job_id in self._pending & records.keys():
            record = records[job_id]
            if isinstance(record, ImportJob):
                if record.state:
                    self._count(record)
            elif record.no_such_job:
                self._pending.remove(job_id)
                self.missing += 1

    def _count(self, job: ImportJob) -> None:
        if not job.is_final:
            self._pending.add(job.id)
            return
        self._pending.discard(job.id)
        self.ended += 1
        self.failed += job.state == JobState.FAILED
        self.ended_otherwise += job.ended_otherwise
