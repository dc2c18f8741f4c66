"""Retry: the marked jobs, or all failed jobs of the list; and the result of an earlier retry."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.lists import describe_subset
from cgc_tui.services.retries import Retry
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.retry.screen import RetryScreen


async def retry_jobs(jobs: JobsContext, selection: ResultSet | None = None, *, profile: str) -> None:
    """Plan a retry and show it, or the result of an earlier one.

    Without a selection the marked jobs are retried, or all failed jobs of the list; if there are no marks, a
    retry that has finished meanwhile is shown first, or that of the job under the cursor. The list is
    requested again afterwards, and what was sent is no longer marked. `profile` is the one that may write.
    """
    current = jobs.detail.job
    earlier = None
    if selection is None and not jobs.marks:
        earlier = jobs.retries.last_of([current.id]) if current is not None else None
        earlier = jobs.retries.finished_unseen or earlier
    plan_more: bool | None = True
    if earlier is not None:
        plan_more = await jobs.ask(RetryScreen(jobs.retries, earlier, profile=profile))
    while plan_more:
        chosen = await _select_jobs(jobs, selection)
        if chosen is None:
            return
        retry = jobs.retries.plan(*chosen)
        plan_more = await jobs.ask(RetryScreen(jobs.retries, retry, profile=profile))
        _unmark_sent(jobs, retry)
    jobs.reload()


async def _select_jobs(
    jobs: JobsContext, selection: ResultSet | None
) -> tuple[tuple[ImportJob, ...], SafeText] | None:
    """Return the jobs to retry and their title, None where the user stopped reading them."""
    if selection is not None:
        return selection.jobs, selection.origin.title
    if jobs.marks:
        return tuple(jobs.marks.jobs.values()), SafeText(f"{len(jobs.marks):,} marked jobs")
    query = replace(jobs.job_query, states=(), offset=0)
    title = describe_subset("all failed jobs", query, jobs.display_options, jobs.origin)
    page = await jobs.all_jobs(replace(query, states=(JobState.FAILED,)), sanitize(f"Reading {title}"))
    return None if page is None else (page.jobs, title)


def _unmark_sent(jobs: JobsContext, retry: Retry) -> None:
    """Leave only those jobs marked that were to be sent and were not."""
    if (run := retry.run) is not None:
        sent = [job for job in retry.planner.jobs if job.id in run.sent_ids or job.id in run.plan.skipped]
        jobs.marks = jobs.marks.removed(sent)
