"""Connects to the platform that the options name: the real one or the simulated one."""

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
from cgc_tui.services.session import Place

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


def _place(options: argparse.Namespace, chosen: Settings, events: RequestLog) -> Place:
    return _demo(events) if options.demo else _platform(options, chosen, events)


def _demo(events: RequestLog) -> Place:
    """Return the simulated platform, which keeps nothing."""
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import Requester
    from cgc_tui.demo import SimulatedPlatform

    nowhere = Path(os.devnull, "cgc-tui")
    platform = SimulatedPlatform(live=True)
    transport = platform.transport()
    return Place(
        Access(profile="demo", endpoint=platform.base_url, token=Token(platform.token), source=None),
        title="simulated CGC",
        credentials=Credentials(nowhere, environ={}, home=nowhere),
        connect=lambda endpoint, token: PlatformClient(
            Requester(endpoint, token, transport=transport, request_log=events)
        ),
        state=None,
    )


def _platform(options: argparse.Namespace, chosen: Settings, events: RequestLog) -> Place:
    """Return the platform and the token that options, environment, settings and store name."""
    credentials = Credentials(config_directory(os.environ), environ=os.environ, home=Path.home())
    access = credentials.resolve(
        profile=options.profile, endpoint=options.endpoint, default_profile=chosen.profile
    )
    connect = partial(_client, credentials, events)
    return Place(access, access.title, credentials, connect, state_directory(os.environ))


def _client(credentials: Credentials, events: RequestLog, endpoint: str, token: Token) -> PlatformClient:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.requester import Requester  # not before there is a token: it takes long

    advance = credentials.advance_access(endpoint)
    return PlatformClient(Requester(endpoint, token, advance_access=advance, request_log=events))


def _config() -> Path:
    return config_directory(os.environ) / "config.toml"
