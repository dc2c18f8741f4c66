"""The batches screen by keys: the scope of its search, progress at each width, the list of a batch."""

from __future__ import annotations

import re

import pytest
from textual.coordinate import Coordinate

from cgc_tui.demo import SimulatedPlatform, list_call
from cgc_tui.domain.queries import JobQuery
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.app import CgcApp
from cgc_tui.tui.batches.batch_table import BatchTable
from cgc_tui.tui.batches.screen import BatchesScreen
from cgc_tui.tui.jobs.job_table import JobTable
from tests.support.app import Start, shown
from tests.support.clock import Clock
from tests.support.params import mostly_slow
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
        screen = await shown(pilot, "Batches · all jobs · searched all 90 at 12:00")
        assert re.search(r"tcga-raw → brca-pilot    █+░+  25 %  15 of 60     ✗ 3  17/min  12:02", screen)
        assert re.search(r"wgs-2024 → wgs-germline  █+ 100 %  30 of 30       0       –      –", screen)
        await pilot.press("enter")
        await shown(pilot, "15 of 60 finished · 3 failed · 17/min · ETA 12:02 · batch of today 11:59")
        await shown(pilot, "1–50 of 60 · page 1 of 2 · searched all 90 at 12:00")
        await shown(pilot, "0 All 60 │ 1 Pending 45 │")
        for job_id in platform.ids()[:45]:
            platform.set_state(job_id, "COMPLETED")
        clock.seconds += 30
        await pilot.press("r")
        await shown(pilot, "60 of 60 finished · 3 failed · batch of today 11:59 tcga-raw → brca-pilot")
        await pilot.press("4")
        await shown(pilot, "1–3 of 3 · page 1 of 1")


async def test_esc_returns_from_the_jobs_to_the_batches_without_a_request(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "Batches · all jobs · searched all 90")
        await pilot.press("j", "enter")
        await shown(pilot, "1–30 of 30")
        before = list_requests(platform)
        await pilot.press("escape")
        await shown(pilot, "Batches · all jobs · searched all 90")
        await pilot.press("enter")
        await shown(pilot, "1–30 of 30")
        await pilot.press("escape")
        await shown(pilot, "Batches · all jobs · searched all 90")
        await pilot.press("escape")
        await shown(pilot, "of 90 · page 1 of 2")
        await shown(pilot, "0 All 90 │ 1 Pending 45 │")
        assert list_requests(platform) == before


async def test_jobs_that_ended_otherwise_are_counted(start: Start, platform: SimulatedPlatform) -> None:
    for job_id in platform.ids()[:2]:
        platform.set_state(job_id, "ABORTED")
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        screen = await shown(pilot, "Batches")
        assert "Finished  Failed  Other" in screen
        assert "17 of 60     ✗ 3      2" in screen
        await pilot.press("enter")
        await shown(pilot, "17 of 60 finished · 3 failed · 2 ended otherwise")


async def test_only_the_first_thousand_jobs_are_searched_unless_requested(
    start: Start, platform: SimulatedPlatform
) -> None:
    first = add_batch(platform, 1010, "COMPLETED", volume="rosalind/results", project="rosalind/luad-rnaseq")
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "of 1,100")
        await pilot.press("b")
        screen = await shown(pilot, "Batches · all jobs · searched 1,000 of 1,100 at 12:00")
        assert "1,000 of 1,000+" in screen
        assert "Search older jobs" in screen
        assert list_requests(platform) == 10
        await pilot.press("end", "enter")
        screen = await shown(pilot, "Batches · all jobs · searched all 1,100 at 12:00")
        assert f"1,010 of {len(first):,} " in screen
        assert "Search older jobs" not in screen
        assert "tcga-raw → br" in screen


async def test_a_state_does_not_narrow_the_search_and_a_project_does(start: Start) -> None:
    async with start(query=JobQuery(states=("FAILED",), project="rosalind/brca-pilot")) as pilot:
        await shown(pilot, "1–3 of 3")
        await pilot.press("b")
        screen = await shown(pilot, "Batches · project rosalind/brca-pilot · searched all 60")
        assert "15 of 60" in screen
        assert "wgs-germline" not in screen
        await pilot.press("enter")
        await shown(pilot, "of 60 · page 1 of 2")
        await shown(pilot, "tcga-raw → brca-pilot · project ros")
        await pilot.press("escape")
        await shown(pilot, "Batches")
        await pilot.press("escape")
        await shown(pilot, "1–3 of 3 · page 1 of 1")


async def test_without_a_batch_the_rule_is_shown(start: Start, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[1:])
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–1 of 1")
        await pilot.press("b")
        await shown(pilot, "No batches found. Same volume and project, started within 5 min")
        await pilot.press("escape")
        await shown(pilot, "No batches found", gone=True)


async def test_a_result_set_needs_no_request(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "Batches")
        await pilot.press("enter")
        await shown(pilot, "15 of 60 finished")
        gate = platform.gate(list_call)
        await pilot.press("b")
        await shown(pilot, "Batches · batch of today 11:59 tcga-raw → brca-pilot · searched all 60")
        assert gate.count == 0
        gate.release()


async def test_jobs_that_have_not_started_belong_to_the_batch(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.started_on = "run"
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "15 of 60     ✗ 3")
        assert isinstance(pilot.app.screen, BatchesScreen)
        await pilot.press("enter")
        await shown(pilot, "1–50 of 60")
        assert len(pilot.app.screen.query_one(JobTable).shown_jobs) == 50


@pytest.mark.parametrize(
    "size", mostly_slow([((60, 15),), ((80, 24),), ((120, 36),), ((200, 50),)], fast=2), ids=str
)
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_no_label_is_cut_and_numbers_are_aligned_at_any_width(
    start: Start, size: tuple[int, int], ascii_only: bool
) -> None:
    async with start(size=size) as pilot:
        assert isinstance(pilot.app, CgcApp)
        pilot.app.display_options = DisplayOptions(ascii=ascii_only)
        await shown(pilot, "90")
        await pilot.press("b")
        screen = await shown(pilot, "15 of 60")
        table = pilot.app.screen.query_one(BatchTable)
        labels = [str(column.label).strip() for column in table.ordered_columns]
        assert {"Batch", "Finished", "Failed", "Started", "ETA"} <= set(labels)
        assert ("Progress" in labels) is (size[0] >= 80)
        lines = (line.strip() for line in screen.splitlines())
        heading, first, second = (line for line in lines if line.startswith(("Started", "today")))
        for label in ("Finished", "Failed"):
            end = heading.index(label) + len(label)
            assert "" not in (first[end - 1].strip(), second[end - 1].strip())
        assert all(label in heading for label in labels)
        assert ("x 3" if ascii_only else "✗ 3") in first
        assert ascii_only or size[0] < 80 or "█" in first
        assert ascii_only is not bool({"█", "░", "✗"} & set(screen))


async def test_failed_is_red(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "15 of 60")
        table = pilot.app.screen.query_one(BatchTable)
        column = [str(column.label).strip() for column in table.ordered_columns].index("Failed")
        failed, none = (table.get_cell_at(Coordinate(row, column)) for row in (0, 1))
        assert failed.style == table.get_component_rich_style("batch-table--failed", partial=True)
        assert not none.style


async def test_r_searches_again_and_keeps_the_batches_if_that_is_stopped(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 90")
        await pilot.press("b")
        await shown(pilot, "15 of 60")
        gate = platform.gate(list_call)
        await pilot.press("r")
        await gate.arrival()
        await shown(pilot, "Esc Cancel")
        await pilot.press("escape")
        await shown(pilot, "Esc Cancel", gone=True)
        gate.release()
        await shown(pilot, "15 of 60")
        platform.set_state(platform.ids()[0], "COMPLETED")
        await pilot.press("r")
        await shown(pilot, "16 of 60")
