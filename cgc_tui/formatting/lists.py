"""How a list of jobs is described: its filters, its page, and why it could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from cgc_tui.domain.errors import CgcError, Forbidden, NotFound
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions, format_count


def job_error_line(job: ImportJob) -> SafeText:
    """Return a failed job's code and message on one line, empty where there is none."""
    if job.error is None:
        return SafeText("")
    code = "" if job.error.code is None else str(job.error.code)
    return sanitize(" ".join(part for part in (code, job.error.message) if part))


def total_of(page: JobPage, display: DisplayOptions) -> SafeText:
    """Return how many jobs match: the platform's total, or `≥ 151` where that is missing or too low."""
    if page.total is not None and page.total >= page.at_least:
        return SafeText(f"{page.total:,}")
    return SafeText(f"{'>=' if display.ascii else '≥ '}{page.at_least:,}")


def missing_details(missing: int, jobs: int) -> SafeText:
    """Return `details of 12 of 50 jobs could not be read`, empty where none are missing."""
    return SafeText(f"details of {missing:,} of {jobs:,} jobs could not be read" if missing else "")


def lacking(page: JobPage) -> SafeText:
    """Return why details of the jobs are missing, or how many: `details missing: 12 of 50`."""
    missing = page.details_missing
    why = page.incomplete.summary if page.incomplete is not None else f"{missing:,} of {len(page.jobs):,}"
    return sanitize(f"details missing: {why}" if missing or page.incomplete is not None else "")


def page_position(page: JobPage, display: DisplayOptions) -> SafeText:
    """Return where a page stands in the list: `51–100 of 12,380 · page 2 of 248`."""
    total = total_of(page, display)
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
    """Return what narrows the list, the search first of which it is the result set, or `whole list`."""
    parts: list[str] = [origin.title] if origin is not None else []
    parts += [" or ".join(query.states)] if query.states else []
    parts += [f"project {query.project}"] if query.project else []
    parts += [f"volume {query.volume}"] if query.volume else []
    return sanitize(display.separator.join(parts) or "whole list")


def describe_search(origin: ResultOrigin, display: DisplayOptions) -> SafeText:
    """Return in how many jobs was looked, and when: `searched 438 of 438 at 12:03`."""
    at = f" at {origin.at.astimezone(display.timezone):%H:%M}" if origin.at is not None else ""
    return SafeText(f"searched {origin.searched:,} of {format_count(origin.total)}{at}")


def error_summary(error: CgcError, query: JobQuery, display: DisplayOptions) -> SafeText:
    """Return what happened, and to which list where that is the reason."""
    if isinstance(error, Forbidden | NotFound) and query.is_filtered:
        return sanitize(f"{error.summary}: {describe_query(query, display)}")
    return error.summary


def error_line(error: CgcError, display: DisplayOptions) -> SafeText:
    """Return an error on one line: what happened, the server's words, what to do."""
    parts: Iterable[str | None] = (error.summary, error.server_message, error.remedy)
    return sanitize(display.separator.join(part for part in parts if part))
