"""The jobs of the platform: their order, filters, and changes over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from random import Random
from typing import Any

from cgc_tui.demo.jobs import Arrivals, Job, JobMaker
from cgc_tui.demo.records import file_id, shown_state
from cgc_tui.demo.switches import Switches

ATTRIBUTES = frozenset(field.name for field in fields(Job)) - {"overrides", "fixed_state"}


class JobStore:
    """All jobs of the user, stored oldest first.

    Unless `live`, the time of construction stays the current time of the jobs.
    """

    def __init__(self, count: int, maker: JobMaker, clock: Callable[[], float], *, live: bool) -> None:
        self._clock = clock
        self._maker = maker
        self.started_at = clock()
        self.revision = 0
        """A number that changes when jobs are added, removed or changed."""
        self._live = live
        self._arrivals = Arrivals(maker, self.started_at)
        self._jobs = {job.id: job for job in maker.history(count, self.started_at)}
        self._max_jobs = count + Arrivals.MAX_JOBS
        self._additions = 0

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def now(self) -> float:
        """The current time of the jobs, in Unix seconds."""
        return self._clock() if self._live else self.started_at

    def tick(self) -> None:
        """Add the jobs that are due; beyond the maximum the oldest jobs are removed."""
        if not self._live:
            return
        due = self._arrivals.due(self.now)
        self.revision += bool(due)
        self._jobs.update((job.id, job) for job in due)
        while due and len(self._jobs) > self._max_jobs:
            del self._jobs[next(iter(self._jobs))]

    def __getitem__(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None if the id is unknown."""
        return self._jobs.get(job_id)

    def newest_first(self) -> list[Job]:
        """Return all jobs, newest first."""
        return list(reversed(self._jobs.values()))

    def matching(
        self, states: Iterable[str], project: str | None, volume: str | None, switches: Switches
    ) -> list[Job]:
        """Return the jobs that match, in the order of the list; no states means any state."""
        now, state_set = self.now, frozenset(states)
        matches = [
            job
            for job in reversed(self._jobs.values())
            if (project is None or job.project == project)
            and (volume is None or job.volume == volume)
            and (not state_set or shown_state(job, now, switches) in state_set)
        ]
        return sorted(matches, key=lambda job: job.dice) if switches.shuffled else matches

    def job_for_file(self, imported_id: str) -> Job | None:
        """Return the job that created the file or folder `imported_id`."""
        now = self.now
        return next(
            (
                job
                for job in self._jobs.values()
                if file_id(job.id) == imported_id and job.state(now) == "COMPLETED"
            ),
            None,
        )

    def taken_names(self) -> set[tuple[str | None, str]]:
        """Return the project and name of each imported file."""
        now = self.now
        return {
            (job.project, job.name)
            for job in self._jobs.values()
            if job.state(now) == "COMPLETED" and not job.removed
        }

    def add(self, job: Job) -> None:
        """Add a job at the head of the list."""
        self._jobs[job.id] = job
        self.revision += 1

    def new_rng(self) -> Random:
        """Return a random number generator for the next new jobs."""
        self._additions += 1
        return self._maker.rng(f"added {self._additions}")

    def schedule(self, job: Job, rng: Random) -> None:
        """Queue a submitted job; unless `live` it stays PENDING."""
        if self._live:
            job.starts = self.now + rng.uniform(1.0, 8.0)
            job.ends = job.starts + rng.uniform(0.0, 2.0)
        self.add(job)

    def add_many(self, count: int, state: str, overrides: dict[str, Any]) -> list[str]:
        """Add jobs at the head; return their ids as listed, newest first.

        `overrides` are attributes of `Job` or fields of the record.
        """
        self._additions += 1
        jobs = self._maker.batch(self._additions * 1_000_000, count, self.now - count)
        for job in jobs:
            job.submitted = min(job.submitted, self.now)
            self._change(job, state, overrides)
            self.add(job)
        return [job.id for job in reversed(jobs)]

    def remove(self, ids: Iterable[str]) -> None:
        """Remove jobs; raises KeyError for an unknown id."""
        for job_id in ids:
            del self._jobs[job_id]
        self.revision += 1

    def change(self, job_id: str, state: str, overrides: dict[str, Any]) -> None:
        """Set the state of a job; raises KeyError for an unknown id."""
        self._change(self._jobs[job_id], state, overrides)
        self.revision += 1

    def _change(self, job: Job, state: str, overrides: dict[str, Any]) -> None:
        for name, value in overrides.items():
            if name in ATTRIBUTES:
                setattr(job, name, value)
            else:
                job.overrides[name] = value
        job.pin(state, self._clock())
