"""Records the outcome of each import of a retry, so that none is sent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob, JobError, JobState, SubmitResult
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.retry.plan import RetryPlan
from cgc_tui.domain.retry.request import ImportKey, NameConflictPolicy, import_key, started_again
from cgc_tui.domain.text import SafeText, sanitize

NO_DETAIL = SafeText("")


class SendStatus(StrEnum):
    """The status of an import in a retry; the values are shown on screen."""

    WAITING = "not sent"
    STARTED = "started"
    REFUSED = "refused"
    UNKNOWN = "outcome unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one failed job: the new job's latest record, or the reason why there is none."""

    original: ImportJob
    status: SendStatus = SendStatus.WAITING
    replacement: ImportJob | None = None
    detail: SafeText = NO_DETAIL
    missing: bool = False
    """Whether the new job no longer exists."""

    @property
    def going(self) -> bool:
        """Whether the new job can still change; an unknown state can."""
        if self.replacement is None or self.missing:
            return False
        return not self.replacement.is_final or not self.replacement.state

    @property
    def ended_otherwise(self) -> bool:
        """Whether the new job is neither unfinished nor COMPLETED nor FAILED, or no longer exists."""
        if self.replacement is None or self.going:
            return False
        return self.missing or self.replacement.ended_otherwise


class RetryProgress(NamedTuple):
    """How many imports of a retry were started, and the states of their new jobs.

    `started` are those with a new job, `unknown` those that may have one.
    """

    started: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    ended_otherwise: int = 0
    unknown: int = 0

    @property
    def finished(self) -> int:
        """The number of new jobs that have finished."""
        return self.started - self.running


class RetryRun:
    """One retry; an import leaves `WAITING` before its request is sent and never returns to it."""

    def __init__(self, plan: RetryPlan, policy: NameConflictPolicy, ids_before: Collection[str] = ()) -> None:
        """`ids_before` are the ids of the jobs that the platform listed before the first request."""
        self.plan = plan
        self.policy = policy
        self.stopped = False
        """Whether to send no further requests."""
        self._ids_before = frozenset(ids_before)
        self._outcomes = {job.id: Outcome(job) for job in plan.jobs}

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The current outcome of each import."""
        return tuple(self._outcomes.values())

    @property
    def counts(self) -> Mapping[SendStatus, int]:
        """The number of imports with each status."""
        return Counter(outcome.status for outcome in self._outcomes.values())

    @property
    def sent_ids(self) -> frozenset[str]:
        """The ids of the failed jobs whose import was, or may have been, started again."""
        sent_statuses = (SendStatus.STARTED, SendStatus.UNKNOWN)
        return frozenset(
            job_id for job_id, outcome in self._outcomes.items() if outcome.status in sent_statuses
        )

    @property
    def unresolved(self) -> tuple[ImportJob, ...]:
        """The failed jobs that may have a new job which is not known yet."""
        return tuple(
            outcome.original
            for outcome in self._outcomes.values()
            if outcome.original.id in self.sent_ids and outcome.replacement is None
        )

    @property
    def running_ids(self) -> tuple[str, ...]:
        """The ids of the unfinished new jobs."""
        outcomes = self._outcomes.values()
        return tuple(
            outcome.replacement.id
            for outcome in outcomes
            if outcome.replacement is not None and outcome.going
        )

    @property
    def progress(self) -> RetryProgress:
        """The progress of the new jobs."""
        new = [outcome for outcome in self._outcomes.values() if outcome.replacement is not None]
        states = Counter(
            outcome.replacement.state
            for outcome in new
            if outcome.replacement is not None and not outcome.missing
        )
        return RetryProgress(
            len(new),
            sum(outcome.going for outcome in new),
            states[JobState.COMPLETED],
            states[JobState.FAILED],
            sum(outcome.ended_otherwise for outcome in new),
            len(self.unresolved),
        )

    def next_chunk(self) -> tuple[ImportJob, ...]:
        """Return the imports of the next request, none at the end, and set their status to `UNKNOWN`."""
        waiting = [
            outcome.original for outcome in self._outcomes.values() if outcome.status is SendStatus.WAITING
        ]
        chunk = () if self.stopped else tuple(waiting[:MAX_LIMIT])
        for job in chunk:
            self._set(job, SendStatus.UNKNOWN, detail=SafeText("no response yet"))
        return chunk

    def record_results(self, chunk: Sequence[ImportJob], results: Sequence[SubmitResult]) -> None:
        """Record the platform's result for each import of a request."""
        for job, result in zip(chunk, results, strict=True):
            if result.created:
                self._set(job, SendStatus.STARTED, replacement=result.job)
            elif result.created is False:
                self._set(job, SendStatus.REFUSED, detail=_error_text(result.error))
            else:
                detail = _error_text(result.error) or SafeText("the response has no result for it")
                self._set(job, SendStatus.UNKNOWN, detail=detail)

    def record_refusal(self, chunk: Sequence[ImportJob], error: CgcError) -> None:
        """Record that certainly none of the imports was started."""
        for job in chunk:
            self._set(
                job,
                SendStatus.REFUSED,
                detail=sanitize(f"{error.summary} {error.server_message or ''}".strip()),
            )

    def record_unknown(self, chunk: Sequence[ImportJob], error: CgcError) -> None:
        """Record that the imports may or may not have been started."""
        for job in chunk:
            self._set(job, SendStatus.UNKNOWN, detail=error.summary)

    def match_new_jobs(self, listed: Iterable[ImportJob]) -> None:
        """Find the new jobs that are not known yet among those that the platform lists now.

        Jobs with the same name are matched first, so that a renamed import does not take another's job.
        """
        known = {
            outcome.replacement.id for outcome in self._outcomes.values() if outcome.replacement is not None
        }
        new: dict[ImportKey, list[ImportJob]] = {}
        for job in listed:
            if job.id not in known and job.id not in self._ids_before:
                new.setdefault(job.source.key, []).append(job)
        for is_match in (lambda job, other: import_key(job) == import_key(other), started_again):
            for job in self.unresolved:
                candidates = new.get(job.source.key, [])
                match = next((other for other in candidates if is_match(job, other)), None)
                if match is not None:
                    candidates.remove(match)
                    self._set(job, SendStatus.STARTED, replacement=match)

    def update_jobs(self, records: Mapping[str, ImportJob | JobError]) -> None:
        """Update the new jobs from new records; those that no longer exist are not requested again."""
        for job_id, outcome in self._outcomes.items():
            record = records.get(outcome.replacement.id) if outcome.replacement is not None else None
            if isinstance(record, ImportJob) and outcome.replacement is not None:
                self._outcomes[job_id] = replace(outcome, replacement=record.merged_with(outcome.replacement))
            elif isinstance(record, JobError) and record.no_such_job:
                self._outcomes[job_id] = replace(outcome, missing=True)

    def _set(
        self,
        job: ImportJob,
        status: SendStatus,
        *,
        replacement: ImportJob | None = None,
        detail: SafeText = NO_DETAIL,
    ) -> None:
        self._outcomes[job.id] = Outcome(job, status, replacement, detail)


def _error_text(error: JobError | None) -> SafeText:
    """Return the error's code and message."""
    parts = (error.code, error.message) if error is not None else ()
    return sanitize(" ".join(str(part) for part in parts if part is not None))
