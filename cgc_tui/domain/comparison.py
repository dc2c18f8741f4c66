"""The result of a comparison: the status of each wanted file, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from cgc_tui.domain.causes import Cause, group_by_cause
from cgc_tui.domain.error_hints import ErrorHint, hint_for
from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.manifest.files import Duplicate, WantedFile


class FileStatus(StrEnum):
    """What became of a file; the values are shown on screen.

    The first four are the state of the latest job that imports the file to where it is wanted. If there is
    none, a job imports a folder with the file to there, or other jobs import it to elsewhere.
    """

    COMPLETED = "completed"
    FAILED = "failed"
    UNFINISHED = "unfinished"
    ENDED_OTHERWISE = "ended otherwise"
    IN_FOLDER_JOB = "in a folder job"
    ELSEWHERE = "elsewhere"
    NOT_SENT = "not sent by you"


class ComparedFile(NamedTuple):
    """A wanted file with its status, and the latest job that the status is from.

    `times_sent` counts the jobs that the status is from. `completed_before` is whether one of them completed
    though the latest did not. `near_miss` is a job for a key that differs only by Unicode normalization.
    """

    file: WantedFile
    status: FileStatus
    job: ImportJob | None = None
    times_sent: int = 0
    completed_before: bool = False
    near_miss: ImportJob | None = None

    @property
    def error(self) -> JobError | None:
        """The error of a file that failed."""
        return self.job.error if self.job is not None and self.status is FileStatus.FAILED else None

    @property
    def hint(self) -> ErrorHint | None:
        """The explanation of the error."""
        return hint_for(self.error.code) if self.error is not None else None


@dataclass(frozen=True)
class Comparison:
    """The status of each wanted file, in their order.

    `jobs` is the number of jobs that were compared; of `jobs_without_source` the platform did not say what
    they import.
    """

    files: tuple[ComparedFile, ...]
    jobs: int
    jobs_without_source: int
    duplicates: tuple[Duplicate, ...]

    @cached_property
    def counts(self) -> Mapping[FileStatus, int]:
        """The number of files with each status, also those that no file has."""
        counts = Counter(compared.status for compared in self.files)
        return {status: counts[status] for status in FileStatus}

    @property
    def all_completed(self) -> bool:
        """Whether every file is completed."""
        return self.counts[FileStatus.COMPLETED] == len(self.files)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of the files that failed."""
        failed = (each.job for each in self.files if each.status is FileStatus.FAILED)
        return group_by_cause({job.id: job for job in failed if job is not None}.values())

    def missing(self) -> Iterator[WantedFile]:
        """Yield the files that failed or were not sent."""
        for compared in self.files:
            if compared.status in (FileStatus.FAILED, FileStatus.NOT_SENT):
                yield compared.file
