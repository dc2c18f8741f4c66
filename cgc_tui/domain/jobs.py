"""Import jobs as frozen values.

Strings are as the platform sent them, unless their type is `SafeText`; sanitize them before showing them.

Leaf values are named tuples: defining a dataclass takes ten times as long, and some thirty of them took a
tenth of the time to the first paint. Dataclasses are for values that `replace` changes.
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
    """The documented states of an import job ("List import jobs"). Jobs may have other states."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


UNFINISHED_STATES = (JobState.PENDING, JobState.RUNNING)
"""The states in which a job can still change. Any other state, documented or not, is final."""

NO_SUCH_JOB = 9008
"""The error code for a job that does not exist ("API status codes")."""


class Source(NamedTuple):
    """The file or folder that a job imports: a key on a volume."""

    volume: str | None = None
    location: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        """The identity of the source; the platform may return a folder without its trailing slash."""
        return self.volume, (self.location or "").rstrip("/")


class Destination(NamedTuple):
    """Where a job imports to: a project, or the folder with the id `parent`."""

    project: str | None = None
    name: str | None = None
    parent: str | None = None

    @property
    def place(self) -> str | None:
        """The id of the folder, else that of the project."""
        return self.parent or self.project

    def may_be(self, returned: Destination) -> bool:
        """Return whether a job that was started with this place may have the destination `returned`.

        The platform may return the project instead of a folder, or nothing.
        """
        if self.parent and not returned.parent:
            return self.project is None or returned.project in (None, self.project)
        return returned.place in (None, self.place)


NO_SOURCE, NO_DESTINATION = Source(), Destination()


class JobError(NamedTuple):
    """The platform's error for a job that failed, or for a record that it does not return."""

    status: int | None = None
    code: int | None = None
    message: str | None = None
    more_info: str | None = None

    @property
    def no_such_job(self) -> bool:
        """Whether the error, in place of a job's record, means that the job does not exist."""
        return self.status == 404 or self.code == NO_SUCH_JOB


class ImportedFile(NamedTuple):
    """The file or folder that a completed job created; `size` is in bytes, None for folders."""

    id: str | None = None
    name: str | None = None
    size: int | None = None
    project: str | None = None


class PackedRecord(NamedTuple):
    """The position of a record in a compressed list of records."""

    page: bytes
    position: int


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import job; every field but `id` and `state` may be unknown.

    `record` is the platform's record, as received or packed.
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
        """Fill fields that this record lacks from `known` (a bulk response lacks the times)."""
        inherited = {
            entry.name: getattr(known, entry.name)
            for entry in fields(ImportJob)
            if getattr(self, entry.name) in (None, "", NO_SOURCE, NO_DESTINATION)
        }
        present = {key: value for key, value in self.raw.items() if value is not None}
        return replace(self, **inherited | {"record": known.raw | present})

    @property
    def raw(self) -> dict[str, Any]:
        """The platform's record."""
        return (
            self.record
            if isinstance(self.record, dict)
            else _unpack_records(self.record.page)[self.record.position]
        )

    @property
    def is_partial(self) -> bool:
        """Whether the record has neither source nor destination, as in a list without details."""
        return self.source == NO_SOURCE and self.destination == NO_DESTINATION

    @property
    def details_missing(self) -> bool:
        """Whether only the id and the state are known, as when a bulk get returned no record."""
        return self.is_partial and self.started_on is None and self.error is None and self.result is None

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
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
        """The file name in the project, else the last segment of the location."""
        if self.destination.name:
            return self.destination.name
        segments = [segment for segment in (self.source.location or "").split("/") if segment]
        return segments[-1] if segments else None

    def may_be_named(self, name: str | None) -> bool:
        """Return whether the job may have been started with this file name.

        The platform may return another name (autorename) or none.
        """
        return bool(self.autorename) or self.destination.name in (None, name)

    @property
    def seconds(self) -> float | None:
        """The duration in seconds; None unless start and end are known and in order."""
        if self.started_on is None or self.finished_on is None:
            return None
        seconds = (self.finished_on - self.started_on).total_seconds()
        return seconds if seconds >= 0 else None


def pack_records(jobs: Sequence[ImportJob]) -> list[ImportJob]:
    """Compress the jobs' records together, which reduces the memory of a long list to a third."""
    page = zlib.compress(marshal.dumps([job.raw for job in jobs]), level=1)
    return [replace(job, record=PackedRecord(page, index)) for index, job in enumerate(jobs)]


@lru_cache(2)
def _unpack_records(page: bytes) -> list[dict[str, Any]]:
    """Unpack a list of records; cached, since neighbouring records are often read in turn."""
    records: list[dict[str, Any]] = marshal.loads(zlib.decompress(page))
    return records


class SubmitResult(NamedTuple):
    """The platform's result for one submitted import.

    `created` is None if the result is unknown. `job` is None if no job was created, or if the response has
    no id for it. `error` is the reason why no job was created.
    """

    created: bool | None
    job: ImportJob | None = None
    error: JobError | None = None
