"""The ways in which the program is ended from outside: each is quick and leaves a usable terminal."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import Terminal, modes_left

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
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_program_ends_once_it_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    with Terminal(DEMO, home=tmp_path) as terminal:
        before = terminal.attributes()
        listing(terminal)
        terminal.press("ctrl+z")
        terminal.stops()
        assert terminal.attributes() == before
        terminal.process.send_signal(number)
        terminal.process.send_signal(signal.SIGCONT)
        assert terminal.ends() in (128 + number, -number)
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before


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
from cgc_tui import driver
from cgc_tui.__main__ import main
driver.ANSWERS_WITHIN, driver.LATE = {within}, {late}
sys.exit(main())
"""
ANSWERS = b"\x1b[?2026;2$y\x1b[?2048;0$y"


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+z"])
def test_answers_that_come_late_are_not_left_to_the_shell(tmp_path: Path, key: str) -> None:
    program = [sys.executable, "-c", WAITS.format(within=60, late=60), "--demo"]
    with Terminal(program, home=tmp_path) as terminal, terminal.shell() as left:
        listing(terminal)
        taken = terminal.raw.count(b"\x1b[?1003l")
        terminal.press(key)
        terminal.wrote(b"\x1b[?1003l", taken + 1)
        time.sleep(0.3)  # so late that what reads the keys, a tenth of a second longer, has ended
        terminal.write(ANSWERS)
        if key == "ctrl+c":
            assert terminal.ends() == 0
        else:
            terminal.stops()
        assert left() == b""
        while terminal.read(0.05):
            pass
        assert b"$y" not in terminal.raw


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
