"""Pastes of megabytes on all screens, bracketed or not: they are cut, and run nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cgc_tui.tui.terminal.input_sanitizer import MAX_PASTE_CHARS
from tests.support.terminal import Terminal, modes_left

# On a busy machine the pauses between the chunks of a paste are longer than over a network.
LONG_BURSTS = """
import sys
from cgc_tui.tui.terminal import input_sanitizer as sanitizer
from cgc_tui.__main__ import main
sanitizer.BURST_PAUSE = sanitizer.MORE_TIMEOUT = 5.0
sys.exit(main())
"""
APP = [sys.executable, "-c", LONG_BURSTS]
DEMO = [*APP, "--demo"]

TEXT = b"pasted q\r\x1b[31m4]\x1b]0;pwned\x07\x1bOP?\x03\x1a\x00\xff q\r\n"
PASTE = TEXT * (2_000_000 // len(TEXT)) + b"x" * 200
BRACKETED = b"\x1b[200~" + PASTE + b"\x1b[201~"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("paste", [BRACKETED, PASTE], ids=["bracketed", "unbracketed"]),
]


def quit_program(terminal: Terminal) -> int:
    """Press `ctrl+c` until the program ends: as part of a burst it is dropped."""
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
        assert "newest first" in screen
        assert "0 All" in screen
        assert quit_program(terminal) == 0
        assert not modes_left(terminal.raw)


def test_a_paste_into_the_find_bar_inserts_its_first_line(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.write(paste)
        terminal.sees('match "pasted q')
        terminal.presses_until("escape", 'match "pasted q', gone=True)
        terminal.presses_until("right", "page [2-9] of")
        assert quit_program(terminal) == 0


LONG = "".join(f"{number:05}" for number in range(2000)).encode()


def test_a_long_line_is_cut(tmp_path: Path, paste: bytes) -> None:
    """`paste` only determines whether the line is bracketed."""
    with Terminal(DEMO, home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.write(LONG if paste is PASTE else b"\x1b[200~" + LONG + b"\x1b[201~")
        terminal.sees('match "00000')
        terminal.presses_until("\x1b[H\x1b[F", rf"{MAX_PASTE_CHARS // 5 - 1:05}\s")
        assert quit_program(terminal) == 0


def test_a_paste_into_the_filter_dialog_inserts_its_first_line(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("f")
        terminal.sees("Filter jobs")
        terminal.write(paste)
        terminal.sees("pasted q")
        terminal.presses_until("escape", "Filter jobs", gone=True)
        terminal.presses_until("right", "page [2-9] of")
        assert quit_program(terminal) == 0


def test_a_paste_into_the_login_screen_is_hidden(tmp_path: Path, paste: bytes) -> None:
    environ = {"SB_API_ENDPOINT": "http://127.0.0.1:9/v2"}
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.sees("Log in with your authentication token")
        terminal.write(paste)
        terminal.sees("••••••••")
        assert quit_program(terminal) == 0
        assert b"pasted" not in terminal.raw
    assert not list(tmp_path.rglob("*"))
