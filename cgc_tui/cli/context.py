"""The context of a command: the session, the output streams and the clock."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from cgc_tui.cli import output
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


class NoTokenError(Exception):
    """There is no token for the platform."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The session and the streams of a command: `out` is for data alone, `err` for messages."""

    session: PlatformSession
    parser: ArgumentParser
    config: Path
    display: DisplayOptions
    environ: Mapping[str, str]
    out: TextIO
    err: TextIO
    demo: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep

    @asynccontextmanager
    async def client(self) -> AsyncIterator[PlatformClient]:
        """Open a client for the platform, and close it afterwards; raises NoTokenError."""
        access = self.session.access
        if access.token is None:
            raise NoTokenError
        client = self.session.connect(access.endpoint, access.token)
        try:
            yield client
        finally:
            await client.close()

    def write(self, lines: Iterable[str]) -> None:
        """Write lines of data, each with its newline, and flush; raises OutputClosed and OutputError."""
        output.write(self.out, lines)

    @property
    def width(self) -> int | None:
        """The width of the output in cells, None if it is not a terminal."""
        return output.terminal_width(self.out)

    def say(self, message: str) -> None:
        """Write a message, wrapped on a terminal; raises OutputClosed and OutputError."""
        width = output.terminal_width(self.err)
        output.write(self.err, output.wrapped(sanitize(message), width, first="cgc-tui: "))
