"""Ctrl+Z and `fg`: the whole program under a shell with job control, and without one."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.support.app import first_page
from tests.support.retries import CREATE, create_requests
from tests.support.terminal import PATIENCE, Shell, Terminal

PROGRAM = [sys.executable, "-m", "cgc_tui"]
APP = shlex.join(PROGRAM)
DEMO = f"{APP} --demo"
WRITES_ITS_ID = f"sh -c 'echo $$ > pid; exec {DEMO}'"
NO_SHELL = "no shell to return to"

SHORT_DEADLINE = """
import sys
from cgc_tui.api.requester import Requester
Requester.__init__.__kwdefaults__["deadline"] = 1.0
from cgc_tui.__main__ import main
sys.exit(main())
"""

CONTINUED_LATE = """
import signal, sys
from textual.drivers.linux_driver import LinuxDriver
from cgc_tui.__main__ import main

def start(driver, start=LinuxDriver.start_application_mode):
    signal.raise_signal(signal.SIGCONT)
    start(driver)

LinuxDriver.start_application_mode = start
sys.exit(main())
"""

SLOW = pytest.mark.slow


@pytest.mark.parametrize("options", ["", pytest.param(" --plain-output", marks=SLOW)])
def test_fg_restores_the_screen(tmp_path: Path, options: str) -> None:
    """Suspend it twice: with marked rows, and with a dialog over the rows."""
    with Shell(tmp_path) as shell:
        shell.runs(f"{DEMO} --refresh 0{options}")
        shell.press(" ", " ")
        shell.sees("●PENDING", times=2)
        before = shell.sees("2 marked · newest first\n")
        last_rows = "\n".join(before.splitlines()[-5:-1])  # above the key bar, which changes with the dialog
        shell.suspends()
        shell.runs("fg", before)
        shell.press("f")
        shell.sees(last_rows, gone=True)  # covered by the list of projects
        shell.press("x", "y", "z")
        shell.sees(" xyz ")
        before = shell.sees(last_rows)  # uncovered again: no project's name contains "xyz"
        shell.suspends()
        shell.runs("fg", before)
        shell.press("escape")
        shell.sees(" xyz ", gone=True)
        shell.press("]")
        shell.sees("page 2 of 80 · 2 marked")
        shell.finishes()
        assert NO_SHELL.encode() not in shell.raw


@pytest.mark.parametrize(
    "command",
    [pytest.param("make", marks=SLOW), pytest.param(f"sh -c '{DEMO}; true'", marks=SLOW)],
    ids=["make", "sh"],
)
def test_the_whole_process_group_stops(tmp_path: Path, command: str) -> None:
    (tmp_path / "Makefile").write_text(f"demo:\n\t@{DEMO}\n")
    with Shell(tmp_path) as shell:
        shell.runs(command)
        for page in (2, 3):
            shell.suspends()
            shell.runs("fg", f"page {page - 1} of")
            shell.press("]")
            shell.sees(f"page {page} of")
        shell.finishes()
        assert NO_SHELL.encode() not in shell.raw


@SLOW
def test_a_stop_signal_from_outside_suspends_as_well(tmp_path: Path) -> None:
    with Shell(tmp_path) as shell:
        shell.runs(WRITES_ITS_ID)
        for page in (2, 3):
            before = len(shell.raw)
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGTSTP)
            shell.prompts(before)
            shell.runs("fg", f"page {page - 1} of")
            shell.press("]")
            shell.sees(f"page {page} of")
        shell.finishes()


@SLOW
def test_a_background_process_waits_for_the_terminal(tmp_path: Path) -> None:
    """Started or moved to the background, and resumed at another size."""
    with Shell(tmp_path) as shell:
        shell.runs(f"{DEMO} &", "[1] ")
        shell.presses_until("enter", "Stopped")
        shell.runs("bg", "&")
        shell.presses_until("enter", "Stopped")
        shell.runs("fg")
        shell.suspends()
        shell.runs("bg", "&")
        shell.presses_until("enter", "Stopped")
        shell.resize(120, 36)
        shell.runs("fg", "│ Id ")
        shell.finishes()


@SLOW
def test_keys_typed_for_the_shell_are_not_keys_of_the_app(tmp_path: Path) -> None:
    with Shell(tmp_path) as shell:
        shell.runs(DEMO)
        before = len(shell.raw)
        shell.write(b"\x1aq")
        shell.prompts(before)
        shell.runs("fg")
        shell.press("]")
        shell.sees("page 2 of")
        shell.finishes()


@SLOW
def test_requests_continue(tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer) -> None:
    """A refresh, and the imports of a retry."""
    platform.add_jobs(3, "FAILED", error=9100)
    failed = len([job_id for job_id in platform.ids() if platform.job(job_id)["state"] == "FAILED"])
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    with Shell(tmp_path, environ=environ) as shell:
        shell.runs(f"{APP} --refresh 0 --write --state FAILED", f"1–{failed} of {failed}")
        platform.add_jobs(1, "FAILED", error=9100)
        list_gate = platform.gate(first_page)
        shell.press("r")
        assert list_gate.arrived.wait(PATIENCE)
        shell.suspends()
        list_gate.release()
        shell.runs("fg", f"1–{failed + 1} of {failed + 1}")
        shell.press("T")
        shell.sees(f"of {failed + 1} failed imports")
        create_gate = platform.gate(CREATE)
        shell.press("enter")
        shell.sees("Type yes and press Enter")
        shell.press("y", "e", "s", "enter")
        assert create_gate.arrived.wait(PATIENCE)
        shell.suspends()
        create_gate.release()
        shell.runs("fg", " started")
        shell.finishes()
    assert create_requests(platform) == 1


@SLOW
def test_a_deadline_that_expires_meanwhile_is_an_ordinary_failure(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    (tmp_path / "program.py").write_text(SHORT_DEADLINE)
    with Shell(tmp_path, environ=environ) as shell:
        shell.runs(f"{sys.executable} program.py --refresh 0", "1–50 of 230")
        gate = platform.gate(first_page)
        shell.press("r")
        assert gate.arrived.wait(PATIENCE)
        shell.suspends()
        shell.runs("sleep 1.5; echo $((40 + 2))", "42")
        shell.runs("fg", "did not respond")
        gate.release()
        shell.press("r")
        shell.sees("did not respond", gone=True)
        shell.finishes()


@pytest.mark.parametrize(
    "command",
    [PROGRAM, pytest.param(["/bin/sh", "-c", '"$@"; true', "sh", *PROGRAM], marks=SLOW)],
    ids=["alone", "sh"],
)
def test_without_a_shell_it_reports_that_and_continues(tmp_path: Path, command: list[str]) -> None:
    """The program or a shell without job control leads the session, as in `xterm -e` or `tmux new`."""
    with Terminal([*command, "--demo"], home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        for page in (2, 3):
            starts = terminal.raw.count(b"\x1b[?1049h")
            terminal.press("ctrl+z")
            terminal.wrote(b"\x1b[?1049h", starts + 1)
            terminal.sees(NO_SHELL)
            terminal.press("]")
            terminal.sees(f"page {page} of")
        terminal.press("q")
        assert terminal.ends() == 0


@SLOW
def test_a_signal_that_was_ignored_at_the_start_does_not_suspend(tmp_path: Path) -> None:
    with Shell(tmp_path) as shell:
        shell.runs(f'(trap "" TSTP; {WRITES_ITS_ID})')
        shell.press("ctrl+z")
        shell.sees(NO_SHELL)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTSTP)
        shell.press("]")
        shell.sees("page 2 of")
        shell.finishes()


@SLOW
def test_a_stop_signal_during_the_start(tmp_path: Path) -> None:
    with Shell(tmp_path) as shell:
        before = len(shell.raw)
        shell.runs(WRITES_ITS_ID, "")
        shell.wrote(b"\x1b[?1049h")
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTSTP)
        shell.prompts(before)
        shell.runs("fg")
        shell.finishes()


@SLOW
def test_a_late_signal_does_not_change_the_restored_terminal(tmp_path: Path) -> None:
    """Another thread may receive it while the app resumes."""
    with Terminal([sys.executable, "-c", CONTINUED_LATE, "--demo"], home=tmp_path) as terminal:
        before = terminal.attributes()
        terminal.sees("page 1 of")
        terminal.press("ctrl+z")
        terminal.wrote(b"\x1b[?1049h", 2)
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.attributes() == before
