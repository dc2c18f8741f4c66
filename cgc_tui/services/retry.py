"""Sends a retry: lists related jobs first, sends each import once, and reconciles lost responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import fetch_all, fetch_many
from cgc_tui.api.parse import TRY_AGAIN
from cgc_tui.api.requester import RetryHook
from cgc_tui.api.throttle import Sleep
from cgc_tui.domain.errors import (
    CgcError,
    Forbidden,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    RequestRejected,
)
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import MAX_LIMIT, JobQuery
from cgc_tui.domain.retry.plan import RetryPlan, plan_retry
from cgc_tui.domain.retry.request import NameConflictPolicy, request_body
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.formatting.lists import missing_details

RECONCILE_DELAYS = (0.0, 2.0, 10.0)
"""Seconds before each search for jobs whose response was lost: a slow platform may list them late."""

MAINTENANCE = (503, 0)
"""Status and code of the platform's response during maintenance."""

FIRST_POLLS = (2.0, 3.0, 5.0)
"""Seconds before each of the first polls of the new jobs, most of which finish soon."""

SECONDS_PER_REQUEST = 1.0
"""The shortest time for each request of a poll: at most 300 of the 1,000 requests per 5 minutes."""

MAX_WAIT = 60.0
"""The longest wait after failed polls, in seconds, unless the interval itself is longer."""

Hold = Callable[[str, str], AbstractAsyncContextManager[None]]
"""A context that holds the lock for sending, for an endpoint and a user (`SendLock.hold`)."""


async def related_jobs(
    client: PlatformClient, jobs: Iterable[ImportJob], *, on_retry: RetryHook | None = None
) -> tuple[ImportJob, ...]:
    """Return all jobs that the platform lists for the projects and volumes of these jobs.

    Raises CgcError, also if the details of a job are missing: it may be a retry of one of these.
    """
    pairs = dict.fromkeys((job.destination.project, job.source.volume) for job in jobs)
    jobs_by_id: dict[str, ImportJob] = {}
    try:
        for project, volume in pairs:
            page = await fetch_all(client, JobQuery(project=project, volume=volume), on_retry=on_retry)
            jobs_by_id.update((job.id, job) for job in page.jobs)
    except (NotFound, Forbidden, RequestRejected):  # a project or volume is gone; the jobs are still listed
        page = await fetch_all(client, JobQuery(), on_retry=on_retry)
        jobs_by_id.update((job.id, job) for job in page.jobs)
    if missing := sum(job.details_missing for job in jobs_by_id.values()):
        raise InvalidResponse(missing_details(missing, len(jobs_by_id)), TRY_AGAIN, retry_after=5.0)
    return tuple(jobs_by_id.values())


@asynccontextmanager
async def locked_run(
    client: PlatformClient,
    planned: RetryPlan,
    options: NameConflictPolicy,
    *,
    known: Collection[str],
    hold: Hold,
    on_retry: RetryHook | None = None,
) -> AsyncIterator[RetryRun]:
    """Hold the lock for sending, list the jobs again, and yield the run of what is still to be sent.

    `known` are the ids of the jobs that were listed for the plan; the jobs of the plan itself are known,
    too. An import that was started since then, as by another process that had the lock, is not part of the
    run: `RetryRun.plan` skips it. Raises CgcError before anything is sent if the user or the list cannot be
    read, and what `hold` raises.
    """
    user = await client.user()
    async with hold(client.endpoint, user.username):
        now = await related_jobs(client, planned.jobs, on_retry=on_retry)
        known = {*known, *planned.skipped, *(job.id for job in planned.jobs)}
        left = plan_retry(planned.jobs, listed=now, known=known)
        whole = RetryPlan(left.jobs, {**planned.skipped, **left.skipped})
        yield RetryRun(whole, options, [job.id for job in now])


async def send(
    client: PlatformClient, run: RetryRun, *, on_change: Callable[[], object] = lambda: None
) -> CgcError | None:
    """Send the waiting imports, a hundred in a request and no request twice.

    Return the error that ended this early, if it would fail the unsent imports as well: token, limit,
    network. A request that the platform refuses, or whose response is lost, does not end it; a second
    lost response in a row does, and so does maintenance.
    """
    previous_unknown = False
    while chunk := run.next_chunk():
        on_change()
        try:
            run.record_results(
                chunk, await client.imports.create_many([request_body(job, run.policy) for job in chunk])
            )
        except OutcomeUnknown as error:
            run.record_unknown(chunk, error)
            if previous_unknown or (error.status, error.code) == MAINTENANCE:
                return error
            previous_unknown = True
            continue
        except CgcError as error:
            run.record_refusal(chunk, error)
            if not isinstance(error, RequestRejected | Forbidden | NotFound):
                return error
        finally:
            on_change()
        previous_unknown = False
    return None


async def reconcile_once(client: PlatformClient, run: RetryRun) -> None:
    """List the jobs again and match those whose response was lost; raises CgcError."""
    if run.unresolved:
        run.match_new_jobs(await related_jobs(client, run.unresolved))


async def reconcile(client: PlatformClient, run: RetryRun, *, sleep: Sleep = asyncio.sleep) -> None:
    """Reconcile until no lost response is unresolved, at most three times; raises CgcError."""
    for wait in RECONCILE_DELAYS:
        if run.unresolved:
            await sleep(wait)
            await reconcile_once(client, run)


def poll_delay(polls: int, running: int, interval: float, *, failures: int = 0) -> float:
    """Return the seconds until the next poll, after so many polls, of `running` jobs.

    `failures` is the number of polls that failed in a row: each doubles the interval.
    """
    wait = min(FIRST_POLLS[polls], interval) if polls < len(FIRST_POLLS) else interval
    if failures:
        wait = min(interval * 2.0 ** min(failures, 10), max(interval, MAX_WAIT))
    return max(wait, SECONDS_PER_REQUEST * -(-running // MAX_LIMIT))


async def refresh(client: PlatformClient, run: RetryRun) -> None:
    """Update the states of the new jobs; raises CgcError."""
    run.update_jobs(await fetch_many(client, run.running_ids))
