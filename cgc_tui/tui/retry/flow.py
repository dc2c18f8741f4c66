"""Retry: the marked jobs, or all failed jobs of the list."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.retry.screen import RetryScreen


async def retry_jobs(jobs: JobsContext, selection: ResultSet | None = None, *, profile: str) -> None:
    """Plan a retry and show it; the list is requested again afterwards.

    Without a selection the marked jobs are retried, or all failed jobs of the list. `profile` is the one that
    may write.
    """
    if selection is not None:
        selected, title = selection.jobs, selection.origin.title
    elif jobs.marks:
        selected = tuple(jobs.marks.jobs.values())
        title = SafeText(f"{len(selected):,} marked jobs")
    else:
        query = replace(jobs.job_query, states=(JobState.FAILED,), offset=0)
        separator = jobs.display_options.separator
        heading = sanitize(
            f"Reading all failed jobs{separator}{describe_query(query, jobs.display_options, jobs.origin)}"
        )
        page = await jobs.all_jobs(query, heading)
        if page is None:
            return
        selected = page.jobs
        whole = describe_query(replace(query, states=()), jobs.display_options, jobs.origin)
        title = sanitize(f"all failed jobs{separator}{whole}")
    await jobs.ask(
        RetryScreen(
            jobs.session,
            selected,
            jobs.retries,
            jobs_title=title,
            profile=profile,
            interval=jobs.refresh_status.interval,
        )
    )
    jobs.reload()
