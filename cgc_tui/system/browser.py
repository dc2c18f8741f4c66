"""Opens links with the user's `$BROWSER`."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping
from subprocess import DEVNULL, Popen

BROWSER_SECONDS = 2.0
BROWSER_CHECKS = 40
"""The number of checks of the command's exit status within that time."""

_launched: list[Popen[bytes]] = []


async def open_link(url: str, environ: Mapping[str, str]) -> bool:
    """Open a web page with `$BROWSER`; return whether one of its commands succeeded.

    The variable has the format of Python's `webbrowser`: commands separated by colons, with `%s` for the
    URL and an optional `&` at the end. A command that still runs after two seconds has succeeded.
    """
    if not url.startswith(("https://", "http://")):
        return False
    for text in filter(None, environ.get("BROWSER", "").split(":")):
        try:
            arguments = shlex.split(text)
        except ValueError:
            continue
        if arguments[-1:] == ["&"]:
            arguments.pop()
        if not arguments:
            continue
        if not any("%s" in word for word in arguments):
            arguments.append("%s")
        if await _run_browser([word.replace("%s", url) for word in arguments]):
            return True
    return False


async def _run_browser(command: list[str]) -> bool:
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

    asyncio's subprocesses do not: from Python 3.12 on they are killed when the loop is closed.
    """
    process = Popen(command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
    # Processes that have ended are released; references to the others avoid Python's ResourceWarning.
    _launched[:] = [*(other for other in _launched if other.poll() is None), process]
    return process
