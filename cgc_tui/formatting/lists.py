"""Formats the properties of a list of jobs: filters, position, totals and errors."""

from __future__ import annotations

from collections.abc import Iterable

from cgc_tui.domain.errors import CgcError, Forbidden, NotFound
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions, format_count


def job_error_line(job: ImportJob) -> SafeText:
    """Return a failed job's error code and message on one line, empty for other jobs."""
    if job.error is None:
        return SafeText("")
    code = "" if job.error.code is None else str(job.error.code)
    return sanitize(" ".join(part for part in (code, job.error.message) if part))


def total_of(page: JobPage) -> SafeText:
    """Return the number of matching jobs, `151+` if the platform's total is missing or too low."""
    if page.total is not None and page.total >= page.at_least:
        return SafeText(f"{page.total:,}")
    return SafeText(f"{page.at_least:,}+")


def missing_details(missing: int, jobs: int) -> SafeText:
    """Return `details of 12 of 50 jobs could not be read`, empty if none are missing."""
    return SafeText(f"details of {missing:,} of {jobs:,} jobs could not be read" if missing else "")


def missing_details_text(page: JobPage) -> SafeText:
    """Return why the page lacks details of jobs, or for how many: `details missing: 12 of 50`."""
    missing = page.details_missing
    reason = page.incomplete.summary if page.incomplete is not None else f"{missing:,} of {len(page.jobs):,}"
    return sanitize(f"details missing: {reason}" if missing or page.incomplete is not None else "")


def page_position(page: JobPage, display: DisplayOptions) -> SafeText:
    """Return a page's position in the list: `51–100 of 12,380 · page 2 of 248`."""
    total = total_of(page)
    if not page.jobs:
        return SafeText(f"0 of {total}")
    limit = page.query.limit
    first = page.query.offset + 1
    last = page.query.offset + len(page.jobs)
    page_text = f"page {page.query.offset // limit + 1:,}"
    if page.total is not None and page.total >= page.at_least:
        page_text += f" of {-(-page.total // limit):,}"
    dash = "-" if display.ascii else "–"
    return SafeText(f"{first:,}{dash}{last:,} of {total}{display.separator}{page_text}")


def describe_query(query: JobQuery, display: DisplayOptions, origin: ResultOrigin | None = None) -> SafeText:
    """Return the title of a result set and all filters of its jobs, `all jobs` if there are none."""
    return describe_subset("", query, display, origin) or SafeText("all jobs")


def describe_subset(
    what: str, query: JobQuery, display: DisplayOptions, origin: ResultOrigin | None = None
) -> SafeText:
    """Return `all failed jobs · project rosalind/brca-pilot`: the title and the filters are appended."""
    parts = [what] if what else []
    if origin is not None:
        parts, query = [*parts, origin.title], query.within(origin.filters)
    parts += [" or ".join(query.states)] if query.states else []
    parts += [f"project {query.project}"] if query.project else []
    parts += [f"volume {query.volume}"] if query.volume else []
    return sanitize(display.separator.join(parts))


def describe_search(origin: ResultOrigin, display: DisplayOptions) -> SafeText:
    """Return the extent and the time of a search: `searched all 438 at 12:03`."""
    at = f" at {origin.at.astimezone(display.timezone):%H:%M}" if origin.at is not None else ""
    if origin.searched == origin.total:
        return SafeText(f"searched all {origin.searched:,}{at}")
    return SafeText(f"searched {origin.searched:,} of {format_count(origin.total)}{at}")


def error_summary(error: CgcError, query: JobQuery, display: DisplayOptions) -> SafeText:
    """Return an error's summary; if the filters may be the cause, append them."""
    if isinstance(error, Forbidden | NotFound) and query.is_filtered:
        return sanitize(f"{error.summary}: {describe_query(query, display)}")
    return error.summary


def error_line(error: CgcError, display: DisplayOptions) -> SafeText:
    """Return an error's summary, the server's message and the remedy on one line."""
    parts: Iterable[str | None] = (error.summary, error.server_message, error.remedy)
    return sanitize(display.separator.join(part for part in parts if part))
