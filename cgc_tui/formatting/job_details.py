"""Says everything that is known of one job, fact by fact, ready to be drawn or printed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.text import SafeText, has_visible_character, sanitize
from cgc_tui.formatting.display import Look, moment, optional, size, took

FOLDER_NOTE = SafeText("A folder: the platform tells nothing of its single files.")
MOST_CHARACTERS = 20_000


def facts(job: ImportJob, look: Look, web: str | None) -> Iterator[tuple[str, SafeText]]:
    """Yield label and value of each fact but the state and its reason; a label can be empty.

    `web` is the platform's web address.
    """
    link = web_page(job, web)
    told: list[tuple[str, SafeText | None]] = [
        ("Id", optional(job.id, look)),
        ("Name", optional(job.name, look, most=MOST_CHARACTERS)),
        ("Source", optional(job.source.volume, look)),
        ("", optional(job.source.location, look, most=MOST_CHARACTERS)),
        ("To", optional(job.destination.project, look)),
        (
            "",
            SafeText(f"folder {optional(job.destination.parent, look)}") if job.destination.parent else None,
        ),
        ("Options", options(job, look)),
        ("Started", moment(job.started_on, look)),
        ("Ended", moment(job.finished_on, look)),
        ("Took", took(job, look)),
        ("File", _file(job, look)),
        ("Web", sanitize(link) if link else None),
        ("More", optional(job.error.more_info, look) if job.error and job.error.more_info else None),
        ("Href", optional(job.href, look)),
    ]
    for label, value in told:
        if value:
            yield label, value


def reason(error: JobError) -> SafeText:
    """Return the platform's own words for a failure, which can have several lines."""
    message = sanitize(error.message or "", multiline=True, max_chars=MOST_CHARACTERS)
    return message if has_visible_character(message) else SafeText("The platform gave no reason.")


def _file(job: ImportJob, look: Look) -> SafeText | None:
    """Return the id and the size of the file that the job made."""
    if job.result is None:
        return None
    bytes_ = "" if job.result.size is None else f"{look.dot}{size(job.result.size)}"
    return SafeText(f"{optional(job.result.id, look)}{bytes_}")


def web_page(job: ImportJob, web: str | None) -> str | None:
    """Return the page of the imported file, else of the project, on the platform at `web`.

    The addresses are those that the platform's own users link to; jobs and volumes have no page.
    """
    project = (job.result and job.result.project) or job.destination.project
    if not web or not project or project.count("/") != 1:
        return None
    page = f"{web}/u/{quote(project, errors='replace')}/"
    if job.result is not None and job.result.id:
        page += f"files/{quote(job.result.id, safe='', errors='replace')}/"
    return page


def options(job: ImportJob, look: Look) -> SafeText:
    """Return what the job was told about names and folders."""
    told = {
        "overwrite": job.overwrite,
        "autorename": job.autorename,
        "keep folders": job.preserve_folder_structure,
    }
    parts = [f"{name} {'yes' if value else 'no'}" for name, value in told.items() if value is not None]
    return SafeText(look.dot.join(parts) or look.unknown)
