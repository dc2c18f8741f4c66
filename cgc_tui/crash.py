"""Tells of a bug in three lines and a file, without secrets."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Iterable

from cgc_tui import __version__
from cgc_tui.models import Token
from cgc_tui.text import clean


def report(error: BaseException, tokens: Iterable[Token]) -> str:
    """Write what is known of a bug to a file that only the user can read; return the words for the user.

    The report has the frames but not their variables, and none of the tokens.
    """
    text = "".join(traceback.format_exception(error))
    words = f"{type(error).__name__}: {error}"
    for token in tokens:
        text, words = (part.replace(token.reveal(), "(token)") for part in (text, words))
    head = f"cgc-tui {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        number, path = tempfile.mkstemp(prefix="cgc-tui-bug-", suffix=".txt")
        with os.fdopen(number, "w", errors="replace") as file:
            file.write(head + text)
    except OSError as trouble:
        path = f"not written ({trouble.strerror})"
    return (
        f"cgc-tui ended because of a bug: {clean(words, most=200)}\n"
        f"Report, without your token: {path}\n"
        "Please send it to the maintainers, with what you did before."
    )
