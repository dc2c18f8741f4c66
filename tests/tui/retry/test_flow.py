"""The flow of a retry without an app: the planned jobs, and the reload."""

from __future__ import annotations

import pytest

from cgc_tui.domain.job_detail import JobDetailState
from cgc_tui.domain.jobs import ImportJob, SubmitResult
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.retry.plan import RetryPlan, SkipReason
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.domain.text import SafeText
from cgc_tui.services.retries import Retry
from cgc_tui.services.retry_runner import Phase, RetryStatus
from cgc_tui.tui.retry.flow import retry_jobs
from cgc_tui.tui.retry.screen import RetryScreen
from tests.support.clock import NOON, Clock
from tests.support.host import FakeContext, fake_session

JOBS = tuple(ImportJob(str(number), "FAILED" if number % 2 else "COMPLETED") for number in range(6))


@pytest.fixture
def context(clock: Clock) -> FakeContext:
    return FakeContext(fake_session([], clock)[0], JOBS, answers=[None])


def screen_of(context: FakeContext) -> RetryScreen:
    (screen,) = context.dialogs
    assert isinstance(screen, RetryScreen)
    return screen


async def test_all_failed_jobs_of_the_filter_are_planned(context: FakeContext) -> None:
    context.job_query = JobQuery(states=("COMPLETED",), project="rosalind/a", offset=50)
    context.origin = ResultOrigin(SafeText('"bam"'), 6, 6, NOON)
    await retry_jobs(context, profile="cgc")
    ((query, heading),) = context.requested
    assert (query.states, query.project, query.offset) == (("FAILED",), "rosalind/a", 0)
    assert heading == 'Reading all failed jobs · "bam" · project rosalind/a'
    assert screen_of(context).retry.planner.jobs == (JOBS[1], JOBS[3], JOBS[5])
    assert context.reloads == 1


async def test_marked_jobs_are_planned_without_a_request(context: FakeContext) -> None:
    context.marks = Marks().added(JOBS[:2])
    await retry_jobs(context, profile="cgc")
    assert context.requested == []
    assert screen_of(context).retry.planner.jobs == JOBS[:2]


async def test_nothing_is_planned_if_the_user_stops_the_load(context: FakeContext) -> None:
    context.answers = ["stop"]
    await retry_jobs(context, profile="cgc")
    assert (context.dialogs, context.reloads) == ([], 0)


async def sent_retry(context: FakeContext, jobs: tuple[ImportJob, ...], *, state: str = "PENDING") -> Retry:
    """Return a retry of these jobs that was sent; the new jobs are in a state."""
    retry = context.retries.plan(jobs, SafeText("marked"))
    run = RetryRun(RetryPlan(jobs, {}), NameConflictPolicy.AS_BEFORE)
    new = [SubmitResult(True, ImportJob(f"new {job.id}", state)) for job in jobs]
    run.record_results(run.next_chunk(), new)
    retry.runner.status = RetryStatus(Phase.WATCHING, run)
    return retry


async def test_on_a_retried_job_its_result_is_shown_without_a_request(context: FakeContext) -> None:
    retry = await sent_retry(context, JOBS[1:2])
    await sent_retry(context, JOBS[3:4])
    context.detail = JobDetailState(JOBS[1])
    await retry_jobs(context, profile="cgc")
    assert screen_of(context).retry is retry
    assert (context.requested, context.reloads) == ([], 1)


async def test_from_the_result_a_further_retry_is_planned(context: FakeContext) -> None:
    await sent_retry(context, JOBS[1:2])
    context.detail = JobDetailState(JOBS[1])
    context.answers = [True, None]
    await retry_jobs(context, profile="cgc")
    assert context.dialogs[1].retry.planner.jobs == (JOBS[1], JOBS[3], JOBS[5])


async def test_marked_jobs_are_planned_also_where_one_was_retried(context: FakeContext) -> None:
    await sent_retry(context, JOBS[1:2])
    context.detail = JobDetailState(JOBS[1])
    context.marks = Marks().added(JOBS[1:4])
    await retry_jobs(context, profile="cgc")
    assert screen_of(context).retry.planner.jobs == JOBS[1:4]


async def test_a_retry_that_has_finished_meanwhile_is_shown_first(context: FakeContext) -> None:
    retry = await sent_retry(context, JOBS[1:2], state="COMPLETED")
    await retry_jobs(context, profile="cgc")
    assert screen_of(context).retry is retry
    context.retries.leave(retry)
    context.answers = [None]
    await retry_jobs(context, profile="cgc")
    assert context.dialogs[1].retry is not retry


async def test_what_was_not_sent_stays_marked(context: FakeContext, monkeypatch: pytest.MonkeyPatch) -> None:
    context.marks = Marks().added(JOBS[:4])

    async def send(screen: RetryScreen) -> None:
        run = RetryRun(
            RetryPlan((JOBS[1], JOBS[3]), dict.fromkeys("02", SkipReason.NOT_FAILED)),
            NameConflictPolicy.AS_BEFORE,
        )
        started, refused = SubmitResult(True, ImportJob("new", "PENDING")), SubmitResult(False)
        run.record_results(run.next_chunk(), [started, refused])
        screen.retry.runner.status = RetryStatus(Phase.WATCHING, run)

    monkeypatch.setattr(context, "ask", send)
    await retry_jobs(context, profile="cgc")
    assert set(context.marks.jobs) == {"3"}
