"""Plans a retry: which failed imports are started again, and why others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.retry.request import ImportKey, import_key, started_again

LATEST = datetime.max.replace(tzinfo=UTC)


class SkipReason(StrEnum):
    """Why a job is not retried; the values are shown on screen."""

    NOT_FAILED = "not failed"
    UNKNOWN = "source or destination unknown"
    UNSENDABLE = "name cannot be sent"
    DUPLICATE = "duplicate of another job"
    SENT = "already retried"
    RESTARTED = "already started again"


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """The jobs to retry, each import once, and the reasons why others are skipped."""

    jobs: tuple[ImportJob, ...]
    skipped: Mapping[str, SkipReason]

    @property
    def skip_counts(self) -> Mapping[SkipReason, int]:
        """The number of skipped jobs for each reason."""
        return Counter(self.skipped.values())


def plan_retry(
    jobs: Iterable[ImportJob],
    *,
    sent_ids: Collection[str] = (),
    listed: Iterable[ImportJob] = (),
    known: Collection[str] | None = None,
) -> RetryPlan:
    """Select the jobs to retry.

    `sent_ids` are the ids of jobs that were retried before. `listed` are the jobs that the platform lists
    now, in which the same import may have been started again. `known` are the ids that it listed when this
    retry began: any other job was started since, in any state.
    """
    listed = tuple(listed)
    current = {job.id: job for job in listed}
    newer: dict[ImportKey, list[ImportJob]] = {}
    for job in listed:
        if job.state != JobState.FAILED or (known is not None and job.id not in known):
            newer.setdefault(job.source.key, []).append(job)
    chosen: dict[ImportKey, ImportJob] = {}
    skipped: dict[str, SkipReason] = {}
    for job in (current.get(job.id, job) for job in jobs):
        reason = _skip_reason(job, sent_ids, newer)
        if reason is None and import_key(job) in chosen:
            reason = SkipReason.DUPLICATE
        if reason is not None:
            skipped[job.id] = reason
        else:
            chosen[import_key(job)] = job
    repeated = _repeated(chosen.values())
    skipped |= dict.fromkeys(repeated, SkipReason.DUPLICATE)
    return RetryPlan(tuple(job for job in chosen.values() if job.id not in repeated), skipped)


def _repeated(jobs: Iterable[ImportJob]) -> set[str]:
    """Return the ids of jobs that are retries of other jobs here, with a name from the platform."""
    repeated: set[str] = set()
    originals: dict[ImportKey, list[ImportJob]] = {}
    for job in sorted(jobs, key=lambda job: job.started_on or LATEST):
        earlier = originals.setdefault(job.source.key, [])
        if any(started_again(original, job) for original in earlier):
            repeated.add(job.id)
        else:
            earlier.append(job)
    return repeated


def _skip_reason(
    job: ImportJob, sent_ids: Collection[str], newer: Mapping[ImportKey, Sequence[ImportJob]]
) -> SkipReason | None:
    if job.id in sent_ids:
        return SkipReason.SENT
    if job.state != JobState.FAILED:
        return SkipReason.NOT_FAILED
    if not (
        job.source.volume and job.source.location and (job.destination.project or job.destination.parent)
    ):
        return SkipReason.UNKNOWN
    if not _is_encodable(job):
        return SkipReason.UNSENDABLE
    if any(started_again(job, other) for other in newer.get(job.source.key, ()) if other.id != job.id):
        return SkipReason.RESTARTED
    return None


def _is_encodable(job: ImportJob) -> bool:
    """Return whether a request can contain the job's names; a lone surrogate cannot be encoded."""
    try:
        "".join(filter(None, import_key(job))).encode()
    except UnicodeEncodeError:
        return False
    return True
