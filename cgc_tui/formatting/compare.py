"""Formats comparisons of wanted files with import jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cgc_tui.domain.comparison import ComparedFile, Comparison, FileStatus
from cgc_tui.domain.manifest.files import MANIFEST_COLUMNS, Duplicate
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions, or_missing
from cgc_tui.formatting.export import ExportFormat, cell_text, table_line
from cgc_tui.formatting.lists import job_error_line

COMPARE_COLUMNS = (
    "status",
    "times_sent",
    *MANIFEST_COLUMNS,
    "job_id",
    "job_state",
    "job_project",
    "error_code",
    "error_message",
    "completed_before",
    "similar_location",
    "line",
    "key_exists",
)
"""The columns of a comparison as TSV: those of a manifest among them, so that it is one, too."""

KEY_NOT_FOUND = 9105
"""The error code of a job whose key did not exist ("API status codes")."""

OWN_JOBS = SafeText(
    "Only jobs that you started are listed: a file that someone else imported counts as not sent by you."
)
FOLDER_JOBS = SafeText("The platform does not report the single files of a folder that a job imports.")


def status_notes(comparison: Comparison) -> Iterator[SafeText]:
    """Yield what to know about the statuses that files have."""
    if comparison.counts[FileStatus.NOT_SENT]:
        yield OWN_JOBS
    if comparison.counts[FileStatus.IN_FOLDER_JOB]:
        yield FOLDER_JOBS
    if comparison.jobs_without_source:
        yield SafeText(f"{comparison.jobs_without_source:,} jobs have no source and could not be compared.")


def file_note(compared: ComparedFile, display: DisplayOptions) -> SafeText:
    """Return why a file has its status: the error, the state or place of its job, or a similar key."""
    job, parts = compared.job, []
    if compared.near_miss is not None:
        similar = or_missing(compared.near_miss.source.location, display)
        parts.append(f"a job has {similar}, which differs only by Unicode normalization")
    if job is not None:
        match compared.status:
            case FileStatus.FAILED:
                parts.append(job_error_line(job) or "the platform gave no error message")
            case FileStatus.UNFINISHED | FileStatus.ENDED_OTHERWISE:
                parts.append(or_missing(job.state, display))
            case FileStatus.IN_FOLDER_JOB:
                parts.append(
                    f"{or_missing(job.state, display)}, folder {or_missing(job.source.location, display)}"
                )
            case FileStatus.ELSEWHERE:
                place = or_missing(job.destination.place, display)
                parts.append(
                    f"{or_missing(job.state, display)}, in {place} as {or_missing(job.name, display)}"
                )
    if compared.completed_before:
        parts.append("completed before")
    return sanitize(display.separator.join(parts))


def key_note(compared: ComparedFile, exists: bool | None) -> SafeText:
    """Return what the existence of a key means for a file: worth a retry, or missing; empty if nothing."""
    if exists is False:
        return SafeText("the key does not exist")
    was_missing = compared.error is not None and compared.error.code == KEY_NOT_FOUND
    return SafeText("the key exists now: worth a retry" if exists and was_missing else "")


def duplicate_line(duplicate: Duplicate) -> SafeText:
    """Return the lines of rows that repeat each other: `lines 2, 7: same file, same destination: a.bam`."""
    lines = ", ".join(str(file.line) for file in duplicate.files)
    return sanitize(f"lines {lines}: {duplicate.kind}: {duplicate.files[0].final_name}")


def comparison_lines(
    files: Iterable[ComparedFile], key_exists: Callable[[ComparedFile], bool | None]
) -> Iterator[str]:
    """Yield a comparison as TSV, with line ends; no cell is a formula for spreadsheets.

    `key_exists` returns whether the key of a file exists, None if that is unknown.
    """
    yield table_line(COMPARE_COLUMNS, ExportFormat.TSV)
    for compared in files:
        job, error, similar = compared.job, compared.error, compared.near_miss
        values = (
            compared.status.value,
            compared.times_sent,
            *compared.file[: len(MANIFEST_COLUMNS)],
            job.id if job is not None else None,
            job.state if job is not None else None,
            job.destination.project if job is not None else None,
            error.code if error is not None else None,
            error.message if error is not None else None,
            compared.completed_before,
            similar.source.location if similar is not None else None,
            compared.file.line or None,
            key_exists(compared),
        )
        yield table_line(map(cell_text, values), ExportFormat.TSV)
