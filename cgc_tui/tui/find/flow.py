"""Find in all pages of the list."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.queries import ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.lists import describe_subset
from cgc_tui.tui.context import JobsContext

MAX_TITLE_CHARS = 40


async def find_in_all_pages(jobs: JobsContext, text: str) -> None:
    """Search all jobs of the list for a text; the matching ones become a list."""
    quoted = f'"{sanitize(text, max_chars=MAX_TITLE_CHARS)}"'
    query = replace(jobs.job_query, offset=0)
    heading = describe_subset(f"Searching all jobs for {quoted}", query, jobs.display_options, jobs.origin)
    page = await jobs.all_jobs(query, heading)
    if page is None:
        return
    pattern = search_pattern(text)
    matching_jobs = pattern.filter(page.jobs)
    if pattern.error is not None:  # also a pattern that took too long
        jobs.notify(f"{quoted}: {pattern.error}.", severity="warning", markup=False)
        return
    searched = len(page.jobs)
    total, title = searched + page.unreadable, SafeText(quoted)
    origin = ResultOrigin(title, searched, total, page.received_at, query).inside(jobs.origin)
    await jobs.show_results(ResultSet(origin, matching_jobs))
