"""What must stay true while requests fail, lists shift, tokens change and data is odd."""

from __future__ import annotations

import gc

import httpx
import pytest
from textual.widget import Widget
from textual.widgets import Select

from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.login.screen import LoginScreen
from tests.support.app import Start, first_page, rest, shown, text_of
from tests.support.calls import lists
from tests.support.clock import Clock

OTHER_TOKEN = "n" * 32


async def test_an_empty_page_ahead_is_not_an_empty_list(start: Start, platform: SimulatedPlatform) -> None:
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


async def test_a_job_that_left_a_list_of_running_ones_is_not_followed(
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


async def test_esc_stops_a_refresh(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await rest(pilot)
        gate = platform.gate("/v2/storage/imports")
        await pilot.press("r")
        await gate.arrival()
        await pilot.press("escape")
        await shown(pilot, "stopped; r asks again")
        gate.release()


async def test_another_rhythm_keeps_a_wait(start: Start, platform: SimulatedPlatform) -> None:
    async with start(settings=Settings(refresh=15)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.switches.rate_reset = "far"
        platform.fail("limited", where=list_call)
        await pilot.press("r")
        await shown(pilot, "again in 300 s")
        asked = len(lists(platform))
        await pilot.press("minus", "minus", "minus", "minus")
        await shown(pilot, "every 1 s")
        await pilot.pause(1.5)
        assert len(lists(platform)) == asked


async def test_a_pause_ends_the_count_down(start: Start, platform: SimulatedPlatform) -> None:
    async with start(settings=Settings(refresh=15)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("maintenance", where=list_call)
        await pilot.press("r")
        await shown(pilot, "again in 30 s")
        await pilot.press("a")
        await shown(pilot, "again in", gone=True)
        await shown(pilot, "503 maintenance · r asks again")


async def test_an_early_word_is_not_a_failure_of_its_own(start: Start, platform: SimulatedPlatform) -> None:
    async with start(backoff=(0.9, 0.9)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("gateway_html", 502, where=list_call)
        await pilot.press("r")
        await shown(pilot, "502 bad gateway")
        screen = await shown(pilot, "again in 5 s")
        assert "times" not in screen


async def test_a_note_about_a_job_goes_when_the_platform_is_back(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        platform.fail("gateway_html", 502, where="/v2/storage/imports/")
        await pilot.press("down")
        await shown(pilot, "Only what the list says: 502 bad")
        platform.recover()
        clock.seconds += 1
        await pilot.press("r")
        await shown(pilot, "Only what the list says", gone=True)


async def test_names_that_were_known_stay_where_a_brief_list_cannot_be_filled(
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


async def test_today_ends_at_midnight(start: Start, clock: Clock) -> None:
    async with start() as pilot:
        await shown(pilot, "today 11:59")
        clock.seconds += 86400
        await pilot.press("r")
        await shown(pilot, "14 Mar 11:59")
        assert "today" not in text_of(pilot.app)


async def test_counts_that_failed_are_asked_for_again(start: Start, platform: SimulatedPlatform) -> None:
    platform.next("cloud_error", where=lambda request: b"limit=1&" in request.url.query)
    async with start(settings=Settings(refresh=1), backoff=()) as pilot:
        await shown(pilot, "3 Completed 205")


async def test_a_refused_filter_has_no_counts_of_another(start: Start, platform: SimulatedPlatform) -> None:
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    async with start() as pilot:
        await shown(pilot, "4 Failed 9")
        await pilot.press("f", *"rosalind/brca-pilot", "enter")
        await shown(pilot, "no permission")
        assert "4 Failed 9" not in text_of(pilot.app)


async def test_a_key_pressed_while_a_token_is_tried(start: Start, platform: SimulatedPlatform) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "needs your authentication token")
        gate = platform.gate("/v2/user")
        await pilot.press(*platform.token, "enter")
        await gate.arrival()
        await pilot.press("f1")
        await shown(pilot, "Keys")
        gate.release()
        await shown(pilot, "1–50 of 230")
        assert not any(isinstance(screen, LoginScreen) for screen in pilot.app.screen_stack)
        platform.token = OTHER_TOKEN
        await pilot.press("r")
        await shown(pilot, "The platform refused the token")


async def test_another_platform_while_a_form_is_open(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    other = SimulatedPlatform(jobs=70, seed=2, clock=clock.unix)
    with LoopbackServer(other) as second:
        async with start(settings=Settings(refresh=1)) as pilot:
            await shown(pilot, "1–50 of 230")
            await pilot.press("f")
            await shown(pilot, "Filter: what")
            platform.token = OTHER_TOKEN
            await shown(pilot, "The platform refused the token")
            select = pilot.app.screen.query_one(Select)
            select.set_options([("other", second.url)])
            select.value = second.url
            await pilot.press(*other.token, "enter")
            await shown(pilot, "1–50 of 70")
            assert sum(isinstance(screen, JobsScreen) for screen in pilot.app.screen_stack) == 1


async def test_another_user_sees_nothing_of_the_one_before(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 9")
        await rest(pilot)
        platform.token = OTHER_TOKEN
        await pilot.press("r")
        await shown(pilot, "The platform refused the token")
        platform.remove_jobs(platform.ids())
        platform.state.username = "other"
        await pilot.press(*platform.token, "enter")
        await shown(pilot, "lists only the jobs that other started")
        await shown(pilot, "4 Failed 0")


async def test_a_refusal_in_a_form_asks_for_a_token(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 9")
        await rest(pilot)
        platform.token = OTHER_TOKEN
        await pilot.press("f")
        await shown(pilot, "The platform refused the token")


async def test_a_form_that_still_asks_with_the_old_token_does_no_harm(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(settings=Settings(refresh=1), backoff=(1.5, 1.5)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("gateway_html", 502, where="/v2/projects")
        await pilot.press("f")
        await shown(pilot, "Filter: what")
        platform.next("error", (401, 90001), where=first_page)
        await shown(pilot, "The platform refused the token")
        await pilot.press(*platform.token, "enter")
        await shown(pilot, "1–50 of 230")
        await pilot.pause(2)
        assert isinstance(pilot.app.screen, JobsScreen)


@pytest.mark.parametrize(
    "fields",
    [
        {"result": {"id": "x", "size": 10**400}},
        {"destination": {"project": "a/\ud800", "name": "x"}, "result": {"id": "\ud800"}},
        {"id": "b" * 70_000, "href": ""},
        {"source": {"volume": "a/b", "location": "x" * 100_000}},
        {"started_on": "0001-01-01T00:00:00+14:00", "finished_on": "9999-12-31T23:59:59-14:00"},
        {"error": {"code": "9105", "message": ["x"]}, "overwrite": "[/]"},
    ],
    ids=["huge size", "surrogates", "long id", "long key", "odd times", "odd types"],
)
async def test_odd_records_are_shown(
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
async def test_deep_records_are_shown_or_refused_in_words(
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


async def test_counts_follow_jobs_that_move(start: Start, platform: SimulatedPlatform, clock: Clock) -> None:
    job = platform.add_jobs(1, "RUNNING")[0]
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "2 Running 7")
        platform.set_state(job, "FAILED")
        await shown(pilot, "✗ FAILED")
        clock.seconds += 31
        platform.set_state(job, "COMPLETED")
        await shown(pilot, "2 Running 6")


async def test_dialogs_leave_nothing_behind(start: Start) -> None:
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
