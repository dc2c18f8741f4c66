"""The watch by keys: the watched jobs, the status line, the title and the bell."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.drivers.linux_driver import LinuxDriver

from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.tui.base_app import TerminalApp
from cgc_tui.tui.jobs.status_line import StatusLine
from cgc_tui.tui.messages import TitleRequested
from cgc_tui.tui.terminal.driver import RESTORE_TITLE, SAVE_TITLE, TerminalDriver
from tests.support.app import Start, paste, shown
from tests.support.clock import Clock
from tests.support.terminal import Terminal as ProgramTerminal
from tests.support.waiting import until


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    platform = SimulatedPlatform(jobs=40, clock=clock.unix)
    platform.remove_jobs(platform.ids())
    platform.add_jobs(20, "COMPLETED")
    platform.add_jobs(5, "FAILED")
    return platform


@pytest.fixture
def titles(monkeypatch: pytest.MonkeyPatch) -> list[TitleRequested]:
    """Return the requested titles, in order."""
    requested: list[TitleRequested] = []
    monkeypatch.setattr(TerminalApp, "set_title", lambda _app, event: requested.append(event))
    return requested


QUICK = Settings(refresh=1)


async def test_a_watch_without_unfinished_jobs_does_not_prevent_the_next_one(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(size=(80, 24), settings=QUICK) as pilot:
        await shown(pilot, "of 25")
        await pilot.press("w")
        await shown(pilot, "Nothing to watch")
        platform.add_jobs(1, "RUNNING")
        await pilot.press("w")
        await shown(pilot, "watching 1")


async def test_the_list_is_watched_to_its_end(
    start: Start, platform: SimulatedPlatform, titles: list[TitleRequested]
) -> None:
    running = platform.add_jobs(3, "RUNNING")
    async with start(size=(80, 24), settings=QUICK) as pilot:
        await shown(pilot, "of 28")
        await pilot.press("w")
        await shown(pilot, "watching 3")
        await until(lambda: bool(titles))
        assert (titles[0].title, titles[0].ring) == ("watching 3", False)
        platform.set_state(running[0], "FAILED")
        await shown(pilot, "watching 2 · 1 failed")
        platform.set_state(running[1], "COMPLETED")
        platform.set_state(running[2], "FAILED")
        await shown(pilot, "All watched jobs have")
        assert (titles[-1].title, titles[-1].ring) == ("watch finished: 1 completed · 2 failed", True)
        assert sum(event.ring for event in titles) == 1
        line = pilot.app.screen.query_one(StatusLine)
        assert line.watcher_status == "watch finished: 1 completed · 2 failed"
        await pilot.press("w")
        await until(lambda: not titles[-1].title)
        assert line.watcher_status == ""


async def test_it_continues_below_other_screens_and_w_stops_it(
    start: Start, platform: SimulatedPlatform, titles: list[TitleRequested]
) -> None:
    running = platform.add_jobs(60, "RUNNING")
    async with start(settings=QUICK) as pilot:
        await shown(pilot, "0 All 85")
        await pilot.press("w")
        await shown(pilot, "watching 60")
        await pilot.press("4")
        await shown(pilot, "1–5 of 5")
        platform.set_state(running[0], "COMPLETED")
        await shown(pilot, "watching 59")
        await pilot.press("F")
        await shown(pilot, "5 failed jobs by cause")
        platform.set_state(running[1], "FAILED")
        await until(lambda: titles[-1].title == "watching 58 · 1 failed")
        await pilot.press("escape", "w")
        await shown(pilot, "watching", gone=True)
        assert titles[-1].title == ""


async def test_the_watch_of_a_batch_counts_earlier_failures(
    start: Start, platform: SimulatedPlatform, titles: list[TitleRequested]
) -> None:
    fields = {"volume": "rosalind/results", "project": "rosalind/brca-pilot"}
    platform.remove_jobs(platform.ids())
    platform.add_jobs(2, "FAILED", **fields)
    running = platform.add_jobs(2, "RUNNING", **fields)
    async with start(settings=QUICK) as pilot:
        await shown(pilot, "0 All 4")
        await pilot.press("b")
        await shown(pilot, "results → brca-pilot")
        await pilot.press("enter")
        await shown(pilot, "2 of 4 finished · 2 failed")
        await pilot.press("w")
        await shown(pilot, "watching 2 · 2 failed")
        for job_id in running:
            platform.set_state(job_id, "COMPLETED")
        await until(lambda: any(event.ring for event in titles))
        assert titles[-1].title == "watch finished: 2 completed · 2 failed"


@pytest.mark.parametrize("keys", [("w",), ("space", "w")], ids=["list", "marked"])
async def test_there_is_nothing_to_wait_for_if_all_jobs_have_ended(
    start: Start, titles: list[TitleRequested], keys: tuple[str, ...]
) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 25")
        await pilot.press(*keys)
        await shown(pilot, "Nothing to watch: all jobs have finished")
        await shown(pilot, "watching", gone=True)
        assert not any(event.ring for event in titles)


async def test_no_request_is_sent_while_paused(
    start: Start, platform: SimulatedPlatform, titles: list[TitleRequested]
) -> None:
    platform.add_jobs(1, "RUNNING")
    async with start(settings=QUICK) as pilot:
        await shown(pilot, "0 All 26")
        await pilot.press("a", "w")
        await shown(pilot, "watch paused")
        assert not any(
            ("state", "PENDING") in r.query and ("state", "RUNNING") in r.query for r in platform.requests
        )
        await pilot.press("a")
        await shown(pilot, "watching 1")
        assert [event.title for event in titles[:1]] == ["watch paused"]


@pytest.mark.slow
async def test_the_watch_continues_after_a_new_token(
    start: Start, platform: SimulatedPlatform, titles: list[TitleRequested]
) -> None:
    running = platform.add_jobs(1, "RUNNING")[0]
    async with start(settings=QUICK) as pilot:
        await shown(pilot, "0 All 26")
        await pilot.press("w")
        await shown(pilot, "watching 1")
        platform.switches.refuse_token = True
        await shown(pilot, "The platform refused the token")
        platform.switches.refuse_token = False
        platform.set_state(running, "FAILED")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await until(lambda: any(event.ring for event in titles))
        assert titles[-1].title == "watch finished: 0 completed · 1 failed"


def test_the_title_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "textual.drivers.linux_driver.LinuxDriver.write", lambda _driver, text: written.append(text)
    )
    driver = TerminalDriver.__new__(TerminalDriver)
    driver._title = ""
    driver.set_title("")
    for expected in ("one", "two", "", ""):
        driver.set_title(expected)
    assert written == [f"{SAVE_TITLE}\x1b]2;one\x07", "\x1b]2;two\x07", RESTORE_TITLE]


def test_the_title_is_set_again_after_a_suspension(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    for name in ("stop_application_mode", "disable_input", "close"):
        monkeypatch.setattr(LinuxDriver, name, lambda _driver: None)
    monkeypatch.setattr(LinuxDriver, "write", lambda _driver, text: written.append(text))
    monkeypatch.setattr(TerminalDriver, "_wait_for_replies", lambda _driver: None)
    monkeypatch.setattr(TerminalDriver, "start_application_mode", lambda _driver: None)
    driver = TerminalDriver.__new__(TerminalDriver)
    driver._title = ""
    driver._shutdown_guard = SimpleNamespace(uninstall=lambda: None)  # type: ignore[assignment]
    driver._app = SimpleNamespace(call_later=lambda *_, **__: None, refresh=None)  # type: ignore[assignment]
    driver.set_title("watching 2")
    for _ in range(2):
        del written[:]
        driver.suspend_application_mode()
        assert written == [RESTORE_TITLE]
        driver.resume_application_mode()
        assert written == [RESTORE_TITLE, f"{SAVE_TITLE}\x1b]2;watching 2\x07"]


@pytest.mark.slow
def test_the_terminal_gets_the_bell_and_the_title_which_is_restored(
    platform: SimulatedPlatform, server: LoopbackServer, tmp_path: Path
) -> None:
    running = platform.add_jobs(2, "RUNNING")
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    command = [sys.executable, "-m", "cgc_tui", "--refresh", "1"]
    with ProgramTerminal(command, home=tmp_path, environ=environ) as terminal:
        terminal.sees("of 27")
        terminal.press("w")
        terminal.wrote(SAVE_TITLE.encode() + b"\x1b]2;cgc-tui: watching 2\x07")
        for job_id in running:
            platform.set_state(job_id, "FAILED")
        terminal.wrote("\x1b]2;cgc-tui: watch finished: 0 completed · 2 failed\x07".encode())
        titles = terminal.raw.count(b"\x1b]2;")
        terminal.wrote(b"\x07", times=titles + 1)
        terminal.press("q")
        assert terminal.ends() == 0
        terminal.wrote(RESTORE_TITLE.encode())
