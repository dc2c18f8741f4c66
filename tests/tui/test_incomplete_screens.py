"""Incomplete lists and missing details are reported on the screens, and nothing is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.dialogs.confirm import ConfirmDialog
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.retry.plan_table import PlanTable
from cgc_tui.tui.retry.screen import RetryScreen
from tests.support.app import Start, shown, text_of
from tests.support.clock import Clock
from tests.support.params import mostly_slow
from tests.support.platforms import BULK_FAULTS, PLACE, platform_with_one_place
from tests.support.retries import create_requests

PROBLEM = "150 of 250 jobs could be read; the list changed while it was read"


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_one_place(clock)


@pytest.mark.parametrize(
    ("keys", "result"),
    mostly_slow(
        [
            (("F",), "250 failed jobs by cause"),
            (("slash", *"bam", "enter"), "searched all 250"),
            (("b",), "Batches · all jobs · searched all 250"),
            (("T",), "250 of 250 failed imports"),
        ]
    ),
    ids=["failures", "find", "batches", "retry"],
)
async def test_inconsistent_pages_are_reported_and_can_be_loaded_again(
    start: Start, platform: SimulatedPlatform, keys: tuple[str, ...], result: str
) -> None:
    async with start(size=(80, 24), write=True) as pilot:
        await shown(pilot, "page 1 of 5")
        platform.switches.first_page_at = 100
        await pilot.press(*keys)
        await shown(pilot, PROBLEM[:60])
        await shown(pilot, "Esc Cancel r Retry")
        platform.switches.first_page_at = -1
        await pilot.press("r")
        await shown(pilot, result)


async def test_an_incomplete_export_writes_nothing(
    start: Start, platform: SimulatedPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        platform.switches.ignore_offset = True
        await pilot.press("E")
        await shown(pilot, "Export jobs to a file")
        await pilot.press("enter")
        await shown(pilot, "100 of 250 jobs could be read; the list changed while it was read")
        await pilot.press("escape")
        await shown(pilot, "page 1 of 5")
    assert "cgc-imports-2026-03-14.csv" not in os.listdir()


async def test_a_total_that_is_too_low_hides_no_page_and_no_match(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.total_error = -150
    async with start() as pilot:
        await shown(pilot, "page 1 of 2")
        await pilot.press("]")
        await shown(pilot, "51–100 of 101+ · page 2")
        for page in (3, 4, 5):
            await pilot.press("]")
            await shown(pilot, f"· page {page}")
        assert "201–250 of 250+ · page 5" in text_of(pilot.app)
        await pilot.press("slash", *"bam", "enter")
        await shown(pilot, "searched all 250")


async def test_a_watch_reports_an_incomplete_list_and_continues(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(150, "RUNNING", **PLACE)
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "page 1 of 8")
        platform.switches.first_page_at = 100
        await pilot.press("w")
        await shown(pilot, "watch: 100 of 150 jobs could be read; the list changed while it was read")
        platform.switches.first_page_at = -1
        await shown(pilot, "watching 150")


async def test_a_retry_sends_nothing_after_an_incomplete_list(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("space", "T")
        await shown(pilot, "1 of 1 failed imports")
        await shown(pilot, "If name exists")
        files = pilot.app.screen.query_one(PlanTable)
        assert files.row_count == 1
        platform.switches.first_page_at = 100
        await pilot.press("r")
        await shown(pilot, f"Nothing sent: the check failed; r checks again · {PROBLEM}")
        assert files.row_count == 0
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, RetryScreen)
        platform.switches.first_page_at = -1
        await pilot.press("r")
        await shown(pilot, "1 of 1 failed imports")
        await pilot.press("enter")
        await shown(pilot, "Type yes and press Enter")
    assert not create_requests(platform)


@pytest.mark.parametrize("fault", mostly_slow(BULK_FAULTS))
async def test_jobs_without_details_are_shown_and_counted(
    start: Start, platform: SimulatedPlatform, fault: str
) -> None:
    platform.switches.brief = True
    platform.fail(fault)
    async with start(size=(80, 24)) as pilot:
        screen = await shown(pilot, "details missing: 50 of 50")
        assert platform.ids()[0][:10] in screen
        assert "FAILED" in screen
        await pilot.press("F")
        await shown(pilot, "250 failed jobs by cause · details missing: 250 of 250")
        await pilot.press("escape", "escape", "slash", *"none", "enter")  # first the warning is closed
        await shown(pilot, "250 of 250 jobs could not be read; only")
        platform.recover()
        await pilot.press("escape", "r")
        await shown(pilot, "details missing", gone=True)


async def test_a_retry_of_jobs_without_details_sends_nothing_and_reports_it(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "page 1 of 5")
        platform.switches.brief = True
        platform.fail("bulk_nulls")
        await pilot.press("space", "T")
        await shown(
            pilot,
            "Nothing sent: the check failed; r checks again · details of 250 of 250 jobs",
        )
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ConfirmDialog)
        await pilot.press("escape")
        await shown(pilot, "1 marked")
        assert isinstance(pilot.app.screen, JobsScreen)
    assert not create_requests(platform)


@pytest.mark.slow
async def test_a_watch_reports_jobs_without_an_answer(start: Start, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1, "RUNNING", **PLACE)
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "page 1 of 6")
        await pilot.press("space", "w")
        await shown(pilot, "watching 1")
        platform.fail("bulk_other_ids")
        await shown(pilot, "watch: no response for 1 of 1 job")
        platform.recover()
        platform.set_state(job, "COMPLETED")
        await shown(pilot, "watch finished: 1 completed")
