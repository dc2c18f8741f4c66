"""Recognises batches: jobs that a script sent in one go.

The platform knows no batches. The rule: jobs of one volume into one project (or folder) belong together if
each was started at most `GAP` after the one before. Jobs whose start is not known, which some platforms do
not tell of those that wait, belong to the newest batch of their volume and project. Two jobs at least make
a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cgc_tui.domain.jobs import ImportJob, JobState

GAP = timedelta(minutes=5)
"""The longest pause within a batch."""

FIRST_JOBS = 1000
"""Among so many jobs batches are looked for at first."""

LATEST = 50
"""The rate is that of the latest so many jobs that ended."""

Place = tuple[str | None, str | None]


class Progress(NamedTuple):
    """How far jobs have come.

    `done` counts all that have ended, among them `failed` and `ended_otherwise`. `rate` is in jobs a minute,
    `ends` an estimate, both None where unknown.
    """

    total: int
    done: int
    failed: int
    ended_otherwise: int
    rate: float | None
    ends: datetime | None


class Batch(NamedTuple):
    """Jobs that were sent in one go, as they were listed; `started` is when the first of them was.

    `open` says that more of them may lie beyond the jobs that were looked at.
    """

    volume: str | None
    destination: str | None
    jobs: tuple[ImportJob, ...]
    started: datetime | None
    open: bool = False


def batches(jobs: Iterable[ImportJob], *, whole: bool = True) -> tuple[Batch, ...]:
    """Return the batches among the jobs, the latest first.

    Without `whole`, more jobs follow in the list: those that started up to `GAP` after the oldest of these
    may be part of a batch that goes on.
    """
    places: dict[Place, list[ImportJob]] = {}
    for job in jobs:
        places.setdefault((job.source.volume, _destination(job)), []).append(job)
    starts = [job.started_on for listed in places.values() for job in listed if job.started_on is not None]
    border = None if whole or not starts else min(starts) + GAP
    found = [
        _batch(place, listed, burst, border)
        for place, listed in places.items()
        for burst in _bursts(listed)
        if len(burst) > 1
    ]
    return tuple(sorted(found, key=lambda batch: _order(batch.started), reverse=True))


def newest_first(jobs: Iterable[ImportJob]) -> bool:
    """Tell whether the jobs are listed by when they were started, the latest first, give or take `GAP`."""
    oldest: datetime | None = None
    for job in jobs:
        if job.started_on is None:
            continue
        if oldest is not None and job.started_on > oldest + GAP:
            return False
        oldest = min(oldest or job.started_on, job.started_on)
    return True


def progress(jobs: Sequence[ImportJob], now: datetime) -> Progress:
    """Return how far the jobs have come by `now`."""
    done = [job for job in jobs if job.final]
    failed = sum(job.state == JobState.FAILED for job in done)
    otherwise = sum(job.ended_otherwise for job in done)
    ends = sorted(job.finished_on for job in done if job.finished_on is not None)[-LATEST:]
    rate = None
    if len(ends) > 1 and len(done) < len(jobs):
        minutes = (max(now, ends[-1]) - ends[0]).total_seconds() / 60
        rate = (len(ends) - 1) / minutes if minutes else None
    end = now + timedelta(minutes=(len(jobs) - len(done)) / rate) if rate else None
    return Progress(len(jobs), len(done), failed, otherwise, rate, end)


def _destination(job: ImportJob) -> str | None:
    return job.destination.project or job.destination.parent


def _bursts(jobs: Sequence[ImportJob]) -> list[list[ImportJob]]:
    """Cut one place's jobs where none was started for longer than `GAP`; the latest burst is the last."""
    timed = sorted(
        (job for job in jobs if job.started_on is not None), key=lambda job: _order(job.started_on)
    )
    bursts: list[list[ImportJob]] = []
    last: datetime | None = None
    for job in timed:
        if last is None or _order(job.started_on) - _order(last) > GAP.total_seconds():
            bursts.append([])
        bursts[-1].append(job)
        last = job.started_on
    untimed = [job for job in jobs if job.started_on is None]
    if untimed:
        bursts = bursts or [[]]
        bursts[-1] += untimed
    return bursts


def _batch(
    place: Place, listed: Sequence[ImportJob], burst: Sequence[ImportJob], border: datetime | None
) -> Batch:
    """Return a batch whose jobs are in the order of the list."""
    started = min((job.started_on for job in burst if job.started_on is not None), default=None)
    ids = {job.id for job in burst}
    jobs = tuple(job for job in listed if job.id in ids)
    return Batch(*place, jobs, started, border is not None and (started is None or started <= border))


def _order(instant: datetime | None) -> float:
    """Return a time to sort by; what has not started yet is the latest."""
    return instant.timestamp() if instant is not None else float("inf")
