"""What a command works with: the platform, the user's token for it, and where it may say things."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from cgc_tui.cli import output
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


class NoTokenError(Exception):
    """There is no token for the platform."""


class CommandContext(NamedTuple):
    """A place, and the way out to the user: `out` is for data alone, `err` for all talk."""

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
        """Give a client for the platform, closed afterwards; raises NoTokenError."""
        access = self.session.access
        if access.token is None:
            raise NoTokenError
        client = self.session.connect(access.endpoint, access.token)
        try:
            yield client
        finally:
            await client.close()

    def write(self, lines: Iterable[str]) -> None:
        """Write data, each line with its end, and see it on its way; raises OutputClosed and OutputError."""
        output.write(self.out, lines)

    def say(self, message: str) -> None:
        """Tell the user something on one line; raises OutputClosed and OutputError."""
        output.write(self.err, [f"cgc-tui: {sanitize(message)}\n"])
