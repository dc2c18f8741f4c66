"""Recognises batches: jobs that a script sent in one go.

The platform knows no batches. The rule: jobs of one volume into one project (or folder) belong together if
each was started at most `MAX_GAP` after the one before. Jobs whose start is not known, which some platforms
do not tell of those that wait, belong to the newest batch of their volume and project. Two jobs at least make
a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cgc_tui.domain.jobs import ImportJob, JobState

MAX_GAP = timedelta(minutes=5)
"""The longest pause within a batch."""

SEARCH_WINDOW = 1000
"""Among so many jobs batches are looked for at first."""

RATE_SAMPLE = 50
"""The rate is that of the latest so many jobs that ended."""

Route = tuple[str | None, str | None]


class BatchProgress(NamedTuple):
    """How far jobs have come.

    `done` counts all that have ended, among them `failed` and `ended_otherwise`. `rate` is in jobs a minute,
    `eta` an estimate, both None where unknown.
    """

    total: int
    done: int
    failed: int
    ended_otherwise: int
    rate: float | None
    eta: datetime | None


class Batch(NamedTuple):
    """Jobs that were sent in one go, as they were listed; `started` is when the first of them was.

    `may_continue` says that more of them may lie beyond the jobs that were looked at.
    """

    volume: str | None
    destination: str | None
    jobs: tuple[ImportJob, ...]
    started: datetime | None
    may_continue: bool = False


def find_batches(jobs: Iterable[ImportJob], *, complete: bool = True) -> tuple[Batch, ...]:
    """Return the batches among the jobs, the latest first.

    Without `complete`, more jobs follow in the list: those that started up to `MAX_GAP` after the oldest of
    these may be part of a batch that goes on.
    """
    jobs_by_route: dict[Route, list[ImportJob]] = {}
    for job in jobs:
        jobs_by_route.setdefault((job.source.volume, _destination(job)), []).append(job)
    starts = [
        job.started_on
        for route_jobs in jobs_by_route.values()
        for job in route_jobs
        if job.started_on is not None
    ]
    cutoff = None if complete or not starts else min(starts) + MAX_GAP
    batches = [
        _batch(route, route_jobs, burst, cutoff)
        for route, route_jobs in jobs_by_route.items()
        for burst in _bursts(route_jobs)
        if len(burst) > 1
    ]
    return tuple(sorted(batches, key=lambda batch: _order(batch.started), reverse=True))


def newest_first(jobs: Iterable[ImportJob]) -> bool:
    """Tell whether the jobs are listed by when they were started, the latest first, give or take
    `MAX_GAP`.
    """
    oldest: datetime | None = None
    for job in jobs:
        if job.started_on is None:
            continue
        if oldest is not None and job.started_on > oldest + MAX_GAP:
            return False
        oldest = min(oldest or job.started_on, job.started_on)
    return True


def batch_progress(jobs: Sequence[ImportJob], now: datetime) -> BatchProgress:
    """Return how far the jobs have come by `now`."""
    done = [job for job in jobs if job.is_final]
    failed = sum(job.state == JobState.FAILED for job in done)
    otherwise = sum(job.ended_otherwise for job in done)
    finish_times = sorted(job.finished_on for job in done if job.finished_on is not None)[-RATE_SAMPLE:]
    rate = None
    if len(finish_times) > 1 and len(done) < len(jobs):
        minutes = (max(now, finish_times[-1]) - finish_times[0]).total_seconds() / 60
        rate = (len(finish_times) - 1) / minutes if minutes else None
    eta = now + timedelta(minutes=(len(jobs) - len(done)) / rate) if rate else None
    return BatchProgress(len(jobs), len(done), failed, otherwise, rate, eta)


def _destination(job: ImportJob) -> str | None:
    return job.destination.project or job.destination.parent


def _bursts(jobs: Sequence[ImportJob]) -> list[list[ImportJob]]:
    """Cut one place's jobs where none was started for longer than `MAX_GAP`; the latest burst is the last."""
    started_jobs = sorted(
        (job for job in jobs if job.started_on is not None), key=lambda job: _order(job.started_on)
    )
    bursts: list[list[ImportJob]] = []
    last: datetime | None = None
    for job in started_jobs:
        if last is None or _order(job.started_on) - _order(last) > MAX_GAP.total_seconds():
            bursts.append([])
        bursts[-1].append(job)
        last = job.started_on
    unstarted_jobs = [job for job in jobs if job.started_on is None]
    if unstarted_jobs:
        bursts = bursts or [[]]
        bursts[-1] += unstarted_jobs
    return bursts


def _batch(
    route: Route, route_jobs: Sequence[ImportJob], burst: Sequence[ImportJob], cutoff: datetime | None
) -> Batch:
    """Return a batch whose jobs are in the order of the list."""
    started = min((job.started_on for job in burst if job.started_on is not None), default=None)
    ids = {job.id for job in burst}
    jobs = tuple(job for job in route_jobs if job.id in ids)
    return Batch(*route, jobs, started, cutoff is not None and (started is None or started <= cutoff))


def _order(instant: datetime | None) -> float:
    """Return a time to sort by; what has not started yet is the latest."""
    return instant.timestamp() if instant is not None else float("inf")
