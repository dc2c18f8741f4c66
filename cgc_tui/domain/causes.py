"""Groups failed jobs by cause, and counts them over time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cgc_tui.domain.jobs import ImportJob

PLACEHOLDER = "…"
"""Replaces the values in a message that differ from job to job."""

MIN_VALUE_LENGTH = 4
"""Shorter values may occur in a message by chance."""

Counts = tuple[tuple[str, int], ...]
"""Ids with the number of jobs that have each, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The common cause of a group of failed jobs: the platform's error code and message.

    If the messages differ only by each job's own name or key, `…` replaces it in `message`.
    """

    code: int | None
    message: str | None
    jobs: tuple[ImportJob, ...]

    @property
    def first(self) -> datetime | None:
        """The end of the job that ended first."""
        return min(filter(None, map(ended_at, self.jobs)), default=None)

    @property
    def last(self) -> datetime | None:
        """The end of the job that ended last."""
        return max(filter(None, map(ended_at, self.jobs)), default=None)

    @property
    def volumes(self) -> Counts:
        """The volumes of the jobs' sources."""
        return _counts(job.source.volume for job in self.jobs)

    @property
    def projects(self) -> Counts:
        """The projects of the jobs' destinations."""
        return _counts(job.destination.project for job in self.jobs)


def group_by_cause(jobs: Iterable[ImportJob]) -> tuple[Cause, ...]:
    """Group the jobs by cause, the largest group first."""
    groups: dict[tuple[int | None, str | None], list[ImportJob]] = {}
    for job in jobs:
        code = job.error.code if job.error is not None else None
        groups.setdefault((code, normalize_message(job)), []).append(job)
    causes = [
        Cause(code, _message(normalized, group), tuple(group)) for (code, normalized), group in groups.items()
    ]
    return tuple(sorted(causes, key=lambda cause: -len(cause.jobs)))


def normalize_message(job: ImportJob) -> str | None:
    """Return the error message with the job's own names and keys replaced; None if there is none."""
    if job.error is None or not job.error.message:
        return None
    message = job.error.message
    own_values = {value for value in _names(job) if len(value) >= MIN_VALUE_LENGTH and value in message}
    if not own_values:
        return message
    alternatives = "|".join(re.escape(value) for value in sorted(own_values, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{alternatives})(?!\w)", PLACEHOLDER, message)


def ended_at(job: ImportJob) -> datetime | None:
    """Return the job's end, or its start if the end is unknown."""
    return job.finished_on or job.started_on


def histogram(times: Sequence[datetime], first: datetime, last: datetime, bins: int) -> tuple[int, ...]:
    """Count the times in each of `bins` equal intervals between first and last."""
    length = (last - first).total_seconds()
    counts = [0] * bins
    for time in times:
        index = int((time - first).total_seconds() / length * bins) if length else 0
        counts[min(max(index, 0), bins - 1)] += 1
    return tuple(counts)


def _names(job: ImportJob) -> Iterable[str]:
    """Yield the job's own names and ids, which its message may contain."""
    location = job.source.location or ""
    names = (job.id, location, location.rstrip("/"), location.rstrip("/").rpartition("/")[2], job.name)
    owner_ids = (job.source.volume, job.destination.project, job.destination.parent)
    yield from filter(None, (*names, *owner_ids))


def _message(normalized: str | None, jobs: Sequence[ImportJob]) -> str | None:
    """Return the original message if all jobs have the same, else the normalized one."""
    messages = {job.error.message for job in jobs if job.error is not None}
    return messages.pop() if len(messages) == 1 else normalized


def _counts(ids: Iterable[str | None]) -> Counts:
    return tuple(Counter(filter(None, ids)).most_common())
