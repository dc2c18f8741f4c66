"""Commands inside this process, against a platform behind a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

import pytest

from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.parser import build_parser
from cgc_tui.cli.registry import load_command
from cgc_tui.config.credentials import Access, Credentials, TokenSource
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.domain.token import Token
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession
from tests.support.app import Connect
from tests.support.clock import Clock
from tests.support.commands import Command, Outcome, Stream


@pytest.fixture
def waits() -> list[float]:
    """Return the seconds of each wait of a command, in order."""
    return []


@pytest.fixture
def command(
    platform: SimulatedPlatform,
    server: LoopbackServer,
    connect: Connect,
    clock: Clock,
    tmp_path: Path,
    waits: list[float],
) -> Command:
    """Return a function that runs a command line, and raises its errors."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0.01)

    async def run(
        *arguments: str,
        token: str | None = platform.token,
        terminal: bool = False,
        environ: Mapping[str, str] | None = None,
        out: Stream | None = None,
        err: Stream | None = None,
    ) -> Outcome:
        options = build_parser().parse_args(arguments)
        out, err = out or Stream(), err or Stream()
        out.terminal = err.terminal = terminal
        credentials = Credentials(tmp_path / "config", environ=environ or {}, home=tmp_path)
        access = Access("cgc", server.url, Token(token) if token else None, TokenSource.STORE)
        session = CommandContext(
            session=PlatformSession(
                access,
                "CGC",
                credentials,
                lambda _, given: connect(given.reveal(), sleep=sleep),
                tmp_path / "state",
            ),
            parser=build_parser(),
            config=tmp_path / "config.toml",
            display=DisplayOptions(timezone=UTC),
            environ=environ or {},
            out=out,
            err=err,
            clock=clock,
            sleep=sleep,
        )
        code = await load_command(options.command).run(options, session)
        return Outcome(code, out.getvalue(), err.getvalue())

    return run
