"""Plans which failed imports are started again, and keeps what became of each, so that none is sent twice."""

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
    """What happens where the project has a file of that name; the values are the words on screen."""

    AS_BEFORE = "as before"
    OVERWRITE = "overwrite"
    AUTORENAME = "autorename"


class SkipReason(StrEnum):
    """Why a job is not sent again; the values are the words on screen."""

    NOT_FAILED = "not failed"
    UNKNOWN = "source or destination not known"
    UNSENDABLE = "a name that no request can hold"
    DUPLICATE = "the same import as another"
    SENT = "sent before, see what became of it"
    RESTARTED = "started again since"


class SendStatus(StrEnum):
    """What became of an import; the values are the words on screen."""

    WAITING = "not sent"
    STARTED = "started"
    REFUSED = "refused"
    UNKNOWN = "outcome unknown"


ImportKey = tuple[str | None, ...]

NO_DETAIL = SafeText("")
LATEST = datetime.max.replace(tzinfo=UTC)


def import_key(job: ImportJob) -> ImportKey:
    """Return what tells an import from others: where it takes its file from and where it puts it."""
    source, destination = job.source, job.destination
    return (source.volume, source.location, destination.parent or destination.project, job.name)


def same_import(job: ImportJob, other: ImportJob) -> bool:
    """Tell whether `other` may be what came of starting the import of `job`, by source and destination.

    The platform may give it another name (autorename) or none, and name the project in place of a folder.
    """
    if not job.source.location or _source(job) != _source(other):
        return False
    named = other.autorename or other.destination.name in (None, job.name)
    return bool(named) and _same_target(job, other)


def _source(job: ImportJob) -> ImportKey:
    """Return where a job takes its file from; folders may come without the slash at their end."""
    return (job.source.volume, (job.source.location or "").rstrip("/"))


def _same_target(job: ImportJob, other: ImportJob) -> bool:
    wanted, target = job.destination, other.destination
    if wanted.parent and not target.parent:
        return wanted.project is None or target.project in (None, wanted.project)
    return (target.parent or target.project) in (None, wanted.parent or wanted.project)


def request_body(job: ImportJob, policy: NameConflictPolicy) -> dict[str, Any]:
    """Return the request that starts the job's import again ("Start an import job")."""
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


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """The jobs to send again, each import once, and why the others are left out."""

    jobs: tuple[ImportJob, ...]
    skipped: Mapping[str, SkipReason]

    @property
    def skip_counts(self) -> Mapping[SkipReason, int]:
        """How many jobs are left out for each reason."""
        return Counter(self.skipped.values())


def plan_retry(
    jobs: Iterable[ImportJob],
    *,
    sent_ids: Collection[str] = (),
    listed: Iterable[ImportJob] = (),
    known: Collection[str] | None = None,
) -> RetryPlan:
    """Return which of the jobs to send again.

    `sent_ids` are the ids of those that were sent before; `listed` are the jobs that the platform lists now,
    as they are by now, among which the same import may have been started since. `known` are the ids that it
    listed when this retry began: a job that is not among them was started since, however it ended.
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
    """Return the ids of jobs that are retries of others among these, under a name that the platform gave."""
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
    """Tell whether a request can hold the job's names: half a surrogate pair, it cannot."""
    try:
        "".join(filter(None, import_key(job))).encode()
    except UnicodeEncodeError:
        return False
    return True


def _started_again(job: ImportJob, other: ImportJob) -> bool:
    """Tell whether another job may be the same import, started after this one.

    Where the platform names it otherwise, it counts only if it was started after this one had failed, since
    a user may import a file under several names, or into a project and a folder, in one go.
    """
    if import_key(other) == import_key(job):
        return _may_be_newer(other, job.started_on)
    return same_import(job, other) and _may_be_newer(other, job.finished_on or job.started_on)


def _may_be_newer(job: ImportJob, instant: datetime | None) -> bool:
    """Tell whether a job may have been started after an instant: in its second, or at an unknown time."""
    return job.started_on is None or instant is None or job.started_on >= instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one failed job's import: the new job as it is by now, or why there is none."""

    original: ImportJob
    status: SendStatus = SendStatus.WAITING
    replacement: ImportJob | None = None
    detail: SafeText = NO_DETAIL

    @property
    def going(self) -> bool:
        """Whether the new job can still change; one whose state is not known yet can."""
        return self.replacement is not None and (not self.replacement.is_final or not self.replacement.state)

    @property
    def ended_otherwise(self) -> bool:
        """Whether the new job has ended in a state other than COMPLETED and FAILED."""
        return self.replacement is not None and not self.going and self.replacement.ended_otherwise


class RetryRun:
    """One retry: every import leaves `WAITING` before its request is made and never comes back there."""

    def __init__(self, plan: RetryPlan, policy: NameConflictPolicy, ids_before: Collection[str] = ()) -> None:
        """`ids_before` are the ids of the jobs that the platform listed before anything was sent."""
        self.plan = plan
        self.policy = policy
        self.stopped = False
        """Whether nothing more is to be sent."""
        self._ids_before = frozenset(ids_before)
        self._outcomes = {job.id: Outcome(job) for job in plan.jobs}

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each import so far."""
        return tuple(self._outcomes.values())

    @property
    def counts(self) -> Mapping[SendStatus, int]:
        """How many imports have each fate."""
        return Counter(outcome.status for outcome in self._outcomes.values())

    @property
    def sent_ids(self) -> frozenset[str]:
        """The ids of the old jobs whose import was, or may have been, started."""
        sent_statuses = (SendStatus.STARTED, SendStatus.UNKNOWN)
        return frozenset(
            job_id for job_id, outcome in self._outcomes.items() if outcome.status in sent_statuses
        )

    @property
    def unresolved(self) -> tuple[ImportJob, ...]:
        """The old jobs whose new job is not known, although there may be one."""
        return tuple(
            outcome.original
            for outcome in self._outcomes.values()
            if outcome.original.id in self.sent_ids and outcome.replacement is None
        )

    @property
    def running_ids(self) -> tuple[str, ...]:
        """The ids of the new jobs that have not ended."""
        outcomes = self._outcomes.values()
        return tuple(
            outcome.replacement.id
            for outcome in outcomes
            if outcome.replacement is not None and outcome.going
        )

    def next_chunk(self) -> tuple[ImportJob, ...]:
        """Return the next imports to send in one request, from now on of unknown outcome; none at the end."""
        waiting = [
            outcome.original for outcome in self._outcomes.values() if outcome.status is SendStatus.WAITING
        ]
        chunk = () if self.stopped else tuple(waiting[:MAX_LIMIT])
        for job in chunk:
            self._set(job, SendStatus.UNKNOWN, detail=SafeText("no answer yet"))
        return chunk

    def record_results(self, chunk: Sequence[ImportJob], results: Sequence[SubmitResult]) -> None:
        """Take in what the platform said of each."""
        for job, item in zip(chunk, results, strict=True):
            if item.created:
                self._set(job, SendStatus.STARTED, replacement=item.job)
            elif item.created is False:
                self._set(job, SendStatus.REFUSED, detail=_error_text(item.error))
            else:
                why = _error_text(item.error) or SafeText("the answer has no result for it")
                self._set(job, SendStatus.UNKNOWN, detail=why)

    def record_refusal(self, chunk: Sequence[ImportJob], error: CgcError) -> None:
        """Note that surely none of them was started."""
        for job in chunk:
            self._set(
                job,
                SendStatus.REFUSED,
                detail=sanitize(f"{error.summary} {error.server_message or ''}".strip()),
            )

    def record_unknown(self, chunk: Sequence[ImportJob], error: CgcError) -> None:
        """Note that nobody knows whether they were started."""
        for job in chunk:
            self._set(job, SendStatus.UNKNOWN, detail=error.summary)

    def match_new_jobs(self, listed: Iterable[ImportJob]) -> None:
        """Recognise, among the jobs that the platform lists now, the new ones that are not known yet.

        Those with the same name come first, so that none is taken for another that has a name of its own.
        """
        known = {
            outcome.replacement.id for outcome in self._outcomes.values() if outcome.replacement is not None
        }
        new: dict[ImportKey, list[ImportJob]] = {}
        for job in listed:
            if job.id not in known and job.id not in self._ids_before:
                new.setdefault(_source(job), []).append(job)
        for same in (lambda job, other: import_key(job) == import_key(other), _started_again):
            for job in self.unresolved:
                like = new.get(_source(job), [])
                match = next((other for other in like if same(job, other)), None)
                if match is not None:
                    like.remove(match)
                    self._set(job, SendStatus.STARTED, replacement=match)

    def update_jobs(self, records: Mapping[str, ImportJob | JobError]) -> None:
        """Take in how the new jobs stand now."""
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
    """Return an error's code and the platform's words."""
    parts = (error.code, error.message) if error is not None else ()
    return sanitize(" ".join(str(part) for part in parts if part is not None))
