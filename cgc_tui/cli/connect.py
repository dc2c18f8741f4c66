"""Makes the session for the platform that the options name: a real one or the simulated one."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cgc_tui.api.request_log import RequestLog
from cgc_tui.config.credentials import Access, Credentials
from cgc_tui.config.private_files import config_directory, state_directory
from cgc_tui.config.settings import Settings
from cgc_tui.domain.token import Token
from cgc_tui.services.session import PlatformSession

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


def platform_session(
    options: argparse.Namespace, settings: Settings, request_log: RequestLog
) -> PlatformSession:
    return _demo_session(request_log) if options.demo else _configured_session(options, settings, request_log)


def _demo_session(request_log: RequestLog) -> PlatformSession:
    """Return a session with the simulated platform, which stores nothing."""
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import Requester
    from cgc_tui.demo import SimulatedPlatform, Switches

    nowhere = Path(os.devnull, "cgc-tui")
    platform = SimulatedPlatform(live=True, switches=Switches(doubled_host=True))
    transport = platform.transport()
    return PlatformSession(
        Access(profile="demo", endpoint=platform.base_url, token=Token(platform.token), source=None),
        title="simulated CGC",
        credentials=Credentials(nowhere, environ={}, home=nowhere),
        connect=lambda endpoint, token: PlatformClient(
            Requester(endpoint, token, transport=transport, request_log=request_log)
        ),
        state_directory=None,
    )


def _configured_session(
    options: argparse.Namespace, settings: Settings, request_log: RequestLog
) -> PlatformSession:
    """Return a session with the platform and token of the options, environment, settings and store."""
    credentials = Credentials(config_directory(os.environ), environ=os.environ, home=Path.home())
    access = credentials.resolve(
        profile=options.profile, endpoint=options.endpoint, default_profile=settings.profile
    )
    connect = partial(_connect, credentials, request_log)
    return PlatformSession(access, access.title, credentials, connect, state_directory(os.environ))


def _connect(
    credentials: Credentials, request_log: RequestLog, endpoint: str, token: Token
) -> PlatformClient:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import Requester  # slow to import, so only with a token

    advance = credentials.advance_access(endpoint)
    return PlatformClient(Requester(endpoint, token, advance_access=advance, request_log=request_log))


def settings_path() -> Path:
    return config_directory(os.environ) / "config.toml"
