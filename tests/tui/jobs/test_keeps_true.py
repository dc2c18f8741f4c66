"""Invariants while requests fail, lists shift, tokens change and records are malformed."""

from __future__ import annotations

import gc

import httpx
import pytest
from textual.widget import Widget

from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.login.screen import LoginScreen
from tests.support.app import Start, first_page, log_in_to, paste, rest, shown, text_of
from tests.support.clock import Clock
from tests.support.params import mostly_slow

OTHER_TOKEN = "n" * 32


async def test_an_empty_next_page_is_not_shown_as_an_empty_list(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.total_header = False
    platform.remove_jobs(platform.ids()[100:])
    async with start() as pilot:
        await shown(pilot, "page 1")
        await pilot.press("right_square_bracket")
        await shown(pilot, "51–100 of")
        await rest(pilot)
        await pilot.press("right_square_bracket")
        await rest(pilot)
        await pilot.press("right_square_bracket")
        await rest(pilot)
        await shown(pilot, "51–100 of")
        assert "No import jobs" not in text_of(pilot.app)


async def test_a_job_that_leaves_the_filtered_list_is_not_followed(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(60, "RUNNING")
    async with start(query=JobQuery(states=("RUNNING",))) as pilot:
        await shown(pilot, "1–50 of 66")
        await pilot.press("right_square_bracket")
        await shown(pilot, "page 2 of 2")
        job = pilot.app.screen.query_one(JobTable).job
        assert job is not None
        platform.set_state(job.id, "COMPLETED")
        await pilot.press("r")
        await shown(pilot, "51–65 of 65 · page 2 of 2")


async def test_known_names_stay_if_a_brief_list_cannot_be_completed(
    start: Start, platform: SimulatedPlatform
) -> None:
    name = platform.job(platform.ids()[0])["destination"]["name"]
    platform.switches.brief = True
    async with start() as pilot:
        await shown(pilot, name)
        platform.fail("maintenance", where="/v2/bulk")
        added = platform.add_jobs(1)[0]
        await pilot.press("r")
        screen = await shown(pilot, "details missing: 503 maintenance")
        assert added[:8] in screen.splitlines()[3]
        assert name in screen.splitlines()[4]


async def test_relative_dates_are_updated_after_midnight(start: Start, clock: Clock) -> None:
    async with start() as pilot:
        await shown(pilot, "today 11:59")
        clock.seconds += 86400
        await pilot.press("r")
        await shown(pilot, "14 Mar 11:59")
        assert "today" not in text_of(pilot.app)


async def test_a_rejected_filter_does_not_show_the_counts_of_another(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    async with start() as pilot:
        await shown(pilot, "4 Failed 9")
        await pilot.press("f", *"rosalind/brca-pilot", "enter")
        await shown(pilot, "no permission")
        assert "4 Failed 9" not in text_of(pilot.app)


async def test_a_dialog_opened_while_a_token_is_validated(start: Start, platform: SimulatedPlatform) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        gate = platform.gate("/v2/user")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await gate.arrival()
        await pilot.press("f1")
        await shown(pilot, "Keyboard shortcuts")
        gate.release()
        await shown(pilot, "1–50 of 230")
        assert not any(isinstance(screen, LoginScreen) for screen in pilot.app.screen_stack)
        platform.token = OTHER_TOKEN
        await pilot.press("r")
        await shown(pilot, "The platform refused the token")


@pytest.mark.slow
async def test_another_platform_replaces_the_list_below_an_open_dialog(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    other = SimulatedPlatform(jobs=70, seed=2, clock=clock.unix)
    with LoopbackServer(other) as second:
        async with start(settings=Settings(refresh=1)) as pilot:
            await shown(pilot, "1–50 of 230")
            await pilot.press("f")
            await shown(pilot, "Filter jobs")
            platform.token = OTHER_TOKEN
            await shown(pilot, "The platform refused the token")
            await log_in_to(pilot, second.url, other.token)
            await shown(pilot, "1–50 of 70")
            assert sum(isinstance(screen, JobsScreen) for screen in pilot.app.screen_stack) == 1


async def test_another_user_sees_no_jobs_of_the_previous_user(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 9")
        await rest(pilot)
        platform.token = OTHER_TOKEN
        await pilot.press("r")
        await shown(pilot, "The platform refused the token")
        platform.remove_jobs(platform.ids())
        platform.state.username = "other"
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "lists only jobs started by other")
        await shown(pilot, "4 Failed 0")


async def test_a_token_rejected_in_a_dialog_opens_the_login_screen(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 9")
        await rest(pilot)
        platform.token = OTHER_TOKEN
        await pilot.press("f")
        await shown(pilot, "The platform refused the token")


@pytest.mark.slow
async def test_a_dialog_that_retries_with_the_old_token_changes_nothing(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(settings=Settings(refresh=1), backoff=(1.5, 1.5)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("gateway_html", 502, where="/v2/projects")
        await pilot.press("f")
        await shown(pilot, "Filter jobs")
        platform.next("error", (401, 90001), where=first_page)
        await shown(pilot, "The platform refused the token")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "1–50 of 230")
        await pilot.pause(2)
        assert isinstance(pilot.app.screen, JobsScreen)


@pytest.mark.parametrize(
    "fields",
    mostly_slow(
        [
            {"destination": {"project": "a/\ud800", "name": "x"}, "result": {"id": "\ud800"}},
            {"started_on": "0001-01-01T00:00:00+14:00", "finished_on": "9999-12-31T23:59:59-14:00"},
            {"result": {"id": "x", "size": 10**400}},
            {"id": "b" * 70_000, "href": ""},
            {"source": {"volume": "a/b", "location": "x" * 100_000}},
            {"error": {"code": "9105", "message": ["x"]}, "overwrite": "[/]"},
        ],
        fast=2,
    ),
    ids=["surrogates", "extreme times", "huge size", "long id", "long key", "wrong types"],
)
async def test_malformed_records_are_shown(
    start: Start, platform: SimulatedPlatform, fields: dict[str, object]
) -> None:
    platform.add_jobs(1, "COMPLETED", **fields)
    async with start(simulated=True) as pilot:
        await shown(pilot, "of 231")
        await rest(pilot)
        await pilot.press("J", "escape", "Y", "escape", "o", "escape", "enter", "escape", "s", "s")
        await pilot.pause()
        assert pilot.app.is_running


@pytest.mark.parametrize("depth", [40, 60, 900, 950, 100_000])
async def test_deep_records_are_shown_or_reported_as_unreadable(
    start: Start, platform: SimulatedPlatform, depth: int
) -> None:
    text = '{"items": [{"id": "deep-one", "state": "X", "metadata": ' + "[" * depth + "]" * depth + "}]}"

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=text.encode(), headers={"x-total-matching-query": "1"})

    platform.fail(answer, where=list_call)
    async with start() as pilot:
        await shown(pilot, "deep-one" if depth < 50 else "could not be read")
        await pilot.press("r", "J", "escape")
        assert pilot.app.is_running


async def test_counts_follow_state_changes(start: Start, platform: SimulatedPlatform, clock: Clock) -> None:
    job = platform.add_jobs(1, "RUNNING")[0]
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "2 Running 7")
        platform.set_state(job, "FAILED")
        await shown(pilot, "✗ FAILED")
        clock.seconds += 31
        platform.set_state(job, "COMPLETED")
        await shown(pilot, "2 Running 6")


@pytest.mark.slow
async def test_closed_dialogs_leave_no_widgets(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await rest(pilot)
        before = widgets()
        for _ in range(5):
            await pilot.press("question_mark")
            await shown(pilot, "Esc Back")
            await pilot.press("escape")
            await shown(pilot, "Esc Back", gone=True)
        await pilot.pause()
        assert widgets() <= before


def widgets() -> int:
    gc.collect()
    return sum(isinstance(each, Widget) for each in gc.get_objects())
