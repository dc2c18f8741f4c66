"""Ending the program from outside: it is quick and restores the terminal."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import APP, Shell, Terminal, modes_left

pytestmark = pytest.mark.usefixtures("output")

DEMO = [*APP, "--demo"]
HANG_UP = 128 + signal.SIGHUP


def loading(terminal: Terminal) -> None:
    """Wait until the program has set up the terminal and painted nothing yet."""
    terminal.wrote(b"\x1b[?1049h")


def listing(terminal: Terminal) -> None:
    """Wait until the list is shown."""
    terminal.sees("page 1 of")


def in_dialog(terminal: Terminal) -> None:
    """Open a dialog."""
    terminal.sees("page 1 of")
    terminal.press("f")
    terminal.sees("Filter jobs")


SLOW = pytest.mark.slow
MOMENTS = [loading, pytest.param(listing, marks=SLOW), pytest.param(in_dialog, marks=SLOW)]


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=SLOW)])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_ends_the_program_at_any_moment(
    tmp_path: Path, number: signal.Signals, moment: Callable[[Terminal], None]
) -> None:
    with Terminal(DEMO, home=tmp_path) as terminal:
        before = terminal.attributes()
        moment(terminal)
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before


@pytest.mark.parametrize("ignores", [[], [signal.SIGHUP]], ids=["handled", "ignored"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_hang_up_ends_the_program(
    tmp_path: Path, ignores: list[signal.Signals], moment: Callable[[Terminal], None]
) -> None:
    with Terminal(DEMO, home=tmp_path, ignores=ignores) as terminal:
        moment(terminal)
        terminal.hang_up()
        assert terminal.ends_unread() == HANG_UP


@pytest.mark.slow
def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    with Terminal(DEMO, home=tmp_path, ignores=[signal.SIGHUP]) as terminal:
        listing(terminal)
        terminal.process.send_signal(signal.SIGHUP)
        terminal.press("]")
        terminal.sees("page 2 of")
        terminal.press("q")
        assert terminal.ends() == 0


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_unread_terminal_does_not_delay_the_end(tmp_path: Path, number: signal.Signals) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        before = terminal.attributes()
        listing(terminal)
        terminal.press(*["ctrl+l", "]"] * 100)
        terminal.idles()
        terminal.process.send_signal(number)
        assert terminal.ends_unread() == 128 + number
        while terminal.read(0.1):
            pass
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before


@pytest.mark.slow
@pytest.mark.parametrize("ignores", [[], [signal.SIGHUP]], ids=["handled", "ignored"])
def test_a_hang_up_of_an_unread_terminal_ends_the_program(
    tmp_path: Path, ignores: list[signal.Signals]
) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36), ignores=ignores) as terminal:
        listing(terminal)
        terminal.press(*["ctrl+l", "]"] * 100)
        terminal.idles()
        terminal.hang_up()
        assert terminal.ends_unread() == HANG_UP


@pytest.mark.slow
@pytest.mark.parametrize(("name", "status"), [("TERM", 143), ("HUP", 129)])
def test_a_stopped_program_can_be_ended(tmp_path: Path, name: str, status: int) -> None:
    with Shell(tmp_path) as shell:
        shell.runs(shlex.join([*DEMO, *Terminal.options]))
        shell.suspends()
        shell.runs(f"kill -{name} %1; fg; echo ended with $?", f"ended with {status}")
        shell.leaves()


@pytest.mark.slow
def test_a_program_that_was_stopped_from_outside_continues(tmp_path: Path) -> None:
    """Meanwhile the shell has changed the terminal, without a notification to the program."""
    with Terminal(DEMO, home=tmp_path) as terminal:
        before = terminal.attributes()
        listing(terminal)
        terminal.process.send_signal(signal.SIGSTOP)
        terminal.stops()
        terminal.set_attributes(before)
        terminal.screen.reset()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.sees("page 1 of")
        terminal.press("]")
        terminal.sees("page 2 of")
        terminal.press("q")
        assert terminal.ends() == 0
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before


WAITS = """
import sys
from cgc_tui.tui.terminal import driver
from cgc_tui.__main__ import main
driver.REPLY_TIMEOUT, driver.LATE_REPLY_WAIT = {within}, {late}
sys.exit(main())
"""
REPLIES = b"\x1b[?2026;2$y\x1b[?2048;0$y"


def test_late_replies_are_not_left_to_the_shell(tmp_path: Path) -> None:
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal, terminal.shell() as left:
        listing(terminal)
        terminal.press("ctrl+c")
        _reply_late(terminal)
        assert terminal.ends() == 0
        assert left() == b""
        while terminal.read(0.05):
            pass
        assert b"$y" not in terminal.raw


def test_late_replies_are_not_left_to_the_shell_on_suspension(tmp_path: Path) -> None:
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo", *Terminal.options]
    with Shell(tmp_path) as shell:
        shell.runs(shlex.join(program))
        before = len(shell.raw)
        shell.press("ctrl+z")
        _reply_late(shell)
        shell.prompts(before)
        shell.runs("echo $((40 + 2))", "42")
        assert b"$y" not in shell.raw
        shell.runs("kill -TERM %1; fg", "Terminated")


def _reply_late(terminal: Terminal) -> None:
    """Reply after the end of the input thread, which outlives the app by 0.1 s."""
    terminal.wrote(b"\x1b[?1003l")
    time.sleep(0.3)
    terminal.write(REPLIES)


def test_a_second_ctrl_c_changes_nothing(tmp_path: Path) -> None:
    """It is a signal once the terminal is restored."""
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal:
        listing(terminal)
        terminal.press("ctrl+c")
        terminal.wrote(b"\x1b[?1003l")
        terminal.process.send_signal(signal.SIGINT)
        terminal.idles()
        terminal.write(REPLIES)
        assert terminal.ends() == 0


@pytest.mark.parametrize(("within", "replies"), [(60, REPLIES), (0, b"")], ids=["replied", "never"])
def test_the_end_does_not_wait_for_replies_that_were_received_or_never_come(
    tmp_path: Path, within: int, replies: bytes
) -> None:
    program = [sys.executable, "-c", WAITS.format(within=within, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal:
        terminal.wrote(b"\x1b[?2048$p")
        terminal.write(replies)
        listing(terminal)
        terminal.press("q")
        assert terminal.ends() == 0
