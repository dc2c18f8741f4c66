"""Groups failed jobs by what they failed of, and counts what ended when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cgc_tui.domain.jobs import ImportJob

PLACEHOLDER = "…"
"""Stands in a message for what differs from job to job."""

MIN_VALUE_LENGTH = 4
"""What is shorter may be a word of the message by chance."""

Counts = tuple[tuple[str, int], ...]
"""Ids and how many jobs have each, the most first."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a group of jobs failed of, in the platform's words.

    In `message`, `…` stands for a job's own name or key where the messages differ by that alone.
    """

    code: int | None
    message: str | None
    jobs: tuple[ImportJob, ...]

    @property
    def first(self) -> datetime | None:
        """When the first of the jobs ended."""
        return min(filter(None, map(ended_at, self.jobs)), default=None)

    @property
    def last(self) -> datetime | None:
        """When the last of the jobs ended."""
        return max(filter(None, map(ended_at, self.jobs)), default=None)

    @property
    def volumes(self) -> Counts:
        """The volumes that the jobs read from."""
        return _counts(job.source.volume for job in self.jobs)

    @property
    def projects(self) -> Counts:
        """The projects that the jobs were to write to."""
        return _counts(job.destination.project for job in self.jobs)


def group_by_cause(jobs: Iterable[ImportJob]) -> tuple[Cause, ...]:
    """Return what the jobs failed of, the cause of most jobs first; each job is in one of them."""
    groups: dict[tuple[int | None, str | None], list[ImportJob]] = {}
    for job in jobs:
        code = job.error.code if job.error is not None else None
        groups.setdefault((code, normalize_message(job)), []).append(job)
    causes = [
        Cause(code, _message(normalized, group), tuple(group)) for (code, normalized), group in groups.items()
    ]
    return tuple(sorted(causes, key=lambda cause: -len(cause.jobs)))


def normalize_message(job: ImportJob) -> str | None:
    """Return a failure's message with the job's own names and keys taken out; None where there is none."""
    if job.error is None or not job.error.message:
        return None
    message = job.error.message
    own_values = {value for value in _names(job) if len(value) >= MIN_VALUE_LENGTH and value in message}
    if not own_values:
        return message
    alternatives = "|".join(re.escape(value) for value in sorted(own_values, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{alternatives})(?!\w)", PLACEHOLDER, message)


def ended_at(job: ImportJob) -> datetime | None:
    """Return when a job ended, or when it was started where that is all that is known."""
    return job.finished_on or job.started_on


def histogram(times: Sequence[datetime], first: datetime, last: datetime, bins: int) -> tuple[int, ...]:
    """Return how many of the times are in each of so many equal parts of the time from first to last."""
    length = (last - first).total_seconds()
    counts = [0] * bins
    for time in times:
        index = int((time - first).total_seconds() / length * bins) if length else 0
        counts[min(max(index, 0), bins - 1)] += 1
    return tuple(counts)


def _names(job: ImportJob) -> Iterable[str]:
    """Yield what belongs to this job, so that a message may hold it."""
    location = job.source.location or ""
    names = (job.id, location, location.rstrip("/"), location.rstrip("/").rpartition("/")[2], job.name)
    owner_ids = (job.source.volume, job.destination.project, job.destination.parent)
    yield from filter(None, (*names, *owner_ids))


def _message(normalized: str | None, jobs: Sequence[ImportJob]) -> str | None:
    """Return the message itself where all jobs have the same."""
    messages = {job.error.message for job in jobs if job.error is not None}
    return messages.pop() if len(messages) == 1 else normalized


def _counts(ids: Iterable[str | None]) -> Counts:
    return tuple(Counter(filter(None, ids)).most_common())
