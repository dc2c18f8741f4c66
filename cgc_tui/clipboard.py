"""Brings text to where it can be pasted, and links to a browser, from a session on another machine.

Default tmux drops OSC 52 in silence, plain or wrapped; `tmux load-buffer -w -` arrives, and goes on to the
outer terminal's clipboard where that takes OSC 52 (tmux manual, "load-buffer").
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from enum import StrEnum
from subprocess import DEVNULL, Popen

SECONDS = 5.0
BROWSER_SECONDS = 2.0
BROWSER_CHECKS = 40
"""How often within that time the exit status of the command is looked at."""
OSC52_MOST = 74_994 * 3 // 4
"""Bytes; terminals drop longer sequences (xterm's limit, which others took over)."""

_launched: list[Popen[bytes]] = []


class Route(StrEnum):
    """The ways of copying."""

    TMUX = "tmux"
    OSC52 = "osc52"
    NONE = "none"


def choose(environ: Mapping[str, str], text: str, which: Callable[[str], str | None] = shutil.which) -> Route:
    """Return the way that this terminal has for this text."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") and which("tmux"):
        return Route.TMUX
    if term in {"", "dumb", "linux", "unknown"} or term.startswith("screen") or "STY" in environ:
        return Route.NONE
    return Route.OSC52 if len(text.encode("utf-8", "replace")) <= OSC52_MOST else Route.NONE


async def to_tmux(text: str) -> bool:
    """Put text into tmux's paste buffer, and from there on its way; tell whether tmux took it."""
    data = text.encode("utf-8", "replace")
    # Before tmux 3.2, load-buffer has no -w.
    for command in (("load-buffer", "-w", "-"), ("load-buffer", "-")):
        if await asyncio.to_thread(_fed, ("tmux", *command), data):
            return True
    return False


def _fed(command: tuple[str, ...], data: bytes) -> bool:
    try:
        ended = subprocess.run(command, input=data, stdout=DEVNULL, stderr=DEVNULL, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


async def open_link(url: str, environ: Mapping[str, str]) -> bool:
    """Open a web page with `$BROWSER`; tell whether one of its commands took it.

    The variable is read as Python's `webbrowser` reads it: commands with a colon between them, `%s` for
    the address, perhaps a `&` at the end. A command that still runs after two seconds has taken it.
    """
    if not url.startswith(("https://", "http://")):
        return False
    for text in filter(None, environ.get("BROWSER", "").split(":")):
        try:
            words = shlex.split(text)
        except ValueError:
            continue
        if words[-1:] == ["&"]:
            words.pop()
        if not words:
            continue
        if not any("%s" in word for word in words):
            words.append("%s")
        if await _started([word.replace("%s", url) for word in words]):
            return True
    return False


async def _started(command: list[str]) -> bool:
    try:
        process = _launch(command)
    except (OSError, ValueError):
        return False
    for _ in range(BROWSER_CHECKS):
        if (code := process.poll()) is not None:
            return code == 0
        await asyncio.sleep(BROWSER_SECONDS / BROWSER_CHECKS)
    return True


def _launch(command: list[str]) -> Popen[bytes]:
    """Start a command that may outlive the app.

    A process of asyncio's does not: from Python 3.12 on it is killed when its loop has closed.
    """
    process = Popen(command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
    # Those that have ended are released here, the others are no leak that Python has to warn of.
    _launched[:] = [*(other for other in _launched if other.poll() is None), process]
    return process
