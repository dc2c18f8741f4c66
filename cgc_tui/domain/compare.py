"""Compares the files that a user wants to have imported with the import jobs that the platform lists.

The platform lists only the jobs that the user started, and says nothing about the single files of a folder
that a job imports.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from cgc_tui.domain.comparison import ComparedFile, Comparison, FileStatus
from cgc_tui.domain.jobs import Destination, ImportJob, JobState
from cgc_tui.domain.manifest.files import WantedFile, find_duplicates

EARLIEST, LATEST = (instant.replace(tzinfo=UTC) for instant in (datetime.min, datetime.max))


def compare(files: Sequence[WantedFile], jobs: Sequence[ImportJob]) -> Comparison:
    """Compare wanted files with all jobs of the user; the order of the jobs does not matter."""
    targets = _Targets(files)
    folders = _FolderJobs()
    without_source = 0
    for job in jobs:
        if not job.source.location:
            without_source += 1
            continue
        targets.add(job)
        folders.add(job)
    compared = [_compared(file, targets.match_of(row), folders) for row, file in enumerate(files)]
    del targets, folders
    _add_near_misses(compared, jobs)
    return Comparison(tuple(compared), len(jobs), without_source, find_duplicates(files))


class _Relation(IntEnum):
    """How a job is related to a wanted file; of several jobs, only those with the highest count."""

    NONE = 0
    ELSEWHERE = 1
    POSSIBLE = 2
    """The platform does not return the folder that the job imports to."""
    SAME = 3


class _Match(NamedTuple):
    """The latest of the jobs with the highest relation to a wanted file, and their number."""

    relation: _Relation
    job: ImportJob | None = None
    sent: int = 0
    completed: bool = False

    def with_job(self, relation: _Relation, job: ImportJob) -> _Match:
        """Return the match with one more job."""
        completed = job.state == JobState.COMPLETED
        if self.job is None or relation > self.relation:
            return _Match(relation, job, 1, completed)
        if relation < self.relation:
            return self
        latest = max(self.job, job, key=_recency)
        return _Match(relation, latest, self.sent + 1, self.completed or completed)


NO_MATCH = _Match(_Relation.NONE)

_Place = tuple[str | None, str | None]
"""A project or folder, and a name."""


class _Targets:
    """The wanted files by source, with the jobs for each."""

    def __init__(self, files: Sequence[WantedFile]) -> None:
        """Make an index; nearly every source is wanted once, and has a number in place of an object."""
        self._files = files
        self._rows: dict[tuple[str | None, str], int | _SharedSource] = {}
        self._matches: list[_Match] = [NO_MATCH] * len(files)
        for row, file in enumerate(files):
            key = file.source.key
            found = self._rows.setdefault(key, row)
            if found == row:
                continue
            if isinstance(found, int):
                found = self._rows[key] = _SharedSource(files[found])
            found.places.add(_place(file))

    def add(self, job: ImportJob) -> None:
        """Count a job for the files that it may import."""
        found = self._rows.get(job.source.key)
        if isinstance(found, int):
            self._matches[found] = self._matches[found].with_job(_relation(self._files[found], job), job)
        elif found is not None:
            found.add(job)

    def match_of(self, row: int) -> _Match:
        """Return the jobs for a file."""
        file = self._files[row]
        found = self._rows[file.source.key]
        return self._matches[row] if isinstance(found, int) else found.match_of(file)


class _SharedSource:
    """A source that several files have, with the jobs for it by what relates them to a file."""

    def __init__(self, file: WantedFile) -> None:
        self.places = {_place(file)}
        self._jobs: dict[tuple[Destination, str | None, bool], _Match] = {}
        self._matches: dict[_Place, _Match] = {}

    def add(self, job: ImportJob) -> None:
        """Count a job; all jobs of one entry have the same relation to each file."""
        key = (job.destination, job.name, bool(job.autorename))
        self._jobs[key] = self._jobs.get(key, NO_MATCH).with_job(_Relation.SAME, job)

    def match_of(self, file: WantedFile) -> _Match:
        """Return the jobs for one of the files."""
        place = _place(file)
        if place not in self._matches:
            match = NO_MATCH
            for jobs in self._jobs.values():
                if jobs.job is not None:
                    relation = self._relation(file, jobs.job)
                    match = _combined(match, jobs._replace(relation=relation))
            self._matches[place] = match
        return self._matches[place]

    def _relation(self, file: WantedFile, job: ImportJob) -> _Relation:
        """Return the relation; a job for exactly one of the files is not one for the others."""
        own = file.destination.place
        exact = {(job.destination.place, name) for name in (job.name, None)} & self.places
        if exact and own is not None and _place(file) not in exact:
            return _Relation.ELSEWHERE
        return _relation(file, job)


class _FolderJobs:
    """The jobs that may import folders, by the keys of these."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str | None, str], list[ImportJob]] = {}
        self._lengths: set[int] = set()
        self._above: dict[tuple[str | None, str, str | None, str | None], _Match] = {}
        self._matches: dict[tuple[str | None, str, str | None, str | None], _Match] = {}

    def add(self, job: ImportJob) -> None:
        """Add a job if it may import a folder, which has no size."""
        is_file = job.result is not None and job.result.size is not None
        key = job.source.key
        if key[1] and not is_file and (job.is_folder or job.preserve_folder_structure is not None):
            self._jobs.setdefault(key, []).append(job)
            self._lengths.add(len(key[1]))

    def match_of(self, file: WantedFile) -> _Match:
        """Return the jobs that import a folder above the file."""
        if not self._jobs:
            return NO_MATCH
        folder = file.location.rstrip("/").rpartition("/")[0]
        key = (file.volume, folder, file.project, file.parent)
        if key not in self._above:
            match, end = NO_MATCH, 0
            while end >= 0:
                end = folder.find("/", end + 1)
                above = folder if end < 0 else folder[:end]
                if len(above) in self._lengths and (file.volume, above) in self._jobs:
                    match = _combined(match, self._match_at(above, file))
            self._above[key] = match
        return self._above[key]

    def _match_at(self, folder: str, file: WantedFile) -> _Match:
        key = (file.volume, folder, file.project, file.parent)
        if key not in self._matches:
            match = NO_MATCH
            for job in self._jobs[key[:2]]:
                match = match.with_job(_place_relation(file.destination, job.destination), job)
            self._matches[key] = match
        return self._matches[key]


def _place(file: WantedFile) -> _Place:
    return file.parent or file.project, file.name


def _relation(file: WantedFile, job: ImportJob) -> _Relation:
    """Return the relation of a job with the source of a file to the file."""
    if file.name is not None and not job.may_be_named(file.name):
        return _Relation.ELSEWHERE
    return _place_relation(file.destination, job.destination)


def _place_relation(wanted: Destination, returned: Destination) -> _Relation:
    if wanted.place is None or wanted.place == returned.place:
        return _Relation.SAME
    return _Relation.POSSIBLE if wanted.may_be(returned) else _Relation.ELSEWHERE


def _combined(one: _Match, other: _Match) -> _Match:
    """Return the match of the jobs of both."""
    if one.relation != other.relation or one.job is None or other.job is None:
        return max(one, other, key=lambda match: match.relation)
    latest = max(one.job, other.job, key=_recency)
    return _Match(one.relation, latest, one.sent + other.sent, one.completed or other.completed)


def _recency(job: ImportJob) -> tuple[datetime, datetime, bool, str]:
    """Return a sort key by time; a job without a start time is the latest while it is unfinished.

    Among jobs of the same second, the one that ended last is the latest.
    """
    unknown = EARLIEST if _has_ended(job) else LATEST
    return (
        job.started_on or job.finished_on or unknown,
        job.finished_on or unknown,
        job.state == JobState.COMPLETED,
        job.id,
    )


def _has_ended(job: ImportJob) -> bool:
    """Return whether a job can no longer change; one without a state can."""
    return job.is_final and bool(job.state)


def _compared(file: WantedFile, match: _Match, folders: _FolderJobs) -> ComparedFile:
    """Return the status of a file from its own jobs, else from those for folders above it."""
    if match.relation >= _Relation.POSSIBLE and match.job is not None:
        status = _job_status(match.job)
        before = match.completed and status is not FileStatus.COMPLETED
        return ComparedFile(file, status, match.job, match.sent, before)
    folder = folders.match_of(file)
    if folder.relation >= _Relation.POSSIBLE:
        return ComparedFile(file, FileStatus.IN_FOLDER_JOB, folder.job, folder.sent)
    elsewhere = _combined(match, folder)
    if elsewhere.job is not None:
        return ComparedFile(file, FileStatus.ELSEWHERE, elsewhere.job, elsewhere.sent)
    return ComparedFile(file, FileStatus.NOT_SENT)


def _job_status(job: ImportJob) -> FileStatus:
    if not _has_ended(job):
        return FileStatus.UNFINISHED
    if job.state == JobState.COMPLETED:
        return FileStatus.COMPLETED
    return FileStatus.FAILED if job.state == JobState.FAILED else FileStatus.ENDED_OTHERWISE


def _add_near_misses(compared: list[ComparedFile], jobs: Iterable[ImportJob]) -> None:
    """Add the latest job for a key that differs only by normalization to each file that was not sent."""
    rows = [row for row, each in enumerate(compared) if each.status is FileStatus.NOT_SENT]
    locations = chain(
        (compared[row].file.location for row in rows), (job.source.location or "" for job in jobs)
    )
    if not rows or all(map(str.isascii, locations)):
        return
    wanted = {_normalized(compared[row].file.source.key) for row in rows}
    found: dict[tuple[str | None, str], ImportJob] = {}
    for job in jobs:
        key = _normalized(job.source.key)
        if job.source.location and key in wanted:
            found[key] = max(found.get(key, job), job, key=_recency)
    for row in rows:
        near_miss = found.get(_normalized(compared[row].file.source.key))
        if near_miss is not None:
            compared[row] = compared[row]._replace(near_miss=near_miss)


def _normalized(key: tuple[str | None, str]) -> tuple[str | None, str]:
    return key[0], unicodedata.normalize("NFC", key[1])
