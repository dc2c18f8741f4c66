"""The exit codes, and the code and message for an error."""

from __future__ import annotations

from enum import IntEnum

from cgc_tui.domain.errors import CgcError, Forbidden, NotFound, RateLimited, RequestRejected, TokenRejected
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions


class ExitCode(IntEnum):
    """The exit code of a command; after a signal it is 128 plus the signal's number."""

    DONE = 0
    NO = 1
    """A watched job failed or ended otherwise, or a named job does not exist."""
    USAGE = 2
    UNAVAILABLE = 3
    """The network or the server; worth a retry."""
    ACCESS = 4
    """No token, a rejected token, or no privilege."""
    LIMIT = 5
    PENDING = 8
    """Jobs were unfinished at the time-out."""


_EXIT_CODES = (
    (TokenRejected, ExitCode.ACCESS),
    (Forbidden, ExitCode.ACCESS),
    (NotFound, ExitCode.NO),
    (RateLimited, ExitCode.LIMIT),
    (RequestRejected, ExitCode.USAGE),
)


def exit_code_for(error: CgcError) -> ExitCode:
    """Return the exit code for an error."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), ExitCode.UNAVAILABLE)


def error_message(error: CgcError, display: DisplayOptions, *, summary: SafeText | None = None) -> SafeText:
    """Return an error on one line, with a remedy that needs no keys of the app.

    `summary` replaces that of the error.
    """
    remedy: str = error.remedy
    if isinstance(error, TokenRejected):
        remedy = "Log in again: cgc-tui auth login"
    elif isinstance(error, RateLimited) and error.retry_after is not None:
        remedy = f"Try again in {error.retry_after:.0f} s."
    elif remedy.startswith("Press r"):
        remedy = "Try again."
    return sanitize(
        display.separator.join(filter(None, (summary or error.summary, error.server_message, remedy)))
    )
