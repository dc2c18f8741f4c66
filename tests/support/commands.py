"""The outcome of a command."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


class Stream(io.StringIO):
    """What a command wrote, to a terminal or not."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Command = Callable[..., Awaitable[Outcome]]
