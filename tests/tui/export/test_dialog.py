"""Export by keys: marked, shown or all jobs; a file is replaced only after a confirmation."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.jobs import JobState
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.login.screen import LoginScreen
from tests.support.app import Start, shown
from tests.support.params import mostly_slow


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.endswith("tsv") else ","))


def write_text(path: Path, text: str) -> None:
    path.write_text(text)


def read_text(path: Path) -> str:
    return path.read_text()


async def open_dialog(pilot: Pilot[None]) -> None:
    await shown(pilot, "page 1 of 5")
    await pilot.press("E")
    await shown(pilot, "Export jobs to a file")


async def type_path(pilot: Pilot[None], path: str) -> None:
    """Replace the path in the dialog."""
    line = pilot.app.screen.query_one("#path", Input)
    line.value = ""
    await pilot.press(*path)


async def test_the_shown_rows_are_written(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await open_dialog(pilot)
        await shown(pilot, "cgc-imports-2026-03-14.csv")
        await shown(pilot, " all 230 ")
        await pilot.press("shift+tab", "shift+tab", "right", "tab", "tab")
        await shown(pilot, " 50 shown ")
        await pilot.press("enter")
        await shown(pilot, "Exported 50 jobs to")
    assert [row["id"] for row in rows("cgc-imports-2026-03-14.csv")] == platform.ids()[:50]
    assert rows("cgc-imports-2026-03-14.csv")[0]["started_on"].endswith("Z")


async def test_the_file_is_valid_json_with_odd_numbers(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "COMPLETED", weight=float("nan"))
    async with start() as pilot:
        await open_dialog(pilot)
        await type_path(pilot, "some.json")
        await pilot.press("enter")
        await shown(pilot, "Exported 231 jobs to")
    assert json.loads(read_text(Path("some.json")))[0]["weight"] is None


async def test_all_jobs_of_the_filter_are_written_as_json(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(120, "FAILED", error=9105)
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 7")
        await pilot.press("4")
        await shown(pilot, "1–50 of 129")
        await pilot.press("E")
        await shown(pilot, " all 129 ")
        await type_path(pilot, "~/failed.json")
        await shown(pilot, " JSON ")
        await pilot.press("enter")
        await shown(pilot, "Exported 129 jobs to")
    reported = json.loads((Path.home() / "failed.json").read_text())
    failed = [job_id for job_id in platform.ids() if platform.job(job_id)["state"] == "FAILED"]
    assert [record["id"] for record in reported] == failed
    assert reported[0] == platform.job(failed[0])


async def test_marked_jobs_are_written_in_their_current_state(
    start: Start, platform: SimulatedPlatform
) -> None:
    job_id = platform.add_jobs(1, "RUNNING")[0]
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("space", "]", "space")
        await shown(pilot, "2 marked")
        platform.set_state(job_id, "FAILED")
        await pilot.press("E")
        await shown(pilot, " 2 marked ")
        await pilot.press("shift+tab", "right")
        await shown(pilot, "cgc-imports-2026-03-14.tsv")
        await pilot.press("enter")
        await shown(pilot, "Exported 2 jobs to")
    matches = rows("cgc-imports-2026-03-14.tsv")
    assert (matches[0]["state"], len(matches)) == (JobState.FAILED, 2)


async def test_a_rejected_token_opens_the_login_screen(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "RUNNING")
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("space", "E")
        await shown(pilot, " 1 marked ")
        platform.next("error", (401, 90001), where=lambda request: "bulk" in request.url.path)
        await pilot.press("enter")
        await shown(pilot, "The platform refused the token")
        assert isinstance(pilot.app.screen, LoginScreen)
        await shown(pilot, "Nothing was exported. the platform refused the token")
        await pilot.press("escape", "escape")  # the error, then the login screen
        await shown(pilot, "◐●RUNNING")
    assert os.listdir() == []


@pytest.mark.parametrize("pasted", mostly_slow(["a.csv\nb", "a.csv\r", "a\u2028b.csv"]))
async def test_a_pasted_path_with_a_line_break_is_refused(start: Start, pasted: str) -> None:
    async with start() as pilot:
        await open_dialog(pilot)
        await type_path(pilot, "x")
        line = pilot.app.screen.query_one("#path", Input)
        line.post_message(events.Paste(pasted))
        await shown(pilot, "Not pasted: the text has a line break, and a path is one line.")
        assert line.value == "x"
        line.post_message(events.Paste("y.csv"))
        await shown(pilot, "Not pasted", gone=True)
        await pilot.press("enter")
        await shown(pilot, "Exported 230 jobs")
    assert len(rows("xy.csv")) == 230


async def test_a_file_is_replaced_only_by_a_second_enter(start: Start) -> None:
    old = Path("old.csv")
    write_text(old, "old")
    async with start() as pilot:
        await open_dialog(pilot)
        await type_path(pilot, "old.csv")
        await pilot.press("enter")
        await shown(pilot, "Press Enter again to overwrite.")
        assert read_text(old) == "old"
        await pilot.press("x", "backspace")
        await shown(pilot, "Press Enter again to overwrite", gone=True)
        await pilot.press("enter")
        await shown(pilot, "Press Enter again to overwrite")
        assert read_text(old) == "old"
        await pilot.press("enter")
        await shown(pilot, "Exported 230 jobs")
    assert len(rows("old.csv")) == 230


@pytest.mark.parametrize(
    ("path", "text"),
    mostly_slow(
        [
            ("none/x.csv", "does not exist"),
            ("~", "Add a file name:"),
            ("~nobody-here/x", "no such user"),
            ("", "Add a file name:"),
        ],
        fast=2,
    ),
)
async def test_an_invalid_path_is_reported(start: Start, path: str, text: str) -> None:
    async with start() as pilot:
        await open_dialog(pilot)
        await type_path(pilot, path)
        await pilot.press("enter")
        await shown(pilot, text)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, JobsScreen)
    assert os.listdir() == []


async def test_a_full_disk_is_reported(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async with start() as pilot:
        await open_dialog(pilot)
        monkeypatch.setattr("os.fsync", full)
        await pilot.press("enter")
        await shown(pilot, "Nothing was exported.")
        await shown(pilot, "No space left on device")
    assert os.listdir() == []
