"""Pastes of megabytes on every screen, marked by the terminal or not: cut, and nothing of them runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cgc_tui.tui.terminal.input_sanitizer import MAX_PASTE_CHARS
from tests.support.terminal import Terminal, modes_left

# On a busy machine the pieces of a paste come with longer pauses than over a network.
PATIENT = """
import sys
from cgc_tui.tui.terminal import input_sanitizer as intake
from cgc_tui.__main__ import main
intake.BURST_PAUSE = intake.MORE_TIMEOUT = 5.0
sys.exit(main())
"""
APP = [sys.executable, "-c", PATIENT]
DEMO = [*APP, "--demo"]

WORDS = b"pasted q\r\x1b[31m4]\x1b]0;pwned\x07\x1bOP?\x03\x1a\x00\xff q\r\n"
PASTE = WORDS * (2_000_000 // len(WORDS)) + b"x" * 200
MARKED = b"\x1b[200~" + PASTE + b"\x1b[201~"

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("paste", [MARKED, PASTE], ids=["marked", "unmarked"])]


def quits(terminal: Terminal) -> int:
    """Press `ctrl+c` until the program ends: in one burst with a paste it is lost."""
    while terminal.process.poll() is None and terminal.raw.count(b"\x1b[?1003l") == 0:
        terminal.press("ctrl+c")
        terminal.read(0.5)
    return terminal.ends()


def test_a_paste_into_the_list_runs_nothing(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.write(paste)
        terminal.presses_until("right", "page [2-9] of")
        screen = terminal.text
        assert "sorted as sent" in screen
        assert "0 All" in screen
        assert quits(terminal) == 0
        assert not modes_left(terminal.raw)


def test_a_paste_into_the_find_line_is_its_first_line(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.write(paste)
        terminal.sees('has "pasted q')
        terminal.presses_until("escape", 'has "pasted q', gone=True)
        terminal.presses_until("right", "page [2-9] of")
        assert quits(terminal) == 0


LONG = "".join(f"{number:05}" for number in range(2000)).encode()


def test_of_a_long_line_the_beginning_is_pasted(tmp_path: Path, paste: bytes) -> None:
    """`paste` only says whether the terminal marks it."""
    with Terminal(DEMO, home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.write(LONG if paste is PASTE else b"\x1b[200~" + LONG + b"\x1b[201~")
        terminal.sees('have "00000')
        terminal.presses_until("\x1b[H\x1b[F", rf"{MAX_PASTE_CHARS // 5 - 1:05}\s")
        assert quits(terminal) == 0


def test_a_paste_into_the_filter_form_is_its_first_line(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("f")
        terminal.sees("Filter: what the platform")
        terminal.write(paste)
        terminal.sees("pasted q")
        terminal.presses_until("escape", "Filter: what the platform", gone=True)
        terminal.presses_until("right", "page [2-9] of")
        assert quits(terminal) == 0


def test_a_paste_into_the_token_screen_is_hidden(tmp_path: Path, paste: bytes) -> None:
    environ = {"SB_API_ENDPOINT": "http://127.0.0.1:9/v2"}
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.sees("needs your authentication token")
        terminal.write(paste)
        terminal.sees("••••••••")
        assert quits(terminal) == 0
        assert b"pasted" not in terminal.raw
    assert not list(tmp_path.rglob("*"))
