"""Says everything that is known of one job, fact by fact, ready to be drawn or printed."""

from __future__ import annotations

from collections.abc import Iterator

from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.text import Clean, clean, has_visible_character
from cgc_tui.view import Look, moment, optional, options, size, took, web_page

FOLDER_NOTE = Clean("A folder: the platform tells nothing of its single files.")
MOST_CHARACTERS = 20_000


def facts(job: ImportJob, look: Look, web: str | None) -> Iterator[tuple[str, Clean]]:
    """Yield label and value of each fact but the state and its reason; a label can be empty.

    `web` is the platform's web address.
    """
    link = web_page(job, web)
    told: list[tuple[str, Clean | None]] = [
        ("Id", optional(job.id, look)),
        ("Name", optional(job.name, look, most=MOST_CHARACTERS)),
        ("Source", optional(job.source.volume, look)),
        ("", optional(job.source.location, look, most=MOST_CHARACTERS)),
        ("To", optional(job.destination.project, look)),
        ("", Clean(f"folder {optional(job.destination.parent, look)}") if job.destination.parent else None),
        ("Options", options(job, look)),
        ("Started", moment(job.started_on, look)),
        ("Ended", moment(job.finished_on, look)),
        ("Took", took(job, look)),
        ("File", _file(job, look)),
        ("Web", clean(link) if link else None),
        ("More", optional(job.error.more_info, look) if job.error and job.error.more_info else None),
        ("Href", optional(job.href, look)),
    ]
    for label, value in told:
        if value:
            yield label, value


def reason(error: JobError) -> Clean:
    """Return the platform's own words for a failure, which can have several lines."""
    message = clean(error.message or "", lines=True, most=MOST_CHARACTERS)
    return message if has_visible_character(message) else Clean("The platform gave no reason.")


def _file(job: ImportJob, look: Look) -> Clean | None:
    """Return the id and the size of the file that the job made."""
    if job.result is None:
        return None
    bytes_ = "" if job.result.size is None else f"{look.dot}{size(job.result.size)}"
    return Clean(f"{optional(job.result.id, look)}{bytes_}")
