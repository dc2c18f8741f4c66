"""What the list shows of retries in the background, without an app."""

from __future__ import annotations

import pytest

from cgc_tui.domain.errors import ServerError
from cgc_tui.domain.jobs import ImportJob, SubmitResult
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry.plan import RetryPlan
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.domain.text import SafeText
from cgc_tui.services.retries import Retries, Retry
from cgc_tui.services.retry_runner import Phase
from cgc_tui.tui.retry.background import watched_retries
from tests.support.clock import Clock
from tests.support.host import FakeContext, FakeHost, fake_session


class Background:
    """The retries of a context, and what the list shows of them."""

    def __init__(self, clock: Clock) -> None:
        self.context = FakeContext(fake_session([], clock)[0])
        self.refresh_status = RefreshStatus()
        self.shown: tuple[str, frozenset[str]] = ("", frozenset())
        self.retries: Retries = watched_retries(
            FakeHost(), self.context, refresh_status=lambda: self.refresh_status, changed=self._show
        )

    def _show(self, text: SafeText, ids: frozenset[str]) -> None:
        self.shown = (text, ids)

    def send(self, *ids: str) -> Retry:
        """Send a retry, whose new jobs are pending."""
        jobs = tuple(ImportJob(job_id, "FAILED") for job_id in ids)
        retry = self.retries.plan(jobs, SafeText("marked"))
        run = RetryRun(RetryPlan(jobs, {}), NameConflictPolicy.AS_BEFORE)
        run.record_results(
            run.next_chunk(), [SubmitResult(True, ImportJob(f"new {job_id}", "PENDING")) for job_id in ids]
        )
        retry.runner._set(phase=Phase.WATCHING, run=run)
        return retry

    def finish(self, retry: Retry, **states: str) -> None:
        """Update new jobs."""
        assert retry.run is not None
        retry.run.update_jobs(
            {f"new {name}": ImportJob(f"new {name}", state) for name, state in states.items()}
        )
        retry.runner._set(refresh_error=None)


@pytest.fixture
def background(clock: Clock) -> Background:
    return Background(clock)


def test_the_progress_and_the_end_are_shown_and_announced_once(background: Background) -> None:
    retry = background.send("a", "b", "c")
    assert background.shown == ("watching 3 retried", frozenset("abc"))
    background.finish(retry, a="FAILED", b="COMPLETED")
    assert background.shown[0] == "watching 1 retried · 1 failed again"
    assert background.context.notices == []
    background.finish(retry, c="ABORTED")
    end = "retried 3 · 1 completed · 1 failed again · 1 ended otherwise"
    assert background.shown[0] == end
    background.finish(retry)
    assert background.context.titles == [
        ("watching 3 retried", False),
        ("watching 1 retried · 1 failed again", False),
        (end, True),
    ]
    assert background.context.notices == [
        (f"All retried jobs have finished: {end}. T shows the result.", "warning")
    ]
    background.retries.leave(retry)
    assert background.shown == ("", frozenset("abc"))
    assert background.context.titles[-1] == ("", False)


def test_two_retries_are_counted_together(background: Background) -> None:
    first, second = background.send("a"), background.send("b", "c")
    assert background.shown[0] == "watching 3 retried"
    background.finish(first, a="COMPLETED")
    assert background.shown[0] == "watching 2 retried"
    assert background.context.notices == []
    background.finish(second, b="COMPLETED", c="COMPLETED")
    assert background.shown[0] == "retried 3 · 3 completed"
    assert [severity for _, severity in background.context.notices] == ["information"]


def test_an_end_that_a_screen_shows_is_not_announced_in_a_notification(background: Background) -> None:
    retry = background.send("a")
    background.retries.on_change = lambda: None
    background.finish(retry, a="COMPLETED")
    assert background.context.titles[-1] == ("retried 1 · 1 completed", True)
    assert background.context.notices == []


def test_a_pause_and_a_failure_are_shown(background: Background) -> None:
    retry = background.send("a")
    background.refresh_status = RefreshStatus(paused=True)
    retry.runner._poll_if_resumed()
    assert background.shown[0] == "watch paused"
    retry.runner._set(refresh_error=ServerError(SafeText("503 maintenance"), SafeText("Wait.")))
    assert background.shown[0] == "retried 1: 503 maintenance"
