"""Reports a bug in three lines and a file, without secrets."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from contextlib import suppress
from types import TracebackType

from cgc_tui import __version__
from cgc_tui.domain.text import sanitize
from cgc_tui.domain.token import Token
from cgc_tui.system.process_limits import LIMITED, limit_message

BUG = 70
"""The exit status after a bug."""


def write_report(error: BaseException) -> str:
    """Write a traceback to a file that only the user can read; return the message for the user.

    The report has no local variables and no token.
    """
    text = Token.redact_all("".join(traceback.format_exception(error)))
    summary = Token.redact_all(f"{type(error).__name__}: {error}")
    head = f"cgc-tui {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        descriptor, path = tempfile.mkstemp(prefix="cgc-tui-bug-", suffix=".txt")
        with os.fdopen(descriptor, "w", errors="replace") as file:
            file.write(head + text)
    except OSError as failure:
        path = f"not written ({failure.strerror})"
    return (
        f"cgc-tui ended because of a bug: {sanitize(summary, max_chars=200)}\n"
        f"Report, without your token: {sanitize(path)}\n"
        "Please send it to the maintainers, and describe what you did."
    )


def excepthook(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Report a bug, or the machine limit that caused the error, and exit; for `sys.excepthook`."""
    if issubclass(kind, KeyboardInterrupt):
        return  # Python then exits by the signal
    limit = limit_message(error)
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        print(write_report(error) if limit is None else f"cgc-tui: {limit}", file=sys.stderr, flush=True)
    os._exit(BUG if limit is None else LIMITED)
