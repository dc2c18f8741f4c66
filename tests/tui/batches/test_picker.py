"""The batch picker by keys: the scope of its search, and the list of the chosen batch."""

from __future__ import annotations

import pytest

from cgc_tui.demo import SimulatedPlatform, list_call
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.batches.picker import BatchPicker
from cgc_tui.tui.jobs.job_table import JobTable
from tests.support.app import Start, shown
from tests.support.clock import Clock
from tests.support.platforms import PLACE, add_batch


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    """Return a platform with an unfinished batch and an older one."""
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    other = {"volume": "rosalind/wgs-2024", "project": "rosalind/wgs-germline"}
    add_batch(platform, 30, "COMPLETED", hours=2, **other)
    add_batch(platform, 12, "COMPLETED", **PLACE)
    add_batch(platform, 3, "FAILED", error=9105, **PLACE)
    add_batch(platform, 45, "PENDING", **PLACE)
    return platform


def list_requests(platform: SimulatedPlatform) -> int:
    return sum(("limit", "100") in request.query for request in platform.requests)


async def test_the_list_of_a_batch_shows_its_progress(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        screen = await shown(pilot, "Batches · searched all 90 at 12:00")
        assert "today 11:59  15 of 60 finished · 3 failed      tcga-raw → brca-pilot" in screen
        assert "today 09:59  30 of 30 finished · 0 failed      wgs-2024 → wgs-germline" in screen
        await pilot.press("enter")
        await shown(pilot, "15 of 60 finished · 3 failed · 17 a minute · ETA 12:02 · batch of today 11:59")
        await shown(pilot, "1–50 of 60 · page 1 of 2 · searched all 90 at 12:00")
        await shown(pilot, "0 All 60 │ 1 Pending 45 │")
        for job_id in platform.ids()[:45]:
            platform.set_state(job_id, "COMPLETED")
        clock.seconds += 30
        await pilot.press("r")
        await shown(pilot, "60 of 60 finished · 3 failed · batch of today 11:59 tcga-raw → brca-pilot")
        await pilot.press("4")
        await shown(pilot, "1–3 of 3 · page 1 of 1")
        await pilot.press("escape")
        await shown(pilot, "of 90 · page 1 of 2 · newest first")


async def test_jobs_that_ended_otherwise_are_counted(start: Start, platform: SimulatedPlatform) -> None:
    for job_id in platform.ids()[:2]:
        platform.set_state(job_id, "ABORTED")
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        line = "today 11:59  17 of 60 finished · 3 failed · 2 ended otherwise  tcga-r…"
        assert line in await shown(pilot, "Batches")
        await pilot.press("enter")
        await shown(pilot, "17 of 60 finished · 3 failed · 2 ended otherwise")


async def test_only_the_first_thousand_jobs_are_searched_unless_requested(
    start: Start, platform: SimulatedPlatform
) -> None:
    first = add_batch(platform, 1010, "COMPLETED", volume="rosalind/results", project="rosalind/luad-rnaseq")
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "of 1,100")
        await pilot.press("b")
        screen = await shown(pilot, "Batches · searched 1,000 of 1,100 at 12:00")
        assert "1,000 of 1,000+ finished" in screen
        assert list_requests(platform) == 10
        await pilot.press("end", "enter")
        screen = await shown(pilot, "Batches · searched all 1,100 at 12:00")
        assert f"1,010 of {len(first):,} finished" in screen
        assert "tcga-raw → br" in screen


async def test_a_state_does_not_narrow_the_search_and_a_project_does(start: Start) -> None:
    async with start(query=JobQuery(states=("FAILED",), project="rosalind/brca-pilot")) as pilot:
        await shown(pilot, "1–3 of 3")
        await pilot.press("b")
        screen = await shown(pilot, "Batches · searched all 60")
        assert "15 of 60 finished" in screen
        assert "wgs-germline" not in screen
        await pilot.press("enter", "escape")
        await shown(pilot, "1–3 of 3 · page 1 of 1 · FAILED · project rosalind/brca-pilot")


async def test_without_a_batch_the_rule_is_shown(start: Start, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[1:])
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–1 of 1")
        await pilot.press("b")
        await shown(pilot, "There is none: One volume into one project, each job at most 5 min")
        await pilot.press("escape")
        await shown(pilot, "There is none", gone=True)


async def test_a_result_set_needs_no_request(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "Batches")
        await pilot.press("enter")
        await shown(pilot, "15 of 60 finished")
        gate = platform.gate(list_call)
        await pilot.press("b")
        await shown(pilot, "Batches · searched all 60")
        assert gate.count == 0
        gate.release()


async def test_jobs_that_have_not_started_belong_to_the_batch(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.started_on = "run"
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "15 of 60 finished · 3 failed      tcga-raw → brca-pilot")
        assert isinstance(pilot.app.screen, BatchPicker)
        await pilot.press("enter")
        await shown(pilot, "1–50 of 60")
        assert len(pilot.app.screen.query_one(JobTable).shown_jobs) == 50
