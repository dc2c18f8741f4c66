"""Copies text to the clipboard, also from a session on a remote machine.

With its default settings tmux silently drops OSC 52, plain or wrapped. `tmux load-buffer -w -` works, and
also sets the outer terminal's clipboard if that supports OSC 52 (tmux manual, "load-buffer").
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Mapping
from enum import StrEnum
from subprocess import DEVNULL

SECONDS = 5.0
OSC52_MAX_BYTES = 74_994 * 3 // 4
"""Terminals drop longer sequences (xterm's limit, which others use as well)."""


class ClipboardRoute(StrEnum):
    """The methods to copy text."""

    TMUX = "tmux"
    OSC52 = "osc52"
    NONE = "none"


def choose_route(
    environ: Mapping[str, str], text: str, which: Callable[[str], str | None] = shutil.which
) -> ClipboardRoute:
    """Return the method that this terminal supports for this text."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") and which("tmux"):
        return ClipboardRoute.TMUX
    if term in {"", "dumb", "linux", "unknown"} or term.startswith("screen") or "STY" in environ:
        return ClipboardRoute.NONE
    return (
        ClipboardRoute.OSC52
        if len(text.encode("utf-8", "replace")) <= OSC52_MAX_BYTES
        else ClipboardRoute.NONE
    )


async def copy_to_tmux(text: str) -> bool:
    """Copy text to tmux's paste buffer and the outer clipboard; return whether tmux succeeded."""
    data = text.encode("utf-8", "replace")
    # Before tmux 3.2, load-buffer has no -w.
    for command in (("load-buffer", "-w", "-"), ("load-buffer", "-")):
        if await asyncio.to_thread(_feed, ("tmux", *command), data):
            return True
    return False


def _feed(command: tuple[str, ...], data: bytes) -> bool:
    try:
        ended = subprocess.run(command, input=data, stdout=DEVNULL, stderr=DEVNULL, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
