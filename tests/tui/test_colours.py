"""Terminals with few or no colours: only their codes are written, and all states are distinguishable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.params import mostly_slow
from tests.support.terminal import APP, Terminal

pytestmark = pytest.mark.usefixtures("output")

DEMO = [*APP, "--demo"]
SGR = re.compile(rb"\x1b\[([0-9;]*)m")
SIXTEEN = re.compile(r"[0-9]?|2[1-9]|[34][0-79]|9[0-7]|10[0-7]")
"""Attributes, and the colours of the smallest palette."""

GREYS = re.compile(
    r"(?:0|1|2|4|7|22|27|39|49|3[07]|4[07]|9[07]|10[07]|[34]8;5;(?:[078]|15|16|231|23[2-9]|24[0-9]|25[0-5]))?"
    r"(?:;|$)"
)
STATES = ("○ PENDING", "◐ RUNNING", "✓ COMPLETED", "✗ 9")


def styles(terminal: Terminal) -> set[str]:
    """Return the parameters of all SGR sequences."""
    return {result.decode() for result in SGR.findall(terminal.raw)}


def show(terminal: Terminal) -> None:
    """Show everything that has a colour, and check that it is recognizable without one."""
    screen = terminal.sees("page 1 of")
    assert all(state in screen for state in STATES)
    first = next(y for y, line in enumerate(terminal.screen.display) if " Name " in line) + 1
    rows = [[terminal.screen.buffer[y][x].bg for x in range(2, 70)] for y in range(first, first + 8)]
    assert rows[0] not in rows[1:], "the cursor is invisible"
    terminal.press("4")
    screen = terminal.sees("page 1 of 4 · newest first")
    line = screen.splitlines().index(next(line for line in screen.splitlines() if "4 Failed" in line))
    shown = terminal.screen.display[line]
    chosen, other = (terminal.screen.buffer[line][shown.index(name)] for name in ("4 Failed", "3 Completed"))
    assert chosen[1:] != other[1:], "the chosen tab is not highlighted"


@pytest.mark.parametrize("term", mostly_slow(["xterm", "screen", "linux", "xterm-16color", "vt100", "dumb"]))
def test_a_terminal_with_sixteen_colours_gets_no_others(tmp_path: Path, term: str) -> None:
    with Terminal(DEMO, home=tmp_path, environ={"TERM": term}) as terminal:
        show(terminal)
        terminal.press("q")
        assert terminal.ends() == 0
        codes = {code for style in styles(terminal) for code in style.split(";")}
    assert not {code for code in codes if not SIXTEEN.fullmatch(code)}
    assert codes & {"91", "31"}, "failed is not red"


@pytest.mark.parametrize("term", mostly_slow(["xterm-256color", "xterm", "linux"]))
def test_without_colours_only_greys_are_written(tmp_path: Path, term: str) -> None:
    with Terminal(DEMO, home=tmp_path, environ={"TERM": term, "NO_COLOR": "1"}) as terminal:
        show(terminal)
        terminal.press("q")
        assert terminal.ends() == 0
        assert not {style for style in styles(terminal) if GREYS.sub("", style)}
