"""The failures screen by keys: all failed jobs are loaded, grouped, and listed by cause."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import ProgressBar, Sparkline

from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.dialogs.loading import LoadAllDialog
from cgc_tui.tui.failures.cause_detail import CauseDetail
from cgc_tui.tui.failures.cause_table import CauseTable
from cgc_tui.tui.failures.screen import FailuresScreen
from cgc_tui.tui.jobs.job_table import JobTable
from tests.support.app import Start, paste, rest, shown, text_of
from tests.support.clock import Clock
from tests.support.platforms import platform_with_causes


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_causes(clock)


@pytest.fixture
def server(platform: SimulatedPlatform, request: pytest.FixtureRequest) -> Iterator[LoopbackServer]:
    """Serve the platform; an optional parameter is the latency in ms."""
    with LoopbackServer(platform, latency_ms=getattr(request, "param", 0)) as server:
        yield server


def page_requests(platform: SimulatedPlatform, state: str = "FAILED") -> int:
    """Return the number of requested pages of 100 jobs in a state."""
    return sum(
        request.path == "/v2/storage/imports" and {("state", state), ("limit", "100")} <= set(request.query)
        for request in platform.requests
    )


def meaning(code: int) -> str:
    """Return the start of what an error code means."""
    hint = hint_for(code)
    assert hint is not None
    return hint.meaning[:20]


async def test_the_causes_contain_all_jobs_with_one_request_per_page(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        screen = await shown(pilot, "161 failed jobs by cause\n")
        assert "120  ██████████  75 %  9105    Location on volume not found." in screen
        assert "40  ███         25 %  9108    File with the specified name" in screen
        assert "1  █            1 %  424242" in screen
        table = pilot.app.screen.query_one(CauseTable)
        assert sum(len(cause.jobs) for cause in table.causes) == 161
        assert page_requests(platform) == 2
        assert "updated 12:00" in screen


async def test_the_detail_of_a_cause_has_its_remedy_and_its_places(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "Error message")
        await shown(pilot, f"Meaning     {meaning(9105)}")
        screen = await shown(pilot, "Source      rosalind/tcga-raw 120")
        assert "Destination rosalind/brca-pilot 120" in screen
        assert "When        today 11:58" in screen
        await pilot.press("j")
        await shown(pilot, f"Meaning     {meaning(9108)}")
        await pilot.press("j")
        screen = await shown(pilot, "Unexpected error.")
        await shown(pilot, "Meaning", gone=True)


async def test_enter_lists_the_jobs_of_a_cause(start: Start, platform: SimulatedPlatform) -> None:
    async with start(query=JobQuery(limit=25)) as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("j", "enter")
        screen = await shown(pilot, "1–25 of 40 · page 1 of 2 · searched all 161 at 12:00 · newest first")
        assert "9108 File with the specified name" in screen
        assert "0 All 40 │" in screen
        await pilot.press("]")
        await shown(pilot, "26–40 of 40 · page 2 of 2")
        assert pilot.app.screen.query_one(JobTable).job.id == platform.ids()[1 + 25]


async def test_esc_goes_back_from_details_to_jobs_to_causes_to_the_list(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–50 of 291")
        await pilot.press("]")
        await shown(pilot, "51–100 of 291")
        await pilot.press("down", "down", "down", "F")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("v")
        await shown(pilot, "completed 130: today")
        await pilot.press("j", "enter")
        await shown(pilot, "1–40 of 40")
        before = page_requests(platform), page_requests(platform, "COMPLETED")
        await pilot.press("enter")
        await shown(pilot, "overwrite no")
        await pilot.press("escape")
        await shown(pilot, "1–40 of 40")
        await pilot.press("escape")
        await shown(pilot, meaning(9108))
        screen = await shown(pilot, "161 failed jobs by cause")
        assert "completed 130: today" in screen
        assert pilot.app.screen.query_one(CauseTable).cursor_row == 1
        await pilot.press("escape")
        await shown(pilot, "51–100 of 291")
        await rest(pilot)
        assert pilot.app.screen.query_one(JobTable).job.id == platform.ids()[53]
        assert (page_requests(platform), page_requests(platform, "COMPLETED")) == before


async def test_r_on_the_causes_one_came_back_to_requests_them(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("enter")
        await shown(pilot, "1–50 of 120")
        platform.add_jobs(2, "FAILED", error=9100)
        await pilot.press("escape")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("r")
        await shown(pilot, "163 failed jobs by cause")


async def test_the_jobs_of_a_cause_are_retried_and_esc_returns_to_the_causes(start: Start) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("j", "T")
        await shown(pilot, "40 of 40 failed imports")
        await pilot.press("escape")
        await shown(pilot, "161 failed jobs by cause")
        assert pilot.app.screen.query_one(CauseTable).cursor_row == 1


async def test_the_jobs_of_a_cause_are_exported_and_the_causes_stay(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("j", "E")
        await shown(pilot, "40 of 9108 File with the specified")
        await pilot.press("ctrl+u")
        await paste(pilot, str(path))
        await pilot.press("enter")
        await shown(pilot, "161 failed jobs by cause")
        await shown(pilot, str(path.parent)[:30])
        await shown(pilot, "Export jobs to a file", gone=True)
        assert len(path.read_text().splitlines()) == 1 + 40


async def test_a_result_set_needs_no_request(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        await pilot.press("enter")
        await shown(pilot, "1–50 of 120")
        before = page_requests(platform)
        await pilot.press("F")
        await shown(pilot, "120 failed jobs by cause · 9105 Location on volume not found.")
        await pilot.press("v")
        await pilot.pause()
        assert page_requests(platform) == before
        assert page_requests(platform, "COMPLETED") == 0
        await pilot.press("enter")
        await shown(pilot, "of 120 · page 1 of 3 · searched all 120")


async def test_the_project_and_the_volume_limit_the_jobs_and_the_state_does_not(
    start: Start, platform: SimulatedPlatform
) -> None:
    query = JobQuery(states=("COMPLETED",), volume="rosalind/results")
    jobs = [platform.job(job_id) for job_id in platform.ids()]
    count = sum(job["state"] == "FAILED" and job["source"]["volume"] == query.volume for job in jobs)
    async with start(query=query) as pilot:
        await shown(pilot, f"4 Failed {count}")
        await pilot.press("F")
        await shown(pilot, f"{count} failed jobs by cause · volume rosalind/results")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_header_of_the_jobs_of_a_cause_has_the_filter_they_were_read_with(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size, query=JobQuery(project="rosalind/brca-pilot")) as pilot:
        await shown(pilot, "Fail")
        await pilot.press("F")
        await shown(pilot, "120 failed jobs by cause · project rosalind/brca-pilot")
        await pilot.press("enter")
        screen = await shown(pilot, "9105 Location on volume not found. · project rosalind/brca-pilot")
        assert "project any" not in screen
        await pilot.press("F")
        await shown(pilot, "120 failed jobs by cause · 9105 Location on volume not found. · project")
        await pilot.press("enter")
        await shown(pilot, "9105 Location on volume not found. · project rosalind/brca-pilot")


async def test_the_key_bar_has_whole_keys_at_60_columns(start: Start) -> None:
    async with start(size=(60, 15)) as pilot:
        await shown(pilot, "Fail")
        await pilot.press("F")
        screen = await shown(pilot, "161 failed jobs by cause")
        assert screen.splitlines()[-1] == "Enter Jobs T Retry E Export r Refresh Esc Back ? Help q Quit"


async def test_completed_jobs_are_plotted_on_request(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "failed 161: today")
        assert page_requests(platform, "COMPLETED") == 0
        assert "completed 1" not in text_of(pilot.app)
        await pilot.press("v")
        await shown(pilot, "completed 130: today")
        assert page_requests(platform, "COMPLETED") == 2
        plots = {plot.id: plot.data for plot in pilot.app.screen.query(Sparkline)}
        assert {name: sum(data or ()) for name, data in plots.items()} == {
            "failed-plot": 161,
            "completed-plot": 130,
        }


async def test_escape_stops_the_load_and_goes_back(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        gate = platform.gate(lambda request: list_call(request) and "offset=100" in str(request.url))
        await pilot.press("F")
        await gate.arrival()
        assert "Retry" not in (await shown(pilot, "100 of 161 jobs")).splitlines()[-1]
        bar = pilot.app.screen.query_one(ProgressBar)
        assert (bar.display, bar.progress, bar.total) == (True, 1, 2)
        await pilot.press("escape")
        await shown(pilot, "1–50 of 291 · page 1 of 6 · newest first")
        assert not any(
            isinstance(screen, FailuresScreen | LoadAllDialog) for screen in pilot.app.screen_stack
        )
        gate.release()


async def test_a_failure_of_the_load_is_shown_and_r_retries(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        platform.fail("maintenance", where=list_call)
        await pilot.press("F")
        await shown(pilot, "503 maintenance")
        await shown(pilot, "Esc Cancel r Retry")
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "161 failed jobs by cause")


async def test_a_stopped_reload_keeps_the_causes(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        platform.fail("maintenance", where=list_call)
        clock.seconds += 600
        await pilot.press("r")
        await shown(pilot, "503 maintenance")
        await pilot.press("escape")
        await shown(pilot, "503 maintenance", gone=True)
        assert "updated 12:00" in await shown(pilot, "161 failed jobs by cause")
        platform.recover()
        platform.add_jobs(2, "FAILED", error=9100)
        await pilot.press("r")
        assert "updated 12:10" in await shown(pilot, "163 failed jobs by cause")


async def test_a_rejected_token_opens_the_login_screen(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "4 Failed 161")
        platform.switches.refuse_token = True
        await pilot.press("F")
        await shown(pilot, "The platform refused the token")


async def test_a_list_without_failures(start: Start, platform: SimulatedPlatform) -> None:
    platform.remove_jobs([job_id for job_id in platform.ids() if platform.job(job_id)["state"] == "FAILED"])
    async with start() as pilot:
        await shown(pilot, "4 Failed 0")
        await pilot.press("F")
        await shown(pilot, "No failed jobs\n")
        await pilot.press("enter", "d", "escape", "escape")
        await shown(pilot, "1–50 of 130")


async def test_hostile_messages_contain_no_control_characters(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.hostile_names = True
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "Fail")
        await pilot.press("F")
        screen = await shown(pilot, "161 failed jobs by cause")
        assert "\x1b" not in screen
        table = pilot.app.screen.query_one(CauseTable)
        assert sum(len(cause.jobs) for cause in table.causes) == 161
        for _ in table.causes:
            await pilot.press("j")
        await pilot.press("enter")
        await shown(pilot, "searched all 161")


async def test_the_detail_scrolls_at_80_columns(start: Start) -> None:
    async with start(size=(80, 20)) as pilot:
        await shown(pilot, "Fail")
        await pilot.press("F")
        await shown(pilot, "161 failed jobs by cause")
        detail = pilot.app.screen.query_one(CauseDetail)
        await pilot.press("d", "G")
        await shown(pilot, "b-v2")
        assert detail.scroll_y > 0
        await pilot.press("escape", "j")
        await shown(pilot, meaning(9108))


@pytest.mark.slow
@pytest.mark.parametrize("server", [50], indirect=True)
async def test_twelve_thousand_jobs_with_a_latency_of_50_ms(
    start: Start, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    assert server.url
    platform.add_jobs(11_100, "COMPLETED")
    platform.add_jobs(609, "FAILED", error=9100)
    async with start() as pilot:
        await shown(pilot, "0 All 12,000")
        await pilot.press("F")
        await shown(pilot, "770 failed jobs by cause")
        table = pilot.app.screen.query_one(CauseTable)
        assert sum(len(cause.jobs) for cause in table.causes) == 770
        assert page_requests(platform) == 8
