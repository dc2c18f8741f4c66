"""Plans the retry of failed imports, and records each outcome so that no import is sent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob, JobError, JobState, SubmitResult
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.text import SafeText, sanitize


class NameConflictPolicy(StrEnum):
    """What to do if the project has a file of that name; the values are shown on screen."""

    AS_BEFORE = "as in the original job"
    OVERWRITE = "overwrite"
    AUTORENAME = "autorename"


class SkipReason(StrEnum):
    """Why a job is not retried; the values are shown on screen."""

    NOT_FAILED = "not failed"
    UNKNOWN = "source or destination unknown"
    UNSENDABLE = "name cannot be sent"
    DUPLICATE = "duplicate of another job"
    SENT = "already retried"
    RESTARTED = "already started again"


class SendStatus(StrEnum):
    """The status of an import in a retry; the values are shown on screen."""

    WAITING = "not sent"
    STARTED = "started"
    REFUSED = "refused"
    UNKNOWN = "outcome unknown"


ImportKey = tuple[str | None, ...]

NO_DETAIL = SafeText("")
LATEST = datetime.max.replace(tzinfo=UTC)


def import_key(job: ImportJob) -> ImportKey:
    """Return the identity of an import: its source and destination."""
    source, destination = job.source, job.destination
    return (source.volume, source.location, destination.parent or destination.project, job.name)


def same_import(job: ImportJob, other: ImportJob) -> bool:
    """Return whether `other` may be a job that was started with the request of `job`.

    The platform may give it another name (autorename) or none, and return the project instead of a folder.
    """
    if not job.source.location or _source(job) != _source(other):
        return False
    named = other.autorename or other.destination.name in (None, job.name)
    return bool(named) and _same_target(job, other)


def _source(job: ImportJob) -> ImportKey:
    """Return the key of a job's source; folders may lack their trailing slash."""
    return (job.source.volume, (job.source.location or "").rstrip("/"))


def _same_target(job: ImportJob, other: ImportJob) -> bool:
    destination, target = job.destination, other.destination
    if destination.parent and not target.parent:
        return destination.project is None or target.project in (None, destination.project)
    return (target.parent or target.project) in (None, destination.parent or destination.project)


def request_body(job: ImportJob, policy: NameConflictPolicy) -> dict[str, Any]:
    """Return the body of the request that starts the import again ("Start an import job")."""
    destination = (
        {"parent": job.destination.parent} if job.destination.parent else {"project": job.destination.project}
    )
    if job.destination.name:
        destination["name"] = job.destination.name
    flags = {"overwrite": job.overwrite, "autorename": job.autorename}
    if policy is not NameConflictPolicy.AS_BEFORE:
        flags = {name: name == policy for name in flags}
    if job.is_folder:
        flags["preserve_folder_structure"] = job.preserve_folder_structure
    known_flags = {name: flag for name, flag in flags.items() if flag is not None}
    return {
        "source": {"volume": job.source.volume, "location": job.source.location},
        "destination": destination,
        **known_flags,
    }


def overwrite_count(jobs: Iterable[ImportJob], policy: NameConflictPolicy) -> int:
    """Return how many imports replace a file that has their name already."""
    return sum(bool(request_body(job, policy).get("overwrite")) for job in jobs)


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
            newer.setdefault(_source(job), []).append(job)
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
        earlier = originals.setdefault(_source(job), [])
        if any(_started_again(original, job) for original in earlier):
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
    if any(_started_again(job, other) for other in newer.get(_source(job), ()) if other.id != job.id):
        return SkipReason.RESTARTED
    return None


def _is_encodable(job: ImportJob) -> bool:
    """Return whether a request can contain the job's names; a lone surrogate cannot be encoded."""
    try:
        "".join(filter(None, import_key(job))).encode()
    except UnicodeEncodeError:
        return False
    return True


def _started_again(job: ImportJob, other: ImportJob) -> bool:
    """Return whether another job may be the same import, started after this one.

    With another name it counts only if it was started after this one had failed, since a user may import a
    file under several names, or into a project and a folder, at the same time.
    """
    if import_key(other) == import_key(job):
        return _may_be_newer(other, job.started_on)
    return same_import(job, other) and _may_be_newer(other, job.finished_on or job.started_on)


def _may_be_newer(job: ImportJob, instant: datetime | None) -> bool:
    """Return whether a job may have been started at or after an instant; unknown times may be later."""
    return job.started_on is None or instant is None or job.started_on >= instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one failed job: the new job's latest record, or the reason why there is none."""

    original: ImportJob
    status: SendStatus = SendStatus.WAITING
    replacement: ImportJob | None = None
    detail: SafeText = NO_DETAIL

    @property
    def going(self) -> bool:
        """Whether the new job can still change; an unknown state can."""
        return self.replacement is not None and (not self.replacement.is_final or not self.replacement.state)

    @property
    def ended_otherwise(self) -> bool:
        """Whether the new job has ended in a state other than COMPLETED and FAILED."""
        return self.replacement is not None and not self.going and self.replacement.ended_otherwise


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
                new.setdefault(_source(job), []).append(job)
        for is_match in (lambda job, other: import_key(job) == import_key(other), _started_again):
            for job in self.unresolved:
                candidates = new.get(_source(job), [])
                match = next((other for other in candidates if is_match(job, other)), None)
                if match is not None:
                    candidates.remove(match)
                    self._set(job, SendStatus.STARTED, replacement=match)

    def update_jobs(self, records: Mapping[str, ImportJob | JobError]) -> None:
        """Update the new jobs from new records."""
        for job_id, outcome in self._outcomes.items():
            record = records.get(outcome.replacement.id) if outcome.replacement is not None else None
            if isinstance(record, ImportJob) and outcome.replacement is not None:
                self._outcomes[job_id] = replace(outcome, replacement=record.merged_with(outcome.replacement))

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
