"""Types for tests of commands."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


class Stream(io.StringIO):
    """An output of a command; `terminal` tells whether it is a terminal."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


Command = Callable[..., Awaitable[Outcome]]
