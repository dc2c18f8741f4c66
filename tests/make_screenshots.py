"""Takes the screenshots of the README on the simulated platform, with a stopped clock."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.request_log import RequestLog
from cgc_tui.api.requester import Requester
from cgc_tui.config.credentials import Access, Credentials, TokenSource
from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.token import Token
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession
from cgc_tui.tui.app import AppConfig, CgcApp
from tests.support.app import rest

FOLDER = Path(__file__).parent.parent / "screenshots"
NOON = datetime(2026, 3, 14, 12, 3, 20, tzinfo=UTC)
CONFIG = Path("~/.config/cgc-tui")

PICTURES: dict[str, tuple[tuple[int, int], bool, Sequence[str]]] = {
    "list": ((120, 30), True, ("down", "down", "down")),
    "failed-job": ((120, 30), True, ("4", "down", "down")),
    "failures-light": ((120, 30), True, ("F", "v", "down")),
    "failures": ((120, 30), True, ("F", "v", "down")),
    "failures-80x24": ((80, 24), True, ("F", "down")),
    "batch": ((120, 24), True, ("b", "enter")),
    "filter": ((120, 30), True, ("f", "r", "o", "s")),
    "find": ((120, 30), True, ("slash", *"~-0001[0-9]", "enter", "down", "space", "shift+down")),
    "export": ((120, 30), True, ("space", "space", "E")),
    "retry": ((120, 30), True, ("T",)),
    "token": ((100, 24), False, ()),
    "list-80x24": ((80, 24), True, ("down",)),
    "failed-job-80x24": ((80, 24), True, ("4", "down", "down", "enter")),
}
"""For each screenshot its size, whether there is a token, and the keys that open it."""


LIGHT = frozenset({"failures-light"})
"""The screenshots in a light theme."""


def make_app(*, token: bool, theme: str | None = None) -> CgcApp:
    """Return the app on a platform with 12,380 jobs."""
    platform = SimulatedPlatform(jobs=12_380, clock=NOON.timestamp)
    session = PlatformSession(
        Access("cgc", platform.base_url, Token(platform.token) if token else None, TokenSource.STORE),
        "CGC",
        Credentials(CONFIG, environ={}, home=CONFIG),
        lambda endpoint, token: PlatformClient(
            Requester(endpoint, token, transport=platform.transport(), now=lambda: NOON)
        ),
        None,
        writable=True,
        clock=lambda: NOON,
    )
    setup = AppConfig(
        session,
        settings=Settings(theme=theme),
        config_path=CONFIG / "config.toml",
        query=JobQuery(),
        display=DisplayOptions(),
        environ={},
        request_log=RequestLog(),
    )
    return CgcApp(setup, driver_class=None)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no request is running, and for the requests that follow after a pause."""
    await pilot.pause(0.8)
    await rest(pilot)


async def take(name: str) -> None:
    """Take one screenshot."""
    size, token, keys = PICTURES[name]
    app = make_app(token=token, theme="textual-light" if name in LIGHT else None)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title="cgc-tui"))


def main() -> None:
    """Take all screenshots."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    FOLDER.mkdir(exist_ok=True)
    for name in PICTURES:
        asyncio.run(take(name))
        print(FOLDER.name + "/" + name + ".svg")


if __name__ == "__main__":
    main()
