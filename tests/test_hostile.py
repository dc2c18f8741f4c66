"""Names with terminal commands, in the list, the details and the dialogs: none reaches the terminal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform, records
from tests.support.terminal import PATIENCE, Terminal, modes_left

APP = [sys.executable, "-m", "cgc_tui", "--page-size", "100"]

MORE = (
    "\x1b]2;pwned\x07",
    "\x1b]0;pwned\x1b\\",
    "\x1bkpwned\x1b\\",
    "\x1b]52;c;cHduZWQ=\x07",
    "\x1bPtmux;\x1b\x1b]52;c;cHduZWQ=\x07\x1b\\",
    "\x1b[?1049l",
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l",
    "\x1b[?2004l\x1b[?1004l",
    "\x1b[2J\x1b[H\x1bc\x1b[!p",
    "\x1b[6n\x1b[c\x1b[21t\x1b[?2026h",
    "\x1b[?25h\x1b(0\x0e\x1b[1;5r\x1b[4h",
    "\x9b?1049l\x9d2;pwned\x9c\x90q\x9c",
    "[@click=app.quit]pwned[/]",
    "[/]",
    "[on red blink link='https://evil.example']",
)

OURS = re.compile(
    r"\x1b\[(?:"
    r"[0-9;]*m"  # colours
    r"|[0-9;]*H|[0-9]*[ABCDGKXd]"  # the cursor, and erasing
    r"|\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]|\?20(?:26|48)\$p"  # modes
    r"|>[0-9]+u|<u"  # the keyboard
    r")|\r?\n|\r"
)
"""All sequences of the app; only copying writes OSC 52."""


@pytest.fixture
def hostile(platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch) -> SimulatedPlatform:
    """Return a platform whose jobs have hostile names, locations and messages."""
    monkeypatch.setattr(records, "HOSTILE", (*records.HOSTILE, *MORE))
    platform.switches.hostile_names = True
    return platform


def environ(platform: SimulatedPlatform, server: LoopbackServer) -> dict[str, str]:
    return {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_only_the_apps_own_sequences_reach_the_terminal(
    tmp_path: Path, hostile: SimulatedPlatform, server: LoopbackServer, size: tuple[int, int]
) -> None:
    with Terminal(APP, home=tmp_path, size=size, environ=environ(hostile, server)) as terminal:
        terminal.sees("1–100 of 230")
        terminal.press(*"j" * len(records.HOSTILE), "enter", "G", "J")
        terminal.sees("y Copy Esc Back")
        terminal.press("G", "escape")
        terminal.sees("y Copy Esc Back", gone=True)
        terminal.press("Y")
        terminal.sees("Enter Select")
        terminal.press("escape")
        terminal.sees("Enter Select", gone=True)
        terminal.press("escape", "]")
        terminal.sees("101–200 of 230")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.press("pwned")
        terminal.sees('on this page match "pwned"')
        terminal.press("ctrl+c")
        assert terminal.ends() == 0
        output = terminal.raw.decode()
        assert not modes_left(terminal.raw)
    left = OURS.sub("", output)
    assert "pwned" in left
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", left)


class Tmux:
    """A separate tmux server with one session that runs a command."""

    def __init__(self, home: Path, command: list[str], environ: dict[str, str]) -> None:
        usual = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        self._environ = {**usual, **environ}
        self._socket = str(home / "socket")
        (home / "tmux.conf").write_text(
            "set -g default-terminal tmux-256color\nset -g set-clipboard on\nset -g allow-passthrough on\n"
            "set -g allow-rename on\nset -g automatic-rename off\nset -g remain-on-exit on\n"
        )
        self.run("-f", str(home / "tmux.conf"), "new-session", "-d", "-x", "80", "-y", "24", *command)

    def run(self, *arguments: str) -> str:
        """Run a tmux command and return its output."""
        command = ["tmux", "-u", "-S", self._socket, *arguments]
        return subprocess.run(
            command, env=self._environ, capture_output=True, text=True, check=True, timeout=PATIENCE
        ).stdout

    def sees(self, text: str) -> None:
        """Wait until the text is on the screen."""
        ends = time.monotonic() + PATIENCE
        while text not in (shown := self.run("capture-pane", "-p")):
            assert time.monotonic() < ends, f"no {text!r} on the screen:\n{shown}"
            time.sleep(0.05)

    def ends(self) -> None:
        """Wait for the end of the command."""
        ends = time.monotonic() + PATIENCE
        while self.state("pane_dead") != ["1"]:
            assert time.monotonic() < ends, "it does not end"
            time.sleep(0.05)

    def state(self, *names: str) -> list[str]:
        """Return variables of the pane."""
        return self.run("display-message", "-p", "\n".join(f"#{{{name}}}" for name in names)).splitlines()


NAMES = ("pane_title", "window_name", "alternate_on", "mouse_any_flag", "mouse_sgr_flag", "cursor_flag")
FURTHER = ("insert_flag", "origin_flag", "wrap_flag", "scroll_region_upper", "scroll_region_lower")


@pytest.fixture
def tmux(tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer) -> Iterator[Tmux]:
    """Run the app in tmux."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    running = Tmux(tmp_path, APP, environ(platform, server))
    yield running
    running.run("kill-server")


@pytest.mark.slow
def test_two_hundred_hostile_names_leave_tmux_unchanged(tmux: Tmux, hostile: SimulatedPlatform) -> None:
    hostile.switches.hostile_names = False
    tmux.sees("1–100 of 230")
    before = tmux.state(*NAMES, *FURTHER)
    assert before[2:5] == ["1", "1", "1"]
    hostile.switches.hostile_names = True
    tmux.run("send-keys", "r")
    tmux.sees("pwned")
    tmux.run("send-keys", *["j"] * 40)
    for _ in range(20):
        tmux.run("send-keys", "PageDown")
    tmux.run("send-keys", "]")
    tmux.sees("101–200 of 230")
    for _ in range(20):
        tmux.run("send-keys", "PageDown")
    tmux.run("send-keys", "/")
    tmux.sees("Search all")
    tmux.run("send-keys", "pwned")
    tmux.sees('on this page match "pwned"')
    assert tmux.state(*NAMES, *FURTHER) == before
    assert tmux.run("list-buffers") == ""
    tmux.run("send-keys", "C-c")
    tmux.ends()
    assert tmux.state("pane_title", "alternate_on", "mouse_any_flag") == [before[0], "0", "0"]
