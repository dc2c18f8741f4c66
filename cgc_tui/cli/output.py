"""Writes to standard streams, and tells a reader that has gone from a disk that is full."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from cgc_tui.domain.text import SafeText


class OutputClosed(Exception):
    """Who read the output has gone, and wants no more."""


class OutputError(Exception):
    """A sentence that says why the output cannot be written, in the system's words."""


def write(stream: TextIO, lines: Iterable[str]) -> None:
    """Write lines, each with its end, and flush; raises OutputClosed and OutputError."""
    try:
        stream.writelines(lines)
        stream.flush()
    except BrokenPipeError:
        drop(stream)
        raise OutputClosed from None
    except OSError as error:
        drop(stream)
        raise OutputError(f"the output cannot be written ({error.strerror}).") from None


def drop(stream: TextIO) -> None:
    """Discard what is still buffered: at its end, Python would wait for it or fail to write it."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(words: SafeText) -> None:
    if sys.stderr is not None:
        with suppress(OutputClosed, OutputError):
            write(sys.stderr, [f"cgc-tui: {words}\n"])


def text_stream(stream: TextIO | None) -> TextIO:
    """Return a stream that takes any text, and UTF-8 where it is not a terminal; a closed one takes all."""
    if not isinstance(stream, TextIOWrapper):
        return stream or open(os.devnull, "w")
    from cgc_tui.formatting.export import ENCODING_ERRORS

    encoding = None if stream.isatty() else "utf-8"
    stream.reconfigure(encoding=encoding, errors=ENCODING_ERRORS)
    return stream
