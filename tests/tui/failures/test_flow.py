"""The flow for failures by cause, without an app."""

from __future__ import annotations

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.failures.flow import show_failures
from cgc_tui.tui.failures.screen import ChosenCause, FailureReport, FailuresScreen
from tests.support.clock import NOON, Clock
from tests.support.host import FakeContext, fake_session


async def do_nothing(jobs: JobsContext, selection: ResultSet) -> None:
    """Stand in for a feature."""


async def test_the_causes_are_shown_until_the_user_leaves_them(clock: Clock) -> None:
    results = ResultSet(ResultOrigin(SafeText("9100"), 1, 1, NOON), [ImportJob("1", "FAILED")])
    report = FailureReport(JobPage(JobQuery(), results.jobs, 1, False, 50))
    context = FakeContext(fake_session([], clock)[0], answers=[ChosenCause(results, report), None])
    await show_failures(context, retry=do_nothing, export=do_nothing)
    assert [type(screen) for screen in context.dialogs] == [FailuresScreen, FailuresScreen]
    assert context.results == [results]


async def test_nothing_is_listed_if_no_cause_is_chosen(clock: Clock) -> None:
    context = FakeContext(fake_session([], clock)[0], answers=[None])
    await show_failures(context, retry=do_nothing, export=do_nothing)
    assert context.results == []
