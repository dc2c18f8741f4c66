"""Marks by keys: they persist over pages and refreshes, and Esc clears them last."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.export_columns import COLUMNS
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.messages import CopyRequested
from tests.support.app import Start, shown, text_of


def jobs(*ids: str) -> list[ImportJob]:
    return [ImportJob(job_id, "PENDING") for job_id in ids]


def marked(pilot: Pilot[None]) -> list[str]:
    """Return the ids of the marked jobs, in the order of marking."""
    screen = pilot.app.screen
    assert isinstance(screen, JobsScreen)
    return list(screen.marks.jobs)


def rows_with_mark(pilot: Pilot[None]) -> int:
    return sum(line[2:3] == "●" for line in text_of(pilot.app).splitlines())


def test_toggling_marks_all_jobs_or_none() -> None:
    marks = Marks().toggled(jobs("a")).toggled(jobs("a", "b"))
    assert list(marks.jobs) == ["a", "b"]
    assert marks.toggled(jobs("b", "a")) == Marks()
    assert list(marks.removed(jobs("a")).jobs) == ["b"]


def test_refreshed_marks_update_only_their_jobs() -> None:
    marks = Marks().added(jobs("a"))
    refreshed = marks.refreshed([ImportJob("a", "FAILED"), ImportJob("c", "FAILED")])
    assert [job.state for job in refreshed.jobs.values()] == ["FAILED"]
    assert marks.refreshed(jobs("c")) is marks


async def test_space_marks_a_row_and_moves_down(start: Start, platform: SimulatedPlatform) -> None:
    ids = platform.ids()
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("space", "space", "down", "space")
        await shown(pilot, "page 1 of 5 · 3 marked · newest first")
        assert marked(pilot) == [ids[0], ids[1], ids[3]]
        assert rows_with_mark(pilot) == 3
        await pilot.press("up", "space")
        await shown(pilot, "2 marked")
        assert marked(pilot) == [ids[0], ids[1]]


async def test_shift_with_an_arrow_marks_a_range(start: Start, platform: SimulatedPlatform) -> None:
    ids = platform.ids()
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("down", "down", "shift+down", "shift+down")
        await shown(pilot, "3 marked")
        assert marked(pilot) == ids[2:5]
        await pilot.press("up", "up", "shift+up", "shift+up", "shift+up")
        await shown(pilot, "5 marked")
        assert sorted(marked(pilot)) == sorted(ids[:5])


async def test_the_asterisk_marks_all_rows_or_none(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("space", "asterisk")
        await shown(pilot, "50 marked")
        await pilot.press("asterisk")
        await shown(pilot, "marked", gone=True)
        table = pilot.app.screen.query_one(JobTable)
        await pilot.press("slash", *"0000", "down")
        await shown(pilot, "on this page match")
        matches = [job.id for job in table.shown_jobs]
        assert 0 < len(matches) < 50
        await pilot.press("asterisk")
        await shown(pilot, f"{len(matches)} marked")
        assert marked(pilot) == matches


async def test_marks_persist_over_pages_filters_and_refreshes(
    start: Start, platform: SimulatedPlatform
) -> None:
    ids = platform.ids()
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("space", "]")
        await shown(pilot, "51–100 of 230 · page 2 of 5 · 1 marked")
        assert rows_with_mark(pilot) == 0
        await pilot.press("space")
        await shown(pilot, "2 marked")
        platform.add_jobs(2)
        platform.set_state(ids[50], "ABORTED")
        await pilot.press("r")
        await shown(pilot, "of 232 · page 2 of 5 · 2 marked")
        await shown(pilot, "?●ABORTED")
        await pilot.press("[")
        await shown(pilot, "page 1 of 5 · 2 marked")
        assert (rows_with_mark(pilot), marked(pilot)) == (1, [ids[0], ids[50]])
        screen = pilot.app.screen
        assert isinstance(screen, JobsScreen)
        assert screen.marks.jobs[ids[50]].state == "ABORTED"
        await pilot.press("4")
        await shown(pilot, "of 9 · page 1 of 1 · 2 marked")


async def test_esc_undoes_one_step_at_a_time_and_never_quits(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("space", "space", "slash", *"bam", "down")
        await shown(pilot, "40 of 50 on this page match")
        await pilot.press("enter")
        await shown(pilot, "Source  ")
        await pilot.press("escape")
        await shown(pilot, "40 of 50 on this page match")
        await pilot.press("escape")
        await shown(pilot, "on this page match", gone=True)
        await shown(pilot, "2 marked")
        await pilot.press("escape")
        await shown(pilot, "2 marks cleared")
        assert marked(pilot) == []
        await pilot.press("escape", "escape")
        assert pilot.app.is_running
        assert rows_with_mark(pilot) == 0


async def test_mark_keys_in_a_list_without_rows(start: Start, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids())
    async with start() as pilot:
        await shown(pilot, "No import jobs.")
        await pilot.press("space", "asterisk", "shift+down", "shift+up", "Y", "escape")
        assert marked(pilot) == []


@pytest.mark.parametrize(("choice", "expected"), [(0, "marked rows"), (1, "marked keys")])
async def test_marked_rows_and_keys_are_copied(
    start: Start, platform: SimulatedPlatform, choice: int, expected: str
) -> None:
    ids = platform.ids()
    keys = [platform.job(job_id)["source"]["location"] for job_id in (ids[0], ids[50])]
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("space", "]")
        await shown(pilot, "page 2 of 5")
        await pilot.press("space")
        await shown(pilot, "2 marked")
        copied: list[CopyRequested] = []
        pilot.app.copy = copied.append  # type: ignore[attr-defined]
        await pilot.press("Y")
        await shown(pilot, "marked keys")
        await pilot.press(*["down"] * choice, "enter")
        while not copied:
            await pilot.pause(0.01)
    assert copied[0].label == f"the {expected}"
    if choice:
        assert copied[0].text.split("\n") == keys
    else:
        rows = [line.split("\t") for line in copied[0].text.split("\n")]
        assert rows[0] == list(COLUMNS)
        assert [row[COLUMNS.index("location")] for row in rows[1:]] == keys
