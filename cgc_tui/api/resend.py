"""Carries out a retry: looks first, sends each import once, and looks again where an answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cgc_tui.api.client import Client
from cgc_tui.api.every import all_jobs, jobs_by_ids
from cgc_tui.api.parse import TRY_AGAIN
from cgc_tui.api.wire import RetryHook
from cgc_tui.errors import CgcError, Lost, NoPrivilege, NotFound, Rejected, Unreadable
from cgc_tui.models import ImportJob, JobQuery
from cgc_tui.retry import Run, body
from cgc_tui.view import missing_details


async def listed(
    client: Client, jobs: Iterable[ImportJob], *, on_retry: RetryHook | None = None
) -> tuple[ImportJob, ...]:
    """Return all that the platform lists of the projects and volumes of these jobs.

    Raises CgcError, also where the details of a job are missing: it may be a retry of one of these.
    """
    pairs = dict.fromkeys((job.destination.project, job.source.volume) for job in jobs)
    found: dict[str, ImportJob] = {}
    try:
        for project, volume in pairs:
            page = await all_jobs(client, JobQuery(project=project, volume=volume), on_retry=on_retry)
            found.update((job.id, job) for job in page.jobs)
    except (NotFound, NoPrivilege, Rejected):  # a project or volume is gone; the jobs are still listed
        page = await all_jobs(client, JobQuery(), on_retry=on_retry)
        found.update((job.id, job) for job in page.jobs)
    if missing := sum(job.details_missing for job in found.values()):
        raise Unreadable(missing_details(missing, len(found)), TRY_AGAIN, retry_after=5.0)
    return tuple(found.values())


async def send(client: Client, run: Run, *, on_change: Callable[[], None] = lambda: None) -> CgcError | None:
    """Send what waits, a hundred in a request and no request twice.

    Return why it ended early, where that concerns what is still to be sent as well: a token, a limit, the
    network. A request that the platform refuses, or whose answer is lost, does not end it; a second lost
    answer in a row does.
    """
    lost = False
    while chunk := run.take():
        on_change()
        try:
            run.answered(chunk, await client.submit([body(job, run.options) for job in chunk]))
        except Lost as error:
            run.lost(chunk, error)
            if lost:
                return error
            lost = True
            continue
        except CgcError as error:
            run.refused(chunk, error)
            if not isinstance(error, Rejected | NoPrivilege | NotFound):
                return error
        finally:
            on_change()
        lost = False
    return None


async def look(client: Client, run: Run) -> None:
    """Look whether jobs whose answer was lost are there all the same; raises CgcError."""
    if run.unclear:
        run.found(await listed(client, run.unclear))


async def follow(client: Client, run: Run) -> None:
    """Learn how the new jobs stand; raises CgcError."""
    run.learned(await jobs_by_ids(client, run.going))
