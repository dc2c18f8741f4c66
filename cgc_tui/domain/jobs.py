"""Import jobs as frozen values.

Strings in these values are as the platform sent them, unless they are of the type `SafeText`: they
serve for calls and for copying, and pass `cgc_tui.domain.text` before they are shown.

Plain values are named tuples, which take a tenth of the time of data classes to define: that of
some thirty was a tenth of the time to the first paint. Data classes are for what `replace` changes.
"""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple


class JobState(StrEnum):
    """The documented states of an import job ("List import jobs"). Jobs may carry others."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


UNFINISHED_STATES = (JobState.PENDING, JobState.RUNNING)
"""A job in one of these can still change. In any other state, documented or not, it has ended."""

NO_SUCH_JOB = 9008
"""The platform's code for a job that does not exist ("API status codes")."""


class Source(NamedTuple):
    """Where a job takes its file or folder from: a key on a volume."""

    volume: str | None = None
    location: str | None = None


class Destination(NamedTuple):
    """Where a job puts its file: a project, or the folder with the id `parent`."""

    project: str | None = None
    name: str | None = None
    parent: str | None = None


NO_SOURCE, NO_DESTINATION = Source(), Destination()


class JobError(NamedTuple):
    """Why a job failed, in the platform's words, or why it could not be got."""

    status: int | None = None
    code: int | None = None
    message: str | None = None
    more_info: str | None = None

    @property
    def no_such_job(self) -> bool:
        """Whether this error, in place of a job's record, says that the job does not exist."""
        return self.status == 404 or self.code == NO_SUCH_JOB


class ImportedFile(NamedTuple):
    """The file or folder that a completed job made; `size` in bytes, None for folders."""

    id: str | None = None
    name: str | None = None
    size: int | None = None
    project: str | None = None


class PackedRecord(NamedTuple):
    """A record among those that are packed together."""

    page: bytes
    position: int


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import job; every field but `id` and `state` may be unknown.

    `record` is the platform's own, as it came or packed.
    """

    id: str
    state: str
    href: str | None = None
    source: Source = NO_SOURCE
    destination: Destination = NO_DESTINATION
    overwrite: bool | None = None
    autorename: bool | None = None
    preserve_folder_structure: bool | None = None
    started_on: datetime | None = None
    finished_on: datetime | None = None
    error: JobError | None = None
    result: ImportedFile | None = None
    record: dict[str, Any] | PackedRecord = field(default_factory=dict, repr=False, hash=False)

    def merged_with(self, known: ImportJob) -> ImportJob:
        """Return this record, with what it leaves out taken from `known` (a bulk answer lacks the times)."""
        inherited = {
            entry.name: getattr(known, entry.name)
            for entry in fields(ImportJob)
            if getattr(self, entry.name) in (None, "", NO_SOURCE, NO_DESTINATION)
        }
        present = {key: value for key, value in self.raw.items() if value is not None}
        return replace(self, **inherited | {"record": known.raw | present})

    @property
    def raw(self) -> dict[str, Any]:
        """The platform's own record, for the JSON view."""
        return (
            self.record
            if isinstance(self.record, dict)
            else _unpack_records(self.record.page)[self.record.position]
        )

    @property
    def is_partial(self) -> bool:
        """Whether the platform told no more than the id and the state."""
        return self.source == NO_SOURCE and self.destination == NO_DESTINATION

    @property
    def details_missing(self) -> bool:
        """Whether nothing but the id and the state is known, as after a bulk get without an answer."""
        return self.is_partial and self.started_on is None and self.error is None and self.result is None

    @property
    def is_final(self) -> bool:
        """Whether the job does not change any more."""
        return self.state not in UNFINISHED_STATES

    @property
    def ended_otherwise(self) -> bool:
        """Whether the job has ended in a state other than COMPLETED and FAILED."""
        return self.is_final and self.state not in (JobState.COMPLETED, JobState.FAILED)

    @property
    def is_folder(self) -> bool:
        """Whether the job imports a folder: its location ends with a slash."""
        return (self.source.location or "").endswith("/")

    @property
    def name(self) -> str | None:
        """The name it gets in the project, else the last segment of its location."""
        if self.destination.name:
            return self.destination.name
        segments = [segment for segment in (self.source.location or "").split("/") if segment]
        return segments[-1] if segments else None

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds; None unless both ends are known and in order."""
        if self.started_on is None or self.finished_on is None:
            return None
        seconds = (self.finished_on - self.started_on).total_seconds()
        return seconds if seconds >= 0 else None


def pack_records(jobs: Sequence[ImportJob]) -> list[ImportJob]:
    """Return the same jobs in a third of the memory, for lists that are kept whole.

    Their records are most of it, and much alike.
    """
    page = zlib.compress(marshal.dumps([job.raw for job in jobs]), level=1)
    return [replace(job, record=PackedRecord(page, index)) for index, job in enumerate(jobs)]


@lru_cache(2)
def _unpack_records(page: bytes) -> list[dict[str, Any]]:
    """Return the records that were packed together; whoever needs one often needs the next."""
    records: list[dict[str, Any]] = marshal.loads(zlib.decompress(page))
    return records


class SubmitResult(NamedTuple):
    """What the platform says of one import that was submitted.

    `created` is None where it says nothing that can be read. A job that was made may come without an id, and
    then is not known here; `error` is why none was made.
    """

    created: bool | None
    job: ImportJob | None = None
    error: JobError | None = None
