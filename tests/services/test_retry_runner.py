"""The planner and the runner of a retry on a host without an app."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import fetch_all
from cgc_tui.api.requester import Requester
from cgc_tui.config.credentials import Access, Credentials
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import TokenRejected
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry.plan import SkipReason
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.text import SafeText
from cgc_tui.domain.token import Token
from cgc_tui.services.retries import Retries
from cgc_tui.services.retry import poll_delay
from cgc_tui.services.retry_planner import RetryPlanner
from cgc_tui.services.retry_runner import DEFAULT_INTERVAL, Phase, RetryRunner
from cgc_tui.services.session import PlatformSession
from cgc_tui.system.send_lock import SendLock
from tests.support.clock import Clock
from tests.support.host import FakeHost
from tests.support.retries import CREATE, create_requests

AS_BEFORE = NameConflictPolicy.AS_BEFORE


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(3, "FAILED", error=9100)
    return platform


class Retry:
    """A planner and a runner with their session and the phases so far."""

    def __init__(self, session: PlatformSession, host: FakeHost) -> None:
        self.session = session
        self.host = host
        self.refresh_status = RefreshStatus()
        self.retries = Retries(
            host, session, refresh_status=lambda: self.refresh_status, changed=lambda _: self._changed()
        )
        self.phases: list[Phase] = []
        self.planner: RetryPlanner
        self.runner: RetryRunner

    async def planned(self) -> Retry:
        """Plan a retry of all failed jobs."""
        jobs = (await fetch_all(self.session.client, JobQuery(states=("FAILED",)))).jobs
        retry = self.retries.plan(jobs, SafeText("all"))
        self.planner, self.runner = retry.planner, retry.runner
        self.phases = []
        self.planner.prepare()
        await self.host.settle()
        return self

    def _changed(self) -> None:
        phase = self.runner.status.phase
        if self.phases[-1:] != [phase]:
            self.phases.append(phase)

    async def reaches(self, phase: Phase) -> None:
        """Wait for a phase."""
        async with asyncio.timeout(20):
            while self.runner.status.phase is not phase:  # noqa: ASYNC110 - it runs in the same loop
                await asyncio.sleep(0)


@pytest.fixture
def retry(platform: SimulatedPlatform, clock: Clock, tmp_path: Path) -> Retry:
    session = PlatformSession(
        Access("cgc", platform.base_url, Token(platform.token), None),
        "CGC",
        Credentials(tmp_path, environ={}, home=tmp_path),
        lambda endpoint, token: PlatformClient(
            Requester(endpoint, token, transport=platform.transport(), now=clock, backoff=())
        ),
        tmp_path / "state",
        writable=True,
        clock=clock,
    )
    return Retry(session, FakeHost())


async def test_the_plan_contains_the_listed_jobs(retry: Retry, clock: Clock) -> None:
    await retry.planned()
    state = retry.planner.state
    assert state.plan is not None
    assert (len(state.plan.jobs), len(state.listed_ids), state.as_of) == (3, 3, clock())


async def test_without_a_plan_nothing_can_be_sent(retry: Retry, platform: SimulatedPlatform) -> None:
    await retry.planned()
    platform.fail("maintenance")
    retry.planner.prepare()
    await retry.host.settle()
    assert (retry.planner.state.plan, retry.planner.state.error is not None) == (None, True)
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert (retry.runner.status.phase, create_requests(platform)) == (Phase.PLANNED, 0)


async def test_each_import_is_sent_once_and_the_new_jobs_are_polled(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert retry.phases == [
        Phase.PLANNED,
        Phase.LOCKING,
        Phase.SENDING,
        Phase.RECONCILING,
        Phase.WATCHING,
    ]
    run = retry.runner.status.run
    assert run is not None
    assert retry.retries.sent_ids == run.sent_ids
    assert (create_requests(platform), len(run.running_ids)) == (1, 3)
    assert retry.host.planned == [2.0]
    for job_id in run.running_ids:
        platform.set_state(job_id, "COMPLETED")
    retry.host.fire()
    await retry.host.settle()
    assert (run.running_ids, retry.host.planned) == ((), [])
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert create_requests(platform) == 1


async def test_the_next_plan_skips_the_jobs_that_were_sent(retry: Retry) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    await retry.planned()
    plan = retry.planner.state.plan
    assert plan is not None
    assert (plan.jobs, dict(plan.skip_counts)) == ((), {SkipReason.SENT: 3})


async def test_esc_ends_the_wait_for_the_lock(
    retry: Retry, platform: SimulatedPlatform, clock: Clock
) -> None:
    await retry.planned()
    lock = SendLock(retry.session.state_directory, on_wait=print, on_unprotected=print, clock=clock)
    async with lock.hold(platform.base_url, platform.state.username):
        retry.runner.start(AS_BEFORE)
        async with asyncio.timeout(20):
            while retry.runner.status.holder is None:  # noqa: ASYNC110 - it runs in the same loop
                await asyncio.sleep(0)
        assert retry.runner.stop()
        await retry.host.settle()
    assert (retry.runner.status.phase, retry.runner.status.holder) == (Phase.PLANNED, None)
    assert (create_requests(platform), retry.retries.last) == (0, None)
    assert not retry.runner.stop()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert create_requests(platform) == 1


async def test_imports_that_another_process_started_are_not_sent(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    other = Retry(retry.session, FakeHost())
    await retry.planned()
    await other.planned()
    other.runner.start(AS_BEFORE)
    await other.host.settle()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert create_requests(platform) == 1
    status = retry.runner.status
    assert (status.phase, status.run, status.started_meanwhile) == (Phase.PLANNED, None, 3)
    assert retry.planner.state.plan is not None
    assert retry.planner.state.plan.jobs == ()


async def test_an_error_before_the_first_submission_is_kept(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    await retry.planned()
    platform.fail("maintenance")
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert (retry.runner.status.phase, retry.runner.status.run) == (Phase.PLANNED, None)
    assert retry.runner.status.start_error is not None


async def test_after_a_rejected_token_only_a_key_sends_requests(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    await retry.planned()
    platform.fail("error", (401, 90001), where=lambda request: request.url.path.endswith("/get"))
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    assert retry.runner.status.refresh_error is not None
    assert retry.host.planned == []
    platform.recover()
    retry.runner.look()
    await retry.host.settle()
    assert retry.runner.status.refresh_error is None
    assert retry.host.planned == [2.0]


async def test_a_lost_response_is_reconciled_again_by_key(
    retry: Retry, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgc_tui.services.retry.RECONCILE_DELAYS", (0.0,))
    await retry.planned()
    platform.next("drop", "body", where=CREATE)
    platform.fail(
        "maintenance", where=lambda request: bool(create_requests(platform)) and request.method == "GET"
    )
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    status = retry.runner.status
    assert status.run is not None
    assert (status.look_error is not None, len(status.run.unresolved)) == (True, 3)
    platform.recover()
    retry.runner.look()
    await retry.host.settle()
    assert (retry.runner.status.look_error, len(status.run.unresolved)) == (None, 0)
    assert create_requests(platform) == 1


async def test_stop_sends_no_further_request(retry: Retry, platform: SimulatedPlatform) -> None:
    platform.add_jobs(200, "FAILED", error=9100)
    await retry.planned()
    gate = platform.gate(CREATE)
    retry.runner.start(AS_BEFORE)
    await gate.arrival()
    assert retry.runner.stop()
    gate.release()
    await retry.host.settle()
    assert create_requests(platform) == 1
    assert retry.runner.status.phase is Phase.WATCHING


async def test_the_first_polls_are_soon_and_the_others_at_the_interval_of_the_list(retry: Retry) -> None:
    retry.refresh_status = RefreshStatus(30.0)
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    delays = []
    for _ in range(5):
        delays += retry.host.planned
        retry.host.fire()
        await retry.host.settle()
    assert delays == [2.0, 3.0, 5.0, 30.0, 30.0]


async def test_polls_that_fail_are_less_frequent(retry: Retry, platform: SimulatedPlatform) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    platform.fail("maintenance")
    delays = []
    for _ in range(4):
        retry.host.fire()
        await retry.host.settle()
        delays += retry.host.planned
    assert delays == [30.0, 60.0, 60.0, 60.0]
    platform.recover()
    retry.host.fire()
    await retry.host.settle()
    assert retry.host.planned == [DEFAULT_INTERVAL]


async def test_no_poll_is_sent_while_the_list_is_paused(retry: Retry, platform: SimulatedPlatform) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    retry.refresh_status = RefreshStatus(paused=True)
    before = len(platform.requests)
    retry.host.fire()
    await retry.host.settle()
    assert (len(platform.requests), retry.host.planned) == (before, [2.0])
    retry.refresh_status = RefreshStatus()
    retry.host.fire()
    await retry.host.settle()
    assert len(platform.requests) == before + 1


async def test_a_new_job_that_no_longer_exists_is_not_polled(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    run = retry.runner.status.run
    assert run is not None
    platform.remove_jobs(run.running_ids)
    retry.host.fire()
    await retry.host.settle()
    assert (run.running_ids, run.progress.ended_otherwise, retry.host.planned) == ((), 3, [])


async def test_a_new_client_stops_the_send_and_looks_for_what_was_sent(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(200, "FAILED", error=9100)
    await retry.planned()
    gate = platform.gate(CREATE)
    retry.runner.start(AS_BEFORE)
    await gate.arrival()
    retry.retries.restart()
    gate.release()
    await retry.host.settle()
    run = retry.runner.status.run
    assert run is not None
    assert (retry.runner.status.phase, run.stopped) == (Phase.WATCHING, True)
    assert create_requests(platform) == 1


async def test_a_token_that_another_request_found_rejected_stops_the_polls_until_there_is_a_new_one(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    retry.retries.halt(TokenRejected(SafeText("the platform refused the token"), SafeText("")))
    assert retry.host.planned == []
    assert retry.runner.status.refresh_error is not None
    before = len(platform.requests)
    retry.retries.restart()
    await retry.host.settle()
    assert retry.runner.status.refresh_error is None
    assert (len(platform.requests), retry.host.planned) == (before + 1, [2.0])


async def test_a_retry_that_was_left_before_its_end_is_unseen_until_it_is_shown_again(
    retry: Retry, platform: SimulatedPlatform
) -> None:
    await retry.planned()
    retry.runner.start(AS_BEFORE)
    await retry.host.settle()
    (sent,) = retry.retries.unseen
    assert sent.run is not None
    retry.retries.leave(sent)
    assert retry.retries.unseen == (sent,)
    for job_id in sent.run.running_ids:
        platform.set_state(job_id, "COMPLETED")
    retry.host.fire()
    await retry.host.settle()
    assert retry.retries.unseen == (sent,)
    retry.retries.leave(sent)
    assert retry.retries.unseen == ()
    assert retry.retries.last is sent
    assert retry.retries.last_of(sent.run.sent_ids) is sent
    assert retry.retries.last_of(["unknown"]) is None


@pytest.mark.parametrize(
    ("polls", "running", "interval", "failures", "expected"),
    [
        (0, 1, 15.0, 0, 2.0),
        (0, 1, 1.0, 0, 1.0),
        (0, 3000, 15.0, 0, 30.0),
        (9, 3000, 15.0, 0, 30.0),
        (0, 1, 15.0, 1, 30.0),
        (9, 1, 300.0, 20, 300.0),
    ],
)
def test_polls_keep_within_the_rate_limit(
    polls: int, running: int, interval: float, failures: int, expected: float
) -> None:
    assert poll_delay(polls, running, interval, failures=failures) == expected
