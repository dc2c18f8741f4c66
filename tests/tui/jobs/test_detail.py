"""The detail of a job by keys: the listed job first, then the record from its href."""

from __future__ import annotations

import json

import pytest

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.widgets.job_detail import JobDetail
from tests.support.app import Start, shown, text_of
from tests.support.clock import Clock
from tests.support.params import mostly_slow


def gets(platform: SimulatedPlatform) -> list[str]:
    """Return the ids of the jobs that were requested individually."""
    paths = [request.path for request in platform.requests if request.method == "GET"]
    return [path.rpartition("/")[2] for path in paths if path.startswith("/v2/storage/imports/")]


async def test_the_detail_follows_the_cursor_and_requests_the_href(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        for _ in range(3):
            pilot.app.simulate_key("down")
        job = platform.ids()[3]
        await shown(pilot, f"Id      {job}")
        while job not in gets(platform):
            await pilot.pause(0.01)
        assert set(gets(platform)) <= {platform.ids()[0], job}


async def test_a_failure_shows_its_reason_without_scrolling(
    start: Start, platform: SimulatedPlatform
) -> None:
    job = platform.add_jobs(1, "FAILED", error=9105)[0]
    async with start() as pilot:
        screen = await shown(pilot, f"Id      {job}")
        record = platform.job(job)
        assert "✗ FAILED   9105" in screen
        assert record["error"]["message"] in screen
        assert "prefix" in screen
        assert record["source"]["volume"] in screen


async def test_the_row_is_updated_from_the_record(start: Start, platform: SimulatedPlatform) -> None:
    running, failing = platform.add_jobs(2, "RUNNING", name="moving.bam")
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        platform.set_state(failing, "FAILED")
        await pilot.press("down")
        await shown(pilot, "✗ 9105       moving.bam")
        table = pilot.app.screen.query_one(JobTable)
        assert table.job is not None
        assert (table.job.id, table.job.state) == (failing, "FAILED")
        assert table.shown_jobs[0].id == running


async def test_the_record_is_requested_again_after_a_change_in_the_list(
    start: Start, platform: SimulatedPlatform
) -> None:
    job = platform.add_jobs(1, "RUNNING")[0]
    async with start() as pilot:
        await shown(pilot, f"Id      {job}")
        platform.set_state(job, "COMPLETED")
        await pilot.press("r")
        await shown(pilot, "File    ")


async def test_an_unavailable_record_leaves_the_listed_job_until_recovery(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        platform.fail("gateway_html", 502, where="/v2/storage/imports/")
        await pilot.press("down")
        screen = await shown(pilot, "Details could not be loaded: 502 bad")
        assert f"Id      {platform.ids()[1]}" in screen
        platform.recover()
        clock.seconds += 1
        await pilot.press("r")
        await shown(pilot, "Details could not be loaded", gone=True)


async def test_the_detail_covers_the_list_on_a_narrow_screen(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        assert not gets(platform)
        assert not pilot.app.screen.query_one(JobDetail).display
        await pilot.press("j", "enter")
        screen = await shown(pilot, f"Id      {platform.ids()[1]}")
        assert "Started       Duration" not in screen
        await pilot.press("escape")
        await shown(pilot, "Started       Duration")
        assert pilot.app.focused is pilot.app.screen.query_one(JobTable)
        await pilot.press("p")
        await shown(pilot, "Id      ")
        await pilot.press("p")
        await shown(pilot, "Started       Duration")


async def test_the_detail_opens_and_closes_on_a_wide_screen(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("p")
        await shown(pilot, "Id      ", gone=True)
        await shown(pilot, "Volume")
        await pilot.press("enter")
        await shown(pilot, "Id      ")
        assert pilot.app.focused is pilot.app.screen.query_one(JobDetail)
        await pilot.press("escape")
        assert pilot.app.focused is pilot.app.screen.query_one(JobTable)
        assert "Id      " in text_of(pilot.app)


async def test_the_detail_of_a_folder_names_the_unknown_values(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(1, "COMPLETED", location="runs/7/")
    async with start() as pilot:
        await shown(pilot, "A folder: the platform does not")


async def test_raw_json(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("J")
        await shown(pilot, f'"id": "{platform.ids()[0]}"')
        await pilot.press("escape")
        await shown(pilot, '"id":', gone=True)


async def test_raw_json_is_valid_json_with_odd_numbers(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "COMPLETED", weight=float("nan"), length=float("inf"))
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("J", "G")
        await shown(pilot, '"weight": null')
        await shown(pilot, '"length": null')


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_invisible_names_are_distinguishable(
    start: Start, platform: SimulatedPlatform, size: tuple[int, int]
) -> None:
    """A name of blanks, one of zero-width characters, and no name; the newest is listed first."""
    blank = platform.add_jobs(1, "COMPLETED", name="  \u00a0")[0]
    hidden = platform.add_jobs(1, "COMPLETED", name="\u200b\u2060")[0]
    nameless = platform.add_jobs(1, "COMPLETED", name="", location="/")[0]
    async with start(size=size) as pilot:
        lines = (await shown(pilot, "page 1 of 5")).splitlines()
        for job_id, sign in ((blank, "␣␣␣ "), (hidden, "�� "), (nameless, "")):
            assert any(f" {sign}{job_id[:4]}" in line and job_id[-8:] in line for line in lines)
        await pilot.press("j", "j", "enter")
        await shown(pilot, "Name        ␣␣␣")
        await pilot.press("escape", "k", "enter")
        await shown(pilot, "Name        ��")


@pytest.mark.parametrize("count", mostly_slow([4, 8]))
async def test_hostile_records_contain_no_control_characters(
    start: Start, platform: SimulatedPlatform, count: int
) -> None:
    platform.switches.hostile_names = True
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        for _ in range(count):
            await pilot.press("enter", "J")
            screen = await shown(pilot, '"href"')
            assert not [
                char for char in screen if (ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0
            ]
            await pilot.press("escape", "Y", "escape", "escape", "down")


async def test_only_the_raw_record_shows_the_doubled_host_of_the_documentation(
    start: Start, platform: SimulatedPlatform
) -> None:
    href = platform.job(platform.ids()[0])["href"]
    assert href.startswith("https://cgc-api.sbgenomics.com.sbgenomics.com/")
    async with start() as pilot:
        screen = await shown(pilot, f"Id      {platform.ids()[0]}")
        assert "Href" not in screen
        assert ".sbgenomics.com.s" not in screen
        await pilot.press("J")
        await shown(pilot, ".sbgenomics.com.sbgenomics.com/")


async def test_the_raw_record_equals_the_response(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "Id      ")
        while not gets(platform):
            await pilot.pause(0.01)
        detail = pilot.app.screen.query_one(JobDetail).detail.job
        assert detail is not None
        assert json.loads(json.dumps(detail.raw)) == platform.job(platform.ids()[0])
