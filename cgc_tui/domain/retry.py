"""Plans which failed imports are started again, and keeps what became of each, so that none is sent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob, JobError, JobState, Submitted
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.text import Clean, clean


class Options(StrEnum):
    """What happens where the project has a file of that name; the values are the words on screen."""

    AS_BEFORE = "as before"
    OVERWRITE = "overwrite"
    AUTORENAME = "autorename"


class Reason(StrEnum):
    """Why a job is not sent again; the values are the words on screen."""

    NOT_FAILED = "not failed"
    UNKNOWN = "source or destination not known"
    UNSENDABLE = "a name that no request can hold"
    REPEATED = "the same import as another"
    SENT = "sent before, see what became of it"
    THERE = "started again since"


class Fate(StrEnum):
    """What became of an import; the values are the words on screen."""

    WAITING = "not sent"
    MADE = "started"
    REFUSED = "refused"
    UNKNOWN = "outcome unknown"


Key = tuple[str | None, ...]

NOTHING = Clean("")
LATEST = datetime.max.replace(tzinfo=UTC)


def key(job: ImportJob) -> Key:
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


def _source(job: ImportJob) -> Key:
    """Return where a job takes its file from; folders may come without the slash at their end."""
    return (job.source.volume, (job.source.location or "").rstrip("/"))


def _same_target(job: ImportJob, other: ImportJob) -> bool:
    wanted, target = job.destination, other.destination
    if wanted.parent and not target.parent:
        return wanted.project is None or target.project in (None, wanted.project)
    return (target.parent or target.project) in (None, wanted.parent or wanted.project)


def body(job: ImportJob, options: Options) -> dict[str, Any]:
    """Return the request that starts the job's import again ("Start an import job")."""
    destination = (
        {"parent": job.destination.parent} if job.destination.parent else {"project": job.destination.project}
    )
    if job.destination.name:
        destination["name"] = job.destination.name
    flags = {"overwrite": job.overwrite, "autorename": job.autorename}
    if options is not Options.AS_BEFORE:
        flags = {name: name == options for name in flags}
    if job.folder:
        flags["preserve_folder_structure"] = job.preserve_folder_structure
    told = {name: flag for name, flag in flags.items() if flag is not None}
    return {
        "source": {"volume": job.source.volume, "location": job.source.location},
        "destination": destination,
        **told,
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs to send again, each import once, and why the others are left out."""

    jobs: tuple[ImportJob, ...]
    left_out: Mapping[str, Reason]

    @property
    def reasons(self) -> Mapping[Reason, int]:
        """How many jobs are left out for each reason."""
        return Counter(self.left_out.values())


def plan(
    jobs: Iterable[ImportJob],
    *,
    sent: Collection[str] = (),
    listed: Iterable[ImportJob] = (),
    known: Collection[str] | None = None,
) -> Plan:
    """Return which of the jobs to send again.

    `sent` are the ids of those that were sent before; `listed` are the jobs that the platform lists now,
    as they are by now, among which the same import may have been started since. `known` are the ids that it
    listed when this retry began: a job that is not among them was started since, however it ended.
    """
    listed = tuple(listed)
    now = {job.id: job for job in listed}
    later: dict[Key, list[ImportJob]] = {}
    for job in listed:
        if job.state != JobState.FAILED or (known is not None and job.id not in known):
            later.setdefault(_source(job), []).append(job)
    chosen: dict[Key, ImportJob] = {}
    left_out: dict[str, Reason] = {}
    for job in (now.get(job.id, job) for job in jobs):
        reason = _reason(job, sent, later)
        if reason is None and key(job) in chosen:
            reason = Reason.REPEATED
        if reason is not None:
            left_out[job.id] = reason
        else:
            chosen[key(job)] = job
    repeated = _repeated(chosen.values())
    left_out |= dict.fromkeys(repeated, Reason.REPEATED)
    return Plan(tuple(job for job in chosen.values() if job.id not in repeated), left_out)


def _repeated(jobs: Iterable[ImportJob]) -> set[str]:
    """Return the ids of jobs that are retries of others among these, under a name that the platform gave."""
    repeated: set[str] = set()
    originals: dict[Key, list[ImportJob]] = {}
    for job in sorted(jobs, key=lambda job: job.started_on or LATEST):
        earlier = originals.setdefault(_source(job), [])
        if any(_started_again(original, job) for original in earlier):
            repeated.add(job.id)
        else:
            earlier.append(job)
    return repeated


def _reason(job: ImportJob, sent: Collection[str], later: Mapping[Key, Sequence[ImportJob]]) -> Reason | None:
    if job.id in sent:
        return Reason.SENT
    if job.state != JobState.FAILED:
        return Reason.NOT_FAILED
    if not (
        job.source.volume and job.source.location and (job.destination.project or job.destination.parent)
    ):
        return Reason.UNKNOWN
    if not _sendable(job):
        return Reason.UNSENDABLE
    if any(_started_again(job, other) for other in later.get(_source(job), ()) if other.id != job.id):
        return Reason.THERE
    return None


def _sendable(job: ImportJob) -> bool:
    """Tell whether a request can hold the job's names: half a surrogate pair, it cannot."""
    try:
        "".join(filter(None, key(job))).encode()
    except UnicodeEncodeError:
        return False
    return True


def _started_again(job: ImportJob, other: ImportJob) -> bool:
    """Tell whether another job may be the same import, started after this one.

    Where the platform names it otherwise, it counts only if it was started after this one had failed, since
    a user may import a file under several names, or into a project and a folder, in one go.
    """
    if key(other) == key(job):
        return _since(other, job.started_on)
    return same_import(job, other) and _since(other, job.finished_on or job.started_on)


def _since(job: ImportJob, instant: datetime | None) -> bool:
    """Tell whether a job may have been started after an instant: in its second, or at an unknown time."""
    return job.started_on is None or instant is None or job.started_on >= instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one failed job's import: the new job as it is by now, or why there is none."""

    old: ImportJob
    fate: Fate = Fate.WAITING
    new: ImportJob | None = None
    why: Clean = NOTHING

    @property
    def going(self) -> bool:
        """Whether the new job can still change; one whose state is not known yet can."""
        return self.new is not None and (not self.new.final or not self.new.state)

    @property
    def ended_otherwise(self) -> bool:
        """Whether the new job has ended in a state other than COMPLETED and FAILED."""
        return self.new is not None and not self.going and self.new.ended_otherwise


class Run:
    """One retry: every import leaves `WAITING` before its request is made and never comes back there."""

    def __init__(self, plan: Plan, options: Options, before: Collection[str] = ()) -> None:
        """`before` are the ids of the jobs that the platform listed before anything was sent."""
        self.plan = plan
        self.options = options
        self.stopped = False
        """Whether nothing more is to be sent."""
        self._before = frozenset(before)
        self._outcomes = {job.id: Outcome(job) for job in plan.jobs}

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each import so far."""
        return tuple(self._outcomes.values())

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many imports have each fate."""
        return Counter(outcome.fate for outcome in self._outcomes.values())

    @property
    def sent(self) -> frozenset[str]:
        """The ids of the old jobs whose import was, or may have been, started."""
        kinds = (Fate.MADE, Fate.UNKNOWN)
        return frozenset(job_id for job_id, outcome in self._outcomes.items() if outcome.fate in kinds)

    @property
    def unclear(self) -> tuple[ImportJob, ...]:
        """The old jobs whose new job is not known, although there may be one."""
        return tuple(
            outcome.old
            for outcome in self._outcomes.values()
            if outcome.old.id in self.sent and outcome.new is None
        )

    @property
    def going(self) -> tuple[str, ...]:
        """The ids of the new jobs that have not ended."""
        outcomes = self._outcomes.values()
        return tuple(outcome.new.id for outcome in outcomes if outcome.new is not None and outcome.going)

    def take(self) -> tuple[ImportJob, ...]:
        """Return the next imports to send in one request, from now on of unknown outcome; none at the end."""
        waiting = [outcome.old for outcome in self._outcomes.values() if outcome.fate is Fate.WAITING]
        chunk = () if self.stopped else tuple(waiting[:MAX_LIMIT])
        for job in chunk:
            self._set(job, Fate.UNKNOWN, why=Clean("no answer yet"))
        return chunk

    def answered(self, chunk: Sequence[ImportJob], told: Sequence[Submitted]) -> None:
        """Take in what the platform said of each."""
        for job, item in zip(chunk, told, strict=True):
            if item.made:
                self._set(job, Fate.MADE, new=item.job)
            elif item.made is False:
                self._set(job, Fate.REFUSED, why=_words(item.error))
            else:
                why = _words(item.error) or Clean("the answer has no result for it")
                self._set(job, Fate.UNKNOWN, why=why)

    def refused(self, chunk: Sequence[ImportJob], error: CgcError) -> None:
        """Note that surely none of them was started."""
        for job in chunk:
            self._set(job, Fate.REFUSED, why=clean(f"{error.what} {error.words or ''}".strip()))

    def lost(self, chunk: Sequence[ImportJob], error: CgcError) -> None:
        """Note that nobody knows whether they were started."""
        for job in chunk:
            self._set(job, Fate.UNKNOWN, why=error.what)

    def found(self, listed: Iterable[ImportJob]) -> None:
        """Recognise, among the jobs that the platform lists now, the new ones that are not known yet.

        Those with the same name come first, so that none is taken for another that has a name of its own.
        """
        known = {outcome.new.id for outcome in self._outcomes.values() if outcome.new is not None}
        new: dict[Key, list[ImportJob]] = {}
        for job in listed:
            if job.id not in known and job.id not in self._before:
                new.setdefault(_source(job), []).append(job)
        for same in (lambda job, other: key(job) == key(other), _started_again):
            for job in self.unclear:
                like = new.get(_source(job), [])
                match = next((other for other in like if same(job, other)), None)
                if match is not None:
                    like.remove(match)
                    self._set(job, Fate.MADE, new=match)

    def learned(self, told: Mapping[str, ImportJob | JobError]) -> None:
        """Take in how the new jobs stand now."""
        for job_id, outcome in self._outcomes.items():
            seen = told.get(outcome.new.id) if outcome.new is not None else None
            if isinstance(seen, ImportJob) and outcome.new is not None:
                self._outcomes[job_id] = replace(outcome, new=seen.over(outcome.new))

    def _set(self, job: ImportJob, fate: Fate, *, new: ImportJob | None = None, why: Clean = NOTHING) -> None:
        self._outcomes[job.id] = Outcome(job, fate, new, why)


def _words(error: JobError | None) -> Clean:
    """Return an error's code and the platform's words."""
    parts = (error.code, error.message) if error is not None else ()
    return clean(" ".join(str(part) for part in parts if part is not None))
