"""Keeps count of jobs that one waits for, until the last of them has ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cgc_tui.domain.jobs import ImportJob, JobError, JobState


class Watch:
    """Jobs that are waited for: which of them still go on, and how the others ended.

    `waited` tells whether one of them ever went on.
    """

    def __init__(self) -> None:
        self._going: set[str] = set()
        self.waited = False
        self.ended = 0
        self.failed = 0
        self.ended_otherwise = 0
        self.gone = 0

    @property
    def going(self) -> tuple[str, ...]:
        """The ids of the jobs that have not ended."""
        return tuple(sorted(self._going))

    def add(self, jobs: Iterable[ImportJob]) -> None:
        """Wait for further jobs; those that have ended already are counted."""
        for job in jobs:
            self._take(job)
        self.waited = self.waited or bool(self._going)

    def learn(self, told: Mapping[str, ImportJob | JobError]) -> None:
        """Update the jobs from new records; a job that no longer exists is not waited for.

        A record without a state leaves its job in the state that is known.
        """
        for job_id in self._going & told.keys():
            record = told[job_id]
            if isinstance(record, ImportJob):
                if record.state:
                    self._take(record)
            elif record.no_such_job:
                self._going.remove(job_id)
                self.gone += 1

    def _take(self, job: ImportJob) -> None:
        if not job.final:
            self._going.add(job.id)
            return
        self._going.discard(job.id)
        self.ended += 1
        self.failed += job.state == JobState.FAILED
        self.ended_otherwise += job.ended_otherwise
