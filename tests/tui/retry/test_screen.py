"""The retry screen by keys: nothing is sent without confirmation or twice, and outcomes are shown."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot
from textual.timer import Timer

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import fetch_all
from cgc_tui.demo import SimulatedPlatform, list_call
from cgc_tui.domain.errors import ServerError
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.retry.plan import RetryPlan
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.domain.text import SafeText
from cgc_tui.services.retry import send
from cgc_tui.services.retry_planner import PlanState, RetryPlanner
from cgc_tui.services.retry_runner import RetryRunner
from cgc_tui.system.send_lock import SendLock
from cgc_tui.tui.base_app import TerminalApp
from cgc_tui.tui.dialogs.confirm import ConfirmDialog
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.jobs.status_line import StatusLine
from cgc_tui.tui.login.screen import LoginScreen
from cgc_tui.tui.messages import TitleRequested
from cgc_tui.tui.retry import outcome_table, plan_table
from cgc_tui.tui.retry.outcome_table import OutcomeTable
from cgc_tui.tui.retry.plan_table import PlanTable
from cgc_tui.tui.retry.screen import RetryScreen
from tests.support.app import MakeApp, Start, rest, shown, text_of
from tests.support.clock import Clock
from tests.support.params import mostly_slow
from tests.support.retries import CREATE, nth, platform_with_failures, submitted

FAILED = JobQuery(states=("FAILED",), limit=50)


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_failures(clock)


async def plan_all(pilot: Pilot[None], total: int = 240) -> None:
    await shown(pilot, "page 1 of")
    await pilot.press("T")
    await shown(pilot, f"{total} of {total} failed imports")
    await shown(pilot, "Nothing sent yet. Enter asks for confirmation.")


async def confirm(pilot: Pilot[None], answer: str) -> None:
    await pilot.press("enter")
    await shown(pilot, f"Type {answer} and press Enter")
    await pilot.press(*answer, "enter")


async def test_without_write_the_key_explains_the_option(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 300")
        await pilot.press("T")
        await shown(pilot, "Restart with --write")
        assert isinstance(pilot.app.screen, JobsScreen)
    assert submitted(platform) == []


async def test_each_import_is_sent_once_and_its_outcome_is_shown(
    start: Start, platform: SimulatedPlatform
) -> None:
    volume = platform.job(platform.ids()[3])["source"]["volume"]
    bad = sum(platform.job(job_id)["source"]["volume"] == volume for job_id in platform.ids()[:100])
    platform.fail("error", (403, 1), where=lambda _: _forbid(platform, volume))
    platform.next("drop", "body", where=nth(platform, 2))
    async with start(write=True, size=(80, 24)) as pilot:
        await plan_all(pilot)
        await confirm(pilot, "240")
        await shown(pilot, f"{240 - bad} started")
        screen = await shown(pilot, f"{bad} refused")
        assert "9020 You do" in screen
        await shown(pilot, "Watching the new jobs")
        old = platform.job(platform.ids()[-61])["id"]
        for job_id in platform.ids()[: 240 - bad]:
            platform.set_state(job_id, "COMPLETED")
        await pilot.press("r")
        await shown(pilot, f"{240 - bad} of {240 - bad} · {240 - bad} completed")
        await shown(pilot, "All new jobs have finished.")
        await pilot.press("G")
        await shown(pilot, f"old {old}   new ")
        await pilot.press("escape", "T")
        await shown(pilot, f"{bad} of 240 failed imports")
        await shown(pilot, f"{240 - bad} already retried")
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})


def _forbid(platform: SimulatedPlatform, volume: str) -> bool:
    """Make the volume forbidden during the first submission; inject no fault."""
    platform.switches.forbidden_volumes = frozenset({volume} if 0 < len(submitted(platform)) <= 100 else ())
    return False


async def test_the_outcome_of_a_lost_response_is_unknown_until_it_is_reconciled(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.next("drop", "body", where=nth(platform, 2))

    def reconciles(request: httpx.Request) -> bool:
        return bool(submitted(platform)[200:]) and request.method == "GET" and b"volume=" in request.url.query

    platform.fail("maintenance", where=reconciles)
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await confirm(pilot, "240")
        await shown(pilot, "100 outcome unknown")
        await shown(pilot, "The check failed: 503 maintenance")
        platform.recover()
        await pilot.press("escape", "3")
        await shown(pilot, "1–50 of 60")
        await pilot.press("T")
        await shown(pilot, "Nothing new to send: already retried. Jobs with an unknown outcome")
        await pilot.press("enter", "escape")
    assert Counter(submitted(platform)).most_common(1)[0][1] == 1


async def test_a_wrong_confirmation_and_esc_send_nothing(start: Start, platform: SimulatedPlatform) -> None:
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await pilot.press("enter")
        await shown(pilot, "Type 240 and press Enter")
        await pilot.press("enter", *"yes", "enter")
        await shown(pilot, "Nothing was sent. Type 240")
        await pilot.press("escape", "enter", "escape", "escape")
        assert isinstance(pilot.app.screen, JobsScreen)
    assert submitted(platform) == []


async def test_a_hundred_imports_are_confirmed_and_sent_with_the_options(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids()[:140])
    async with start(write=True) as pilot:
        await plan_all(pilot, 100)
        assert pilot.app.screen.query_one(PlanTable).row_count == 100
        await pilot.press("o", "o")
        await shown(pilot, "If name exists  autorename")
        await pilot.press("J")
        await shown(pilot, '"overwrite": false, "autorename": true')
        await pilot.press("escape")
        await confirm(pilot, "yes")
        await shown(pilot, "100 started")
    bodies = [json.loads(call.body) for call in platform.requests if call.path == CREATE]
    assert [len(body["items"]) for body in bodies] == [100]
    assert all(item["autorename"] and not item["overwrite"] for item in bodies[0]["items"])


async def test_a_plan_that_is_there_before_the_screen_is_shown(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen requests its plan while it is mounted, and the response may be quicker than that."""
    error = ServerError(SafeText("503 maintenance"), SafeText("Wait."))
    monkeypatch.setattr(RetryPlanner, "prepare", lambda planner: planner._set(PlanState(error=error)))
    async with start(write=True) as pilot:
        await shown(pilot, "page 1 of")
        await pilot.press("T")
        await shown(pilot, "503 maintenance")


async def test_overwriting_is_said_in_the_plan_and_in_the_confirmation(
    start: Start, platform: SimulatedPlatform
) -> None:
    jobs = [platform.job(job_id) for job_id in platform.ids()]
    count = sum(job["overwrite"] for job in jobs if job["state"] == "FAILED")
    assert 0 < count < 240
    async with start(write=True, size=(80, 24)) as pilot:
        await plan_all(pilot)
        screen = await shown(
            pilot, f"Caution         {count} of 240 overwrite an existing file of the same name"
        )
        assert sum(line.endswith("  overwrite") for line in screen.splitlines()) > 1
        await pilot.press("enter")
        await shown(pilot, f"Caution: {count} of 240 overwrite an")
        await pilot.press("escape", "o")
        await shown(pilot, "Caution         all overwrite an existing file of the same name")
        await pilot.press("o")
        await shown(pilot, "Caution", gone=True)
        await pilot.press("enter")
        await shown(pilot, "Retry 240 imports")
        assert "Caution" not in text_of(pilot.app)
    assert submitted(platform) == []


async def test_rows_beyond_the_maximum_are_reported(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome_table, "MAX_ROWS", 200)
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await confirm(pilot, "240")
        await shown(pilot, "the first 200, problems first; y copies all")
        assert pilot.app.screen.query_one(OutcomeTable).row_count == 200


async def test_only_marked_jobs_are_retried(start: Start, platform: SimulatedPlatform) -> None:
    ids = platform.ids()
    async with start(write=True) as pilot:
        await shown(pilot, "1–50 of 300")
        await pilot.press("space", "space", "3")
        await shown(pilot, "1–50 of 60 · page 1 of 2 · 2 marked")
        await pilot.press("space", "T")
        await shown(pilot, "2 of 3 failed imports")
        await shown(pilot, "1 not failed")
        await confirm(pilot, "yes")
        await shown(pilot, "2 started")
    assert submitted(platform) == [platform.job(job_id)["source"]["location"] for job_id in ids[:2]]


async def test_keys_while_sending_change_nothing_and_esc_stops_it(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(write=True) as pilot:
        await plan_all(pilot)
        gate = platform.gate(nth(platform, 2))
        await confirm(pilot, "240")
        await gate.arrival()
        await pilot.press("enter", "T", "r", "o", "enter", "y", "enter", "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, RetryScreen)
        await shown(pilot, "Stopping…")
        gate.release()
        await shown(pilot, "40 not sent · 200 started")
        await pilot.press("enter", "escape")
        await pilot.press("T")
        await shown(pilot, "40 of 240 failed imports")
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (200, {1})


@pytest.mark.slow
async def test_a_retry_after_quitting_sends_only_the_rest(
    make_app: MakeApp, platform: SimulatedPlatform
) -> None:
    async with make_app(write=True).run_test(size=(120, 36)) as pilot:
        await plan_all(pilot)
        gate = platform.gate(nth(platform, 2), times=1)
        await confirm(pilot, "240")
        await gate.arrival()
        await pilot.press("q")
    gate.release()
    async with make_app(write=True).run_test(size=(120, 36)) as pilot:
        await shown(pilot, "page 1 of")
        while len(platform.ids()) < 500:
            await pilot.pause(0.01)
        await pilot.press("T")
        await shown(pilot, "40 of 240 failed imports")
        await shown(pilot, "200 already started again")
        await confirm(pilot, "yes")
        await shown(pilot, "40 started")
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})


async def test_without_a_plan_nothing_can_be_sent(start: Start, platform: SimulatedPlatform) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "1–50 of 300")
        platform.fail("maintenance", where=lambda request: b"volume=" in request.url.query)
        await pilot.press("T")
        await shown(pilot, "Nothing sent: the check failed; r checks again")
        await pilot.press("enter")
        assert not isinstance(pilot.app.screen, ConfirmDialog)
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "240 of 240 failed imports")
    assert submitted(platform) == []


async def leave_login_screen(pilot: Pilot[None]) -> None:
    """Wait for the login screen, and go back to the retry."""
    await shown(pilot, "The platform refused the token")
    assert isinstance(pilot.app.screen, LoginScreen)
    await pilot.press("escape")
    assert isinstance(pilot.app.screen, RetryScreen)


async def test_a_token_that_is_rejected_while_sending_leaves_the_rest_unsent(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.next("error", (401, 90001), where=nth(platform, 2))
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await confirm(pilot, "240")
        await leave_login_screen(pilot)
        await shown(pilot, "40 not sent · 100 started")
        screen = await shown(pilot, "100 refused")
        assert "the platform refused the token" in screen
        assert "the platform refused the token" in text_of(pilot.app)
    assert len(submitted(platform)) == 200


async def test_a_token_that_is_rejected_while_planning_opens_the_login_screen(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "page 1 of")
        platform.next("error", (401, 90001), where=lambda request: b"volume=" in request.url.query)
        await pilot.press("T")
        await leave_login_screen(pilot)
        await shown(pilot, "Nothing sent: the check failed; r checks again")
        await pilot.press("r")
        await shown(pilot, "240 of 240 failed imports")
    assert submitted(platform) == []


def polls_by_hand(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Return the polls of new jobs that are due, each of which a test makes."""
    polls: list[Callable[[], object]] = []
    set_timer = JobsScreen.set_timer

    def set_timer_without_polls(
        screen: JobsScreen, seconds: float, callback: Callable[[], object], **options: Any
    ) -> object:
        if getattr(callback, "__func__", None) is RetryRunner._poll_if_resumed:
            polls.append(callback)
            return Timer(screen, seconds)
        return set_timer(screen, seconds, callback, **options)

    monkeypatch.setattr(JobsScreen, "set_timer", set_timer_without_polls)
    return polls


@pytest.mark.parametrize("unknown", mostly_slow([True, False]))
async def test_a_token_that_is_rejected_while_polling_opens_the_login_screen_once(
    start: Start, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch, unknown: bool
) -> None:
    """With `unknown`, lost responses are reconciled first; otherwise the new jobs are polled."""
    polls = polls_by_hand(monkeypatch)

    def reconciles(request: httpx.Request) -> bool:
        is_list = request.method == "GET" and b"volume=" in request.url.query
        return bool(submitted(platform)[200:]) and (is_list if unknown else request.url.path.endswith("/get"))

    if unknown:
        platform.next("drop", "body", where=nth(platform, 2))
    platform.fail("error", (401, 90001), where=reconciles)
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await confirm(pilot, "240")
        await leave_login_screen(pilot)
        await shown(pilot, "The check failed: the platform refused" if unknown else "the platform refused")
        count = len(platform.requests)
        assert polls == []
        assert isinstance(pilot.app.screen, RetryScreen)
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "Watching the new jobs")
        await rest(pilot)
        polls[-1]()
        await rest(pilot)
        assert len(platform.requests) > count


@pytest.fixture
def other_process(client: PlatformClient, clock: Clock, tmp_path: Path) -> AbstractAsyncContextManager[None]:
    """Return the lock as another process holds it."""
    lock = SendLock(tmp_path / "state", on_wait=print, on_unprotected=print, clock=clock)
    return lock.hold(client.endpoint, "rosalind")


async def test_esc_gives_up_waiting_for_another_run(
    start: Start, platform: SimulatedPlatform, other_process: AbstractAsyncContextManager[None]
) -> None:
    async with start(write=True, size=(80, 24)) as pilot:
        await plan_all(pilot)
        async with other_process:
            await confirm(pilot, "240")
            screen = " ".join((await shown(pilot, "Waiting: another cgc-tui is sending imports")).split())
            assert f"pid {os.getpid()}, since 2026-03-14 12:00:00 UTC)" in screen
            assert "Esc cancels; nothing is sent." in screen
            await pilot.press("enter", "r", "o")
            await pilot.pause()
            assert "Waiting: another cgc-tui" in text_of(pilot.app)
            await pilot.press("escape")
            await shown(pilot, "Nothing sent yet. Enter asks for confirmation.")
            assert "if name exists:" not in text_of(pilot.app)
        await pilot.pause()
        assert submitted(platform) == []
        await confirm(pilot, "240")
        await shown(pilot, "240 started")
    assert len(submitted(platform)) == 240


async def test_a_run_that_has_waited_sends_only_the_rest(
    start: Start,
    client: PlatformClient,
    platform: SimulatedPlatform,
    other_process: AbstractAsyncContextManager[None],
) -> None:
    async with start(write=True) as pilot:
        await plan_all(pilot)
        async with other_process:
            await confirm(pilot, "240")
            await shown(pilot, "Waiting: another cgc-tui is sending imports")
            failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
            assert (
                await send(client, RetryRun(RetryPlan(failed[:200], {}), NameConflictPolicy.AS_BEFORE))
                is None
            )
            gate = platform.gate(list_call)
        await gate.arrival()
        await shown(pilot, "Checking the list again before sending…")
        gate.release()
        await shown(pilot, "40 started")
        await shown(pilot, "Skipped    200 already started again")
        assert "Waiting" not in text_of(pilot.app)
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})


@pytest.mark.slow
async def test_two_concurrent_apps_send_each_import_once(
    make_app: MakeApp, platform: SimulatedPlatform
) -> None:
    before = len(platform.ids())
    async with make_app(write=True).run_test(size=(120, 36)) as first:
        await plan_all(first)
        gate = platform.gate(CREATE, times=1)
        await confirm(first, "240")
        await gate.arrival()
        async with make_app(write=True).run_test(size=(120, 36)) as second:
            await plan_all(second)
            await confirm(second, "240")
            await shown(second, "Waiting: another cgc-tui is sending imports")
            gate.release()
            await shown(second, "240 already started again")
            await shown(second, "Nothing to send.")
            await second.press("enter", "escape")
            assert isinstance(second.app.screen, JobsScreen)
        await shown(first, "240 started")
    counts = Counter(submitted(platform))
    assert (len(platform.ids()) - before, len(counts), set(counts.values())) == (240, 240, {1})


async def test_without_locks_it_sends_with_a_warning(
    start: Start, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("")
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await confirm(pilot, "240")
        await shown(pilot, "240 started")
        warning = " ".join((await shown(pilot, "No lock")).split())
        assert "cannot be locked" in warning
        assert "a second run at the same time could send the same imports again." in warning
    assert len(submitted(platform)) == 240


async def test_nothing_is_sent_if_the_list_cannot_be_read_again(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(write=True) as pilot:
        await plan_all(pilot)
        platform.fail("gateway_html", 502)
        await confirm(pilot, "240")
        await shown(pilot, "Nothing was sent · 502 bad gateway")
        platform.recover()
        await confirm(pilot, "240")
        await shown(pilot, "240 started")
    assert len(submitted(platform)) == 240


async def retry_marked(pilot: Pilot[None]) -> None:
    """Retry the first two failed jobs."""
    await shown(pilot, "1–50 of 240")
    await pilot.press("space", "space", "T")
    await shown(pilot, "2 of 2 failed imports")
    await confirm(pilot, "yes")
    await shown(pilot, "Watching the new jobs")


async def test_the_watch_goes_on_after_esc_and_reports_the_end(
    start: Start, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls = polls_by_hand(monkeypatch)
    requested: list[TitleRequested] = []
    monkeypatch.setattr(TerminalApp, "set_title", lambda _app, event: requested.append(event))
    async with start(write=True, size=(80, 24), query=FAILED) as pilot:
        await retry_marked(pilot)
        await pilot.press("escape")
        await shown(pilot, "watching 2 retried")
        new = platform.ids()[:2]
        platform.set_state(new[0], "COMPLETED")
        polls.pop()()
        await shown(pilot, "watching 1 retried")
        platform.set_state(new[1], "FAILED")
        polls.pop()()
        await shown(pilot, "All retried jobs")
        line = pilot.app.screen.query_one(StatusLine)
        assert line.retry_status == "retried 2 · 1 completed · 1 failed again"
        assert (requested[-1].title, requested[-1].ring) == ("retried 2 · 1 completed · 1 failed again", True)
        assert sum(event.ring for event in requested) == 1
        assert polls == []
        await pilot.press("G", "T")
        await shown(pilot, "All new jobs have finished.")
        await pilot.press("escape")
        await shown(pilot, "of 241")
        assert line.retry_status == ""
        assert (requested[-1].title, requested[-1].ring) == ("", False)


async def test_the_result_of_a_retry_is_shown_again_without_a_request(
    start: Start, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls_by_hand(monkeypatch)
    async with start(write=True, size=(80, 24), query=FAILED) as pilot:
        await retry_marked(pilot)
        await pilot.press("down")
        old = (await shown(pilot, "old ")).split("old ")[1].split()[0]
        await pilot.press("escape")
        screen = await shown(pilot, "watching 2 retried")
        assert "marked" not in screen
        assert screen.count("↻ ") == 2
        await rest(pilot)
        table = pilot.app.screen.query_one(JobTable)
        assert table.cursor_row == 2
        await pilot.press("up")
        count = len(platform.requests)
        await pilot.press("T")
        screen = await shown(pilot, "Watching the new jobs")
        assert f"old {old}" in screen
        assert "Enter Send" not in screen
        assert len(platform.requests) == count
        await pilot.press("T")
        await shown(pilot, "238 of 240 failed imports")
        screen = await shown(pilot, "2 already retried")
        assert "v Result" in screen
        await pilot.press("v")
        await shown(pilot, "Watching the new jobs")
        await pilot.press("escape")
        await shown(pilot, "1–50 of 240")
        assert table.cursor_row == 1
    assert len(submitted(platform)) == 2


async def test_a_plan_with_nothing_to_send_does_not_offer_to_send(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "1–50 of 300")
        platform.remove_jobs(platform.ids()[:240])
        await pilot.press("T")
        screen = await shown(pilot, "Nothing to send.")
        assert "Enter Send" not in screen
        assert "v Result" not in screen


async def test_an_unsent_job_stays_marked(start: Start, platform: SimulatedPlatform) -> None:
    volume = platform.job(platform.ids()[0])["source"]["volume"]
    platform.switches.forbidden_volumes = frozenset({volume})
    async with start(write=True, query=FAILED) as pilot:
        await shown(pilot, "1–50 of 240")
        await pilot.press("space", "T")
        await shown(pilot, "1 of 1 failed imports")
        await confirm(pilot, "yes")
        await shown(pilot, "1 refused")
        await pilot.press("escape")
        await shown(pilot, "1 marked")


async def test_the_plan_lists_the_files_and_what_happens_if_a_name_exists(
    start: Start, platform: SimulatedPlatform
) -> None:
    jobs = [platform.job(job_id) for job_id in platform.ids()[:2]]
    async with start(write=True, size=(80, 24), query=FAILED) as pilot:
        await shown(pilot, "1–50 of 240")
        await pilot.press("space", "space", "T")
        screen = await shown(pilot, "2 of 2 failed imports")
        lines = screen.splitlines()
        top = next(index for index, line in enumerate(lines) if line.split()[:2] == ["Name", "Source"])
        assert lines[top].split(maxsplit=3) == ["Name", "Source", "Destination", "If name exists"]
        jobs.sort(key=lambda job: not job["overwrite"])
        for job, line in zip(jobs, lines[top + 1 :], strict=False):
            assert job["destination"]["name"] in line
            assert line.endswith("overwrite" if job["overwrite"] else "fail")
        assert "POST" not in screen
        await pilot.press("o")
        await shown(pilot, "all overwrite an existing file")
        lines = text_of(pilot.app).splitlines()
        assert sum(line.endswith("  overwrite") for line in lines) == 2


async def test_files_beyond_the_maximum_are_reported(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_table, "MAX_ROWS", 200)
    async with start(write=True) as pilot:
        await plan_all(pilot)
        await shown(pilot, "the first 200 of 240")
        assert pilot.app.screen.query_one(PlanTable).row_count == 200
