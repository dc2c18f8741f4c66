"""Brings text to where it can be pasted, and links to a browser, from a session on another machine.

Default tmux drops OSC 52 in silence, plain or wrapped; `tmux load-buffer -w -` arrives, and goes on to the
outer terminal's clipboard where that takes OSC 52 (tmux manual, "load-buffer").
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from enum import StrEnum
from subprocess import Popen
from threading import Thread

SECONDS = 5.0
BROWSER_SECONDS = 2.0
OSC52_MOST = 74_994 * 3 // 4
"""Bytes; terminals drop longer sequences (xterm's limit, which others took over)."""


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
        if await _fed(("tmux", *command), data):
            return True
    return False


async def _fed(command: tuple[str, ...], data: bytes) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL)
    except OSError:
        return False
    try:
        async with asyncio.timeout(SECONDS):
            await process.communicate(data)
    except (TimeoutError, ConnectionError):
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode == 0


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
        ended = asyncio.wrap_future(_launch(command))
    except (OSError, ValueError):
        return False
    try:
        async with asyncio.timeout(BROWSER_SECONDS):
            return await ended == 0
    except TimeoutError:
        return True


def _launch(command: list[str]) -> Future[int]:
    """Start a command that may outlive the app; the result is its exit status.

    A process of asyncio's does not: from Python 3.12 on it is killed when its loop has closed.
    """
    process = Popen(command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
    ended: Future[int] = Future()
    ended.set_running_or_notify_cancel()
    Thread(target=lambda: ended.set_result(process.wait()), daemon=True).start()
    return ended
