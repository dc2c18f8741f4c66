"""The flow of a retry without an app: the planned jobs, and the reload."""

from __future__ import annotations

import pytest

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.text import SafeText
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
    assert heading == 'Reading all failed jobs · "bam" · FAILED · project rosalind/a'
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
