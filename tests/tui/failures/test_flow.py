"""The flow for failures by cause, without an app."""

from __future__ import annotations

import pytest

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.failures.flow import show_failures
from cgc_tui.tui.failures.screen import FailuresScreen
from tests.support.clock import NOON, Clock
from tests.support.host import FakeContext, fake_session


@pytest.mark.parametrize("chosen", [True, False])
async def test_the_jobs_of_the_chosen_cause_become_a_list(clock: Clock, chosen: bool) -> None:
    results = ResultSet(ResultOrigin(SafeText("9100"), 1, 1, NOON), [ImportJob("1", "FAILED")])
    context = FakeContext(fake_session([], clock)[0], answers=[results if chosen else None])
    await show_failures(context)
    assert isinstance(context.dialogs[0], FailuresScreen)
    assert context.results == ([results] if chosen else [])
