"""Formats the details of one job as rows of label and value."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.text import SafeText, has_visible_character, sanitize
from cgc_tui.formatting.display import DisplayOptions, duration, format_bytes, full_time, or_missing

FOLDER_NOTE = SafeText("A folder: the platform does not report its individual files.")
MAX_CHARS = 20_000


def detail_rows(job: ImportJob, display: DisplayOptions, web: str | None) -> Iterator[tuple[str, SafeText]]:
    """Yield the labels and values of a job, without its state and error; a continued row has no label.

    `web` is the platform's web address.
    """
    link = web_page_url(job, web)
    rows: list[tuple[str, SafeText | None]] = [
        ("Id", or_missing(job.id, display)),
        ("Name", or_missing(job.name, display, max_chars=MAX_CHARS)),
        ("Source", or_missing(job.source.volume, display)),
        ("", or_missing(job.source.location, display, max_chars=MAX_CHARS)),
        ("Destination", or_missing(job.destination.project, display)),
        (
            "",
            SafeText(f"folder {or_missing(job.destination.parent, display)}")
            if job.destination.parent
            else None,
        ),
        ("Options", options(job, display)),
        ("Started", full_time(job.started_on, display)),
        ("Finished", full_time(job.finished_on, display)),
        ("Duration", duration(job, display)),
        ("File", _file(job, display)),
        ("Web", sanitize(link) if link else None),
        ("Docs", or_missing(job.error.more_info, display) if job.error and job.error.more_info else None),
    ]
    for label, value in rows:
        if value:
            yield label, value


def error_message(error: JobError) -> SafeText:
    """Return the platform's error message, which can have several lines."""
    message = sanitize(error.message or "", multiline=True, max_chars=MAX_CHARS)
    return message if has_visible_character(message) else SafeText("The platform gave no error message.")


def _file(job: ImportJob, display: DisplayOptions) -> SafeText | None:
    """Return the id and the size of the imported file."""
    if job.result is None:
        return None
    bytes_ = "" if job.result.size is None else f"{display.separator}{format_bytes(job.result.size)}"
    return SafeText(f"{or_missing(job.result.id, display)}{bytes_}")


def web_page_url(job: ImportJob, web: str | None) -> str | None:
    """Return the URL of the imported file's page, else of the project's, on the platform at `web`.

    The URLs are those that users of the platform share; jobs and volumes have no page.
    """
    project = (job.result and job.result.project) or job.destination.project
    if not web or not project or project.count("/") != 1:
        return None
    page = f"{web}/u/{quote(project, errors='replace')}/"
    if job.result is not None and job.result.id:
        page += f"files/{quote(job.result.id, safe='', errors='replace')}/"
    return page


def options(job: ImportJob, display: DisplayOptions) -> SafeText:
    """Return the job's options for names and folders."""
    flags = {
        "overwrite": job.overwrite,
        "autorename": job.autorename,
        "keep folders": job.preserve_folder_structure,
    }
    parts = [f"{name} {'yes' if value else 'no'}" for name, value in flags.items() if value is not None]
    return SafeText(display.separator.join(parts) or display.missing)
