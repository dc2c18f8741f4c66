"""Shared fixtures: a platform with a stopped clock, with and without a server, and the app on it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.request_log import RequestLog
from cgc_tui.api.requester import Requester
from cgc_tui.config.credentials import Access, Credentials, TokenSource
from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform, Switches
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.domain.token import Token
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession
from cgc_tui.tui.app import AppConfig, CgcApp
from tests.support.app import Connect, MakeApp, Start
from tests.support.clock import Clock
from tests.support.leaks import (  # noqa: F401
    SENTINEL,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from tests.support.speed import pytest_collection_finish, skip_painting  # noqa: F401
from tests.support.terminal import Terminal

for name in ("NO_COLOR", "SSH_CONNECTION", "TMUX", "SB_AUTH_TOKEN", "SB_API_ENDPOINT", "CGC_TUI_PROFILE"):
    os.environ.pop(name, None)
os.environ["TZ"] = "UTC"
os.environ["TEXTUAL_ANIMATIONS"] = "none"
time.tzset()
skip_painting()


@pytest.fixture(params=["sparing", pytest.param("plain", marks=pytest.mark.slow)])
def output(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run programs in a terminal with both kinds of output."""
    if request.param == "plain":
        monkeypatch.setattr(Terminal, "options", ("--plain-output",))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    doubled = Switches(doubled_host=True)  # no request of the app follows a href
    return SimulatedPlatform(jobs=230, clock=clock.unix, token=SENTINEL, switches=doubled)


@pytest.fixture
def server(platform: SimulatedPlatform) -> Iterator[LoopbackServer]:
    with LoopbackServer(platform) as server:
        yield server


@pytest.fixture
async def connect(
    platform: SimulatedPlatform, server: LoopbackServer, clock: Clock
) -> AsyncIterator[Connect]:
    """Return a function that creates clients of the server, which retry without a delay."""
    created: list[PlatformClient] = []

    def new(token: str = platform.token, **options: object) -> PlatformClient:
        settings = {"now": clock, "backoff": (0.0, 0.0)} | options
        client = PlatformClient(Requester(server.url, Token(token), **settings))  # type: ignore[arg-type]
        created.append(client)
        return client

    yield new
    for client in created:
        await client.close()


@pytest.fixture
def client(connect: Connect) -> PlatformClient:
    return connect()


@pytest.fixture
def make_app(platform: SimulatedPlatform, server: LoopbackServer, clock: Clock, tmp_path: Path) -> MakeApp:
    """Return a function that creates the app on the served platform, by default with a token.

    With `simulated` the app uses the platform's own endpoint without a socket; `options` are passed to
    `Requester`.
    """

    def make(
        *,
        token: str | None = platform.token,
        source: TokenSource | None = TokenSource.STORE,
        query: JobQuery | None = None,
        settings: Settings | None = None,
        environ: Mapping[str, str] | None = None,
        simulated: bool = False,
        write: bool = False,
        endpoint: str = "",
        last_user: SafeText | None = None,
        config_path: Path = Path("~/.config/cgc-tui/config.toml"),
        **options: Any,
    ) -> CgcApp:
        directory = tmp_path / "config"
        endpoint = endpoint or (platform.base_url if simulated else server.url)
        transport = platform.transport() if simulated else None
        events = RequestLog()
        session = PlatformSession(
            Access("cgc", endpoint, Token(token) if token else None, source, last_user),
            "CGC",
            Credentials(directory, environ={}, home=tmp_path),
            lambda url, new_token: PlatformClient(
                Requester(
                    url,
                    new_token,
                    **{"transport": transport, "now": clock, "backoff": (0.0, 0.0)} | options,
                    request_log=events,
                )
            ),
            tmp_path / "state",
            writable=write,
            clock=clock,
        )
        setup = AppConfig(
            session,
            request_log=events,
            settings=settings or Settings(refresh=0),
            config_path=config_path,
            query=query or JobQuery(),
            display=DisplayOptions(),
            environ={"TERM": "xterm-256color"} if environ is None else environ,
        )
        return CgcApp(setup, driver_class=None)

    return make


@pytest.fixture
def start(make_app: MakeApp) -> Start:
    """Return a function that runs the app, by default at 120×36."""

    def run(
        *, size: tuple[int, int] = (120, 36), **options: object
    ) -> AbstractAsyncContextManager[Pilot[None]]:
        return make_app(**options).run_test(size=size, notifications=True)

    return run
