"""The painted_list program writes only changed cells, and all cells if those on the terminal are unknown."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.support.terminal import PATIENCE, Shell, Terminal

APP = [sys.executable, "-m", "cgc_tui", "--refresh", "0"]

PLAIN_START = 10_000
"""More bytes than a start that writes each cell once, and fewer than one with Textual's output."""

UNKNOWN_OUTPUT = """
import sys
from cgc_tui.tui.app import CgcApp
from cgc_tui.__main__ import main

CgcApp.action_zone = lambda self: self._driver.write("\\x1b[2J")
sys.exit(main())
"""


@pytest.fixture
def environ(platform: SimulatedPlatform, server: LoopbackServer) -> dict[str, str]:
    return {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}


def painted_list(terminal: Terminal) -> str:
    """Wait until the list is completely painted, the scroll bar last; return the text."""
    for text in ("1–50 of 230", "rosalind ", "4 Failed 9", "▁"):
        terminal.sees(text)
    return terminal.text


@pytest.fixture
def terminal(tmp_path: Path, environ: dict[str, str]) -> Iterator[Terminal]:
    """Yield a terminal that shows the list."""
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        painted_list(terminal)
        yield terminal
        terminal.press("q")
        assert terminal.ends() == 0


def start(tmp_path: Path, environ: dict[str, str], *options: str) -> int:
    """Return the number of bytes that the program writes from its start to its end."""
    with Terminal([*APP, *options], home=tmp_path, environ=environ) as terminal:
        painted_list(terminal)
        terminal.press("q")
        assert terminal.ends() == 0
        return len(terminal.raw)


def test_a_start_writes_few_bytes(tmp_path: Path, environ: dict[str, str]) -> None:
    assert start(tmp_path, environ) < PLAIN_START


@pytest.mark.parametrize(
    ("options", "term", "settings"),
    [(["--plain-output"], "xterm-256color", ""), ([], "linux", ""), ([], "xterm", "plain_output = true")],
    ids=["option", "terminal", "setting"],
)
def test_plain_output_is_that_of_textual(
    tmp_path: Path, environ: dict[str, str], options: list[str], term: str, settings: str
) -> None:
    config = tmp_path / ".config" / "cgc-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(settings)
    assert start(tmp_path, {**environ, "TERM": term}, *options) > PLAIN_START


def test_ctrl_l_repaints_everything(terminal: Terminal) -> None:
    before = terminal.text
    terminal.screen.reset()
    terminal.press("ctrl+l")
    terminal.sees(before)


def test_everything_is_repainted_after_a_suspension_and_with_the_next_focus(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    with Shell(tmp_path, environ=environ) as shell:
        shell.runs(shlex.join(APP), "1–50 of 230")
        before = painted_list(shell)
        shell.suspends()
        shell.runs("fg", before)
        shell.screen.reset()
        shell.write(b"\x1b[I")
        shell.sees(before)
        shell.screen.reset()
        shell.write(b"\x1b[I")
        shell.press("t")
        shell.sees("UTC")
        assert before not in shell.text
        shell.finishes()


def test_everything_is_repainted_after_sigstop(terminal: Terminal) -> None:
    before = terminal.text
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.stops()
    terminal.screen.reset()
    terminal.process.send_signal(signal.SIGCONT)
    terminal.sees(before)


def test_everything_is_repainted_after_a_window_change_signal(terminal: Terminal) -> None:
    before = terminal.text
    terminal.screen.reset()
    terminal.process.send_signal(signal.SIGWINCH)
    terminal.sees(before)


def test_everything_is_repainted_after_an_in_band_size_report(terminal: Terminal) -> None:
    before = terminal.text
    terminal.write(b"\x1b[?2048;2$y")
    terminal.wrote(b"\x1b[?2048h")
    terminal.write(b"\x1b[48;24;80;480;800t")
    terminal.screen.reset()
    terminal.write(b"\x1b[48;24;80;480;800t")
    terminal.sees(before)


def test_unknown_output_is_written_and_plain_output_follows(tmp_path: Path, environ: dict[str, str]) -> None:
    command = [sys.executable, "-c", UNKNOWN_OUTPUT, "--refresh", "0"]
    with Terminal(command, home=tmp_path, environ=environ) as terminal:
        before = painted_list(terminal)
        terminal.press("t")
        terminal.wrote(b"\x1b[2J")
        terminal.sees(before)
        written = len(terminal.raw)
        terminal.press("]")
        terminal.sees("51–100 of 230")
        while len(terminal.raw) - written <= PLAIN_START:
            assert terminal.read(PATIENCE), "the page is not written as plain output"
        terminal.press("q")
        assert terminal.ends() == 0


def test_frames_without_a_change_write_no_sync_sequences(tmp_path: Path, environ: dict[str, str]) -> None:
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.write(b"\x1b[?2026;2$y")
        terminal.sees("1–50 of 230")
        terminal.press("]")
        terminal.sees("51–100 of 230")
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.raw.count(b"\x1b[?2026h") == terminal.raw.count(b"\x1b[?2026l") > 0
        assert b"\x1b[?2026h\x1b[?2026l" not in terminal.raw
