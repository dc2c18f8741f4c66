"""Finds batches: jobs that were submitted together.

The platform has no notion of a batch. Here, jobs from one volume to one project (or folder) form a batch if
each was started at most `MAX_GAP` after the previous one. Jobs without a start time (the platform may not
send it for pending jobs) belong to the newest batch of their volume and project. A batch has at least two
jobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cgc_tui.domain.jobs import ImportJob, JobState

MAX_GAP = timedelta(minutes=5)
"""The longest pause between the starts of two jobs of a batch."""

SEARCH_WINDOW = 1000
"""The number of newest jobs that are searched for batches first."""

RATE_SAMPLE = 50
"""The number of jobs, those that ended last, from which the rate is computed."""

Route = tuple[str | None, str | None]


class BatchProgress(NamedTuple):
    """The progress of a set of jobs.

    `done` counts all finished jobs, including `failed` and `ended_otherwise`. `rate` is in jobs per minute;
    `eta` is the estimated end. Both are None if unknown.
    """

    total: int
    done: int
    failed: int
    ended_otherwise: int
    rate: float | None
    eta: datetime | None


class Batch(NamedTuple):
    """Jobs that were submitted together, in list order; `started` is the start of the first.

    `may_continue` is whether the batch may have further jobs beyond those that were searched.
    """

    volume: str | None
    destination: str | None
    jobs: tuple[ImportJob, ...]
    started: datetime | None
    may_continue: bool = False


def find_batches(jobs: Iterable[ImportJob], *, complete: bool = True) -> tuple[Batch, ...]:
    """Return the batches among the jobs, the newest first.

    If not `complete`, the list has further jobs: a batch that starts less than `MAX_GAP` after the oldest of
    these jobs may continue there.
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
    """Return whether the jobs are sorted by start, the newest first, with a tolerance of `MAX_GAP`."""
    oldest: datetime | None = None
    for job in jobs:
        if job.started_on is None:
            continue
        if oldest is not None and job.started_on > oldest + MAX_GAP:
            return False
        oldest = min(oldest or job.started_on, job.started_on)
    return True


def batch_progress(jobs: Sequence[ImportJob], now: datetime) -> BatchProgress:
    """Return the progress of the jobs at the time `now`."""
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
    """Split the jobs of one route at pauses longer than `MAX_GAP`; the newest burst comes last."""
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
    """Make a batch whose jobs are in list order."""
    started = min((job.started_on for job in burst if job.started_on is not None), default=None)
    ids = {job.id for job in burst}
    jobs = tuple(job for job in route_jobs if job.id in ids)
    return Batch(*route, jobs, started, cutoff is not None and (started is None or started <= cutoff))


def _order(instant: datetime | None) -> float:
    """Return a sort key; an unknown start sorts last."""
    return instant.timestamp() if instant is not None else float("inf")
