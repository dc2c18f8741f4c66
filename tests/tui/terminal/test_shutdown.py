"""The ways in which the program is ended from outside: each is quick and leaves a usable terminal."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import Shell, Terminal, modes_left

pytestmark = pytest.mark.usefixtures("output")

DEMO = [sys.executable, "-m", "cgc_tui", "--demo"]
HANG_UP = 128 + signal.SIGHUP


def loading(terminal: Terminal) -> None:
    """Bring the program to where it has taken the terminal and painted nothing yet."""
    terminal.wrote(b"\x1b[?1049h")


def listing(terminal: Terminal) -> None:
    """Bring the program to its list."""
    terminal.sees("page 1 of")


def asking(terminal: Terminal) -> None:
    """Bring the program to a dialog."""
    terminal.sees("page 1 of")
    terminal.press("f")
    terminal.sees("Filter: what the platform")


SLOW = pytest.mark.slow
MOMENTS = [loading, pytest.param(listing, marks=SLOW), pytest.param(asking, marks=SLOW)]


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=SLOW)])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_ends_it_at_any_moment(
    tmp_path: Path, number: signal.Signals, moment: Callable[[Terminal], None]
) -> None:
    with Terminal(DEMO, home=tmp_path) as terminal:
        before = terminal.attributes()
        moment(terminal)
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before


@pytest.mark.parametrize("ignores", [[], [signal.SIGHUP]], ids=["heeded", "ignored"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_it_ends_with_its_terminal(
    tmp_path: Path, ignores: list[signal.Signals], moment: Callable[[Terminal], None]
) -> None:
    with Terminal(DEMO, home=tmp_path, ignores=ignores) as terminal:
        moment(terminal)
        terminal.hang_up()
        assert terminal.ends_unread() == HANG_UP


@pytest.mark.slow
def test_a_signal_that_was_ignored_stays_ignored(tmp_path: Path) -> None:
    with Terminal(DEMO, home=tmp_path, ignores=[signal.SIGHUP]) as terminal:
        listing(terminal)
        terminal.process.send_signal(signal.SIGHUP)
        terminal.press("]")
        terminal.sees("page 2 of")
        terminal.press("q")
        assert terminal.ends() == 0


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_terminal_that_nobody_reads_holds_nothing_up(tmp_path: Path, number: signal.Signals) -> None:
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
@pytest.mark.parametrize("ignores", [[], [signal.SIGHUP]], ids=["heeded", "ignored"])
def test_a_terminal_that_goes_unread_ends_it(tmp_path: Path, ignores: list[signal.Signals]) -> None:
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
def test_a_program_that_was_stopped_from_outside_goes_on(tmp_path: Path) -> None:
    """The shell has taken the terminal meanwhile, and nothing told the program."""
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
ANSWERS = b"\x1b[?2026;2$y\x1b[?2048;0$y"


def test_answers_that_come_late_are_not_left_to_the_shell(tmp_path: Path) -> None:
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal, terminal.shell() as left:
        listing(terminal)
        terminal.press("ctrl+c")
        _answer_late(terminal)
        assert terminal.ends() == 0
        assert left() == b""
        while terminal.read(0.05):
            pass
        assert b"$y" not in terminal.raw


def test_nor_are_they_at_a_suspension(tmp_path: Path) -> None:
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo", *Terminal.options]
    with Shell(tmp_path) as shell:
        shell.runs(shlex.join(program))
        before = len(shell.raw)
        shell.press("ctrl+z")
        _answer_late(shell)
        shell.prompts(before)
        shell.runs("echo $((40 + 2))", "42")
        assert b"$y" not in shell.raw
        shell.runs("kill -TERM %1; fg", "Terminated")


def _answer_late(terminal: Terminal) -> None:
    """Answer when what reads the keys, a tenth of a second longer than the app, has ended."""
    terminal.wrote(b"\x1b[?1003l")
    time.sleep(0.3)
    terminal.write(ANSWERS)


def test_a_second_ctrl_c_changes_nothing(tmp_path: Path) -> None:
    """Once the terminal is the shell's again, it is a signal."""
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal:
        listing(terminal)
        terminal.press("ctrl+c")
        terminal.wrote(b"\x1b[?1003l")
        terminal.process.send_signal(signal.SIGINT)
        terminal.idles()
        terminal.write(ANSWERS)
        assert terminal.ends() == 0


@pytest.mark.parametrize(("within", "answers"), [(60, ANSWERS), (0, b"")], ids=["answered", "never"])
def test_a_terminal_that_answers_in_time_or_never_is_not_waited_for(
    tmp_path: Path, within: int, answers: bytes
) -> None:
    program = [sys.executable, "-c", WAITS.format(within=within, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal:
        terminal.wrote(b"\x1b[?2048$p")
        terminal.write(answers)
        listing(terminal)
        terminal.press("q")
        assert terminal.ends() == 0
