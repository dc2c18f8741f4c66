"""Writes to the standard streams, and distinguishes a closed pipe from a failed write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from cgc_tui.domain.text import SafeText

MIN_WIDTH = 20
"""The least number of cells to which text is wrapped."""


class OutputClosed(Exception):
    """The reader has closed the output."""


class OutputError(Exception):
    """The output cannot be written; the message is a sentence with the system's reason."""


def write(stream: TextIO, lines: Iterable[str]) -> None:
    """Write lines, each with its newline, and flush; raises OutputClosed and OutputError."""
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
    """Discard buffered output: at exit, Python would block on it or fail to write it."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(message: SafeText) -> None:
    """Write a message to standard error, if that is possible."""
    if sys.stderr is not None:
        with suppress(OutputClosed, OutputError):
            write(sys.stderr, [f"cgc-tui: {message}\n"])


def terminal_width(stream: TextIO) -> int | None:
    """Return the width of a terminal in cells, None if the stream is not a terminal."""
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    fallback = (80, 24)
    with suppress(OSError):  # the standard library looks at standard output only
        fallback = os.get_terminal_size(stream.fileno())
    return max(get_terminal_size(fallback).columns, MIN_WIDTH)


def wrapped(text: str, width: int | None, *, first: str = "", indent: int | None = None) -> Iterator[str]:
    """Yield the lines of a text after `first`, each with its newline.

    With a `width` they are wrapped between words and indented by `indent` cells, by default the length of
    `first`. Words that are longer, such as ids and URLs, stay whole so that they can be copied.
    """
    if width is None:
        yield f"{first}{text}\n"
        return
    from textwrap import TextWrapper

    blank = " " * (len(first) if indent is None else indent)
    wrapper = TextWrapper(
        width, subsequent_indent=blank, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    for number, line in enumerate(text.split("\n")):
        wrapper.initial_indent = blank if number else first
        yield from (f"{part}\n" for part in wrapper.wrap(line) or [wrapper.initial_indent.rstrip()])


def text_stream(stream: TextIO | None) -> TextIO:
    """Return a stream that accepts any text, in UTF-8 unless it is a terminal; a closed one discards it."""
    if not isinstance(stream, TextIOWrapper):
        return stream or open(os.devnull, "w")
    from cgc_tui.formatting.export import ENCODING_ERRORS

    encoding = None if stream.isatty() else "utf-8"
    stream.reconfigure(encoding=encoding, errors=ENCODING_ERRORS)
    return stream
