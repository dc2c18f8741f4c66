"""The flow of find in all pages, without an app."""

from __future__ import annotations

import pytest

from cgc_tui.domain.jobs import Destination, ImportJob
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.find.flow import find_in_all_pages
from tests.support.clock import NOON, Clock
from tests.support.host import FakeContext, fake_session

JOBS = tuple(
    ImportJob(str(number), "FAILED" if number % 2 else "COMPLETED", destination=Destination(name=name))
    for number, name in enumerate(("a.bam", "b.bam", "c.txt", "d.txt"))
)


@pytest.fixture
def context(clock: Clock) -> FakeContext:
    return FakeContext(fake_session([], clock)[0], JOBS)


async def test_the_matching_jobs_become_a_list(context: FakeContext) -> None:
    context.unreadable = 1
    await find_in_all_pages(context, "bam")
    (results,) = context.results
    assert results.jobs == JOBS[:2]
    assert results.origin == ResultOrigin(SafeText('"bam"'), 4, 5, NOON)
    assert context.requested == [(JobQuery(), 'Searching all jobs for "bam"')]


async def test_the_title_contains_the_filter_and_the_previous_search(context: FakeContext) -> None:
    context.job_query = JobQuery(states=("FAILED",), offset=50)
    context.origin = ResultOrigin(SafeText('"txt"'), 4, 4, NOON)
    await find_in_all_pages(context, "d.txt")
    (results,) = context.results
    assert results.jobs == JOBS[3:]
    assert results.origin.title == '"d.txt" in "txt"'
    assert results.origin.filters.states == ("FAILED",)
    assert context.requested[0][0].offset == 0


async def test_a_stopped_search_changes_nothing(context: FakeContext) -> None:
    context.answers = ["stop"]
    await find_in_all_pages(context, "bam")
    assert (context.results, context.notices) == ([], [])


async def test_an_invalid_pattern_is_reported(context: FakeContext) -> None:
    await find_in_all_pages(context, "~(")
    assert context.results == []
    ((message, severity),) = context.notices
    assert (message.startswith('"~(": '), severity) == (True, "warning")
