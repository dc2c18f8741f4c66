"""Pastes of megabytes on every screen, marked by the terminal or not: cut, and nothing of them runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal, modes_left

APP = [sys.executable, "-m", "cgc_tui"]
DEMO = [*APP, "--demo"]

WORDS = b"pasted q\r\x1b[31m4]\x1b]0;pwned\x07\x1bOP?\x03\x1a\x00\xff q\r\n"
PASTE = WORDS * (2_000_000 // len(WORDS)) + b"x" * 200
MARKED = b"\x1b[200~" + PASTE + b"\x1b[201~"

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("paste", [MARKED, PASTE], ids=["marked", "unmarked"])]


def leave(terminal: Terminal, words: str) -> None:
    """Press `Esc` until the words are gone: a key that comes in one burst with a paste goes with it."""
    while words in terminal.text:
        terminal.press("escape")
        terminal.read(0.5)


def test_a_paste_into_the_list_runs_nothing(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.write(paste)
        while not re.search("page [2-9] of", terminal.text):  # what comes in a burst with it goes with it
            terminal.press("right")
            terminal.read(0.5)
        screen = terminal.text
        assert "sorted as sent" in screen
        assert "0 All" in screen
        terminal.write(b"\x1b[113u")
        assert terminal.ends() == 0
        assert not modes_left(terminal.raw)


def test_a_paste_into_the_find_line_is_its_first_line(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.write(paste)
        terminal.sees('has "pasted q')
        leave(terminal, 'has "pasted q')
        terminal.press("right")
        terminal.sees("page 2 of")
        terminal.press("ctrl+c")
        assert terminal.ends() == 0


def test_a_paste_into_the_filter_form_is_its_first_line(tmp_path: Path, paste: bytes) -> None:
    with Terminal(DEMO, home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("f")
        terminal.sees("Filter: what the platform")
        terminal.write(paste)
        terminal.sees("pasted q")
        leave(terminal, "Filter: what the platform")
        terminal.press("right")
        terminal.sees("page 2 of")
        terminal.press("ctrl+c")
        assert terminal.ends() == 0


def test_a_paste_into_the_token_screen_is_hidden(tmp_path: Path, paste: bytes) -> None:
    environ = {"SB_API_ENDPOINT": "http://127.0.0.1:9/v2"}
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.sees("needs your authentication token")
        terminal.write(paste)
        terminal.sees("••••••••")
        terminal.press("ctrl+c")
        assert terminal.ends() == 0
        assert b"pasted" not in terminal.raw
    assert not list(tmp_path.rglob("*"))
