"""The times of refreshes and retries, without an app."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cgc_tui.domain.errors import InvalidResponse, RateLimited, ServerError
from cgc_tui.domain.presence import Presence
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.jobs.refresher import EARLY_FAILURE_DELAY, Refresher
from tests.support.clock import Clock
from tests.support.host import FakeHost


class Calls:
    """The number of due refreshes, and all reported statuses."""

    def __init__(self) -> None:
        self.due = 0
        self.statuses: list[RefreshStatus] = []

    def refresh(self) -> None:
        self.due += 1


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def refresher(host: FakeHost, clock: Clock, calls: Calls) -> Refresher:
    return Refresher(host, 15.0, clock=clock, due=calls.refresh, changed=calls.statuses.append)


def server_error(retry_after: float | None = 2.0) -> ServerError:
    return ServerError(SafeText("503"), SafeText("Wait."), retry_after=retry_after)


def test_a_refresh_is_due_after_the_interval(refresher: Refresher, host: FakeHost, calls: Calls) -> None:
    refresher.schedule()
    assert host.planned == [15.0]
    host.fire()
    assert calls.due == 1


def test_another_interval_replaces_the_timer(refresher: Refresher, host: FakeHost) -> None:
    refresher.schedule()
    refresher.set_interval(60.0)
    assert host.planned == [60.0]
    refresher.set_interval(0.0)
    assert host.planned == []


def test_no_refresh_is_planned_while_paused(refresher: Refresher, host: FakeHost, calls: Calls) -> None:
    refresher.schedule()
    refresher.toggle_pause()
    assert host.planned == []
    assert calls.statuses[-1].paused
    refresher.toggle_pause()
    assert host.planned == [15.0]


def test_refreshes_are_fewer_for_an_idle_user_and_stop_for_an_absent_one(
    refresher: Refresher, host: FakeHost, clock: Clock, calls: Calls
) -> None:
    clock.seconds += 700
    refresher.schedule()
    assert (refresher.status.presence, host.planned) == (Presence.IDLE, [60.0])
    clock.seconds += 3600
    refresher.schedule()
    assert (refresher.status.presence, host.planned) == (Presence.AWAY, [])
    assert calls.due == 0
    refresher.touch()
    assert (refresher.status.presence, calls.due) == (Presence.ACTIVE, 1)


def test_a_terminal_without_the_focus_gets_fewer_refreshes(refresher: Refresher, host: FakeHost) -> None:
    refresher.touch(focused=False)
    assert host.planned == [60.0]


def test_the_same_failure_waits_longer_each_time(refresher: Refresher, host: FakeHost) -> None:
    for count, wait in enumerate((2.0, 4.0, 8.0), start=1):
        refresher.fail(server_error())
        assert refresher.status.failure is not None
        assert (refresher.status.failure.count, host.planned) == (count, [wait])
    assert refresher.is_retrying


def test_a_failure_is_not_retried_while_paused(refresher: Refresher, host: FakeHost) -> None:
    refresher.toggle_pause()
    refresher.fail(server_error())
    assert host.planned == []
    assert not refresher.is_retrying


def test_a_pause_ends_the_wait_after_a_failure(refresher: Refresher, host: FakeHost) -> None:
    refresher.fail(server_error())
    refresher.toggle_pause()
    assert host.planned == []
    assert refresher.status.failure is not None
    assert not refresher.is_retrying


def test_a_wait_after_a_failure_outlasts_another_interval(
    refresher: Refresher, host: FakeHost, clock: Clock
) -> None:
    refresher.fail(RateLimited(SafeText("429"), SafeText("Wait."), retry_after=40.0))
    clock.seconds += 10
    refresher.set_interval(1.0)
    assert host.planned == [30.0]


def test_after_a_stop_the_failure_stays_and_no_retry_is_planned(refresher: Refresher, host: FakeHost) -> None:
    refresher.fail(server_error())
    refresher.stop_retrying()
    assert host.planned == []
    assert refresher.status.failure is not None


def test_after_a_halt_no_refresh_is_planned(refresher: Refresher, host: FakeHost) -> None:
    refresher.schedule()
    refresher.halt(server_error())
    assert host.planned == []
    assert refresher.status.failure is not None


def test_a_failed_attempt_is_shown_after_a_delay_and_counted_once(
    refresher: Refresher, host: FakeHost, clock: Clock
) -> None:
    error = server_error()
    with refresher.attempt() as on_retry:
        on_retry(error, 1.5)
        assert host.planned == [EARLY_FAILURE_DELAY]
        host.fire()
        failure = refresher.status.failure
        assert failure is not None
        assert (failure.error, failure.count, failure.retry_at) == (
            error,
            0,
            clock() + timedelta(seconds=1.5),
        )
    refresher.fail(error)
    assert refresher.status.failure is not None
    assert refresher.status.failure.count == 1


def test_a_failed_attempt_is_not_shown_if_the_next_one_succeeds(refresher: Refresher, host: FakeHost) -> None:
    with refresher.attempt() as on_retry:
        on_retry(server_error(), 0.3)
        on_retry(server_error(), 0.3)
        assert host.planned == [EARLY_FAILURE_DELAY]
    assert host.planned == []


def test_the_end_of_an_attempt_does_not_stop_the_timer_of_the_next(
    refresher: Refresher, host: FakeHost
) -> None:
    first = refresher.attempt()
    first.__enter__()
    with refresher.attempt() as on_retry:
        on_retry(server_error(), 1.0)
        first.__exit__(None, None, None)
        assert host.planned == [EARLY_FAILURE_DELAY]


def test_an_error_that_waiting_cannot_fix_is_retried_only_by_key(
    host: FakeHost, clock: Clock, calls: Calls
) -> None:
    refresher = Refresher(host, 0.0, clock=clock, due=calls.refresh, changed=calls.statuses.append)
    refresher.fail(InvalidResponse(SafeText("no jobs"), SafeText("Report it.")))
    assert host.planned == []
