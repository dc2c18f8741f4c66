"""Keeps count of jobs that one waits for, until the last of them has ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cgc_tui.found import NO_SUCH_JOB
from cgc_tui.models import ImportJob, JobError, JobState

GOING = (JobState.PENDING, JobState.RUNNING)
"""A job in another state is not waited for, whatever that means."""


class Watch:
    """Jobs that are waited for: which of them still go on, and how the others ended.

    `waited` tells whether one of them ever went on.
    """

    def __init__(self) -> None:
        self._going: set[str] = set()
        self.waited = False
        self.ended = 0
        self.failed = 0
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
        """Take in what the platform tells now; a job that is no longer there is not waited for."""
        for job_id in self._going & told.keys():
            record = told[job_id]
            if isinstance(record, ImportJob):
                self._take(record)
            elif record.code == NO_SUCH_JOB:
                self._going.remove(job_id)
                self.gone += 1

    def _take(self, job: ImportJob) -> None:
        if job.state in GOING:
            self._going.add(job.id)
            return
        self._going.discard(job.id)
        self.ended += 1
        self.failed += job.state == JobState.FAILED
