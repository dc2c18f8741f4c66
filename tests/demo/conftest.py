"""Fixtures: a small platform with a clock that tests set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from cgc_tui.demo import SimulatedPlatform

NOON = 1_700_000_000.0


class Clock:
    """A clock that returns Unix seconds and only a test advances."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return SimulatedPlatform(jobs=230, clock=clock)


Ask = Callable[..., httpx.Response]


def requester_of(platform: SimulatedPlatform) -> Ask:
    """Return a function that sends a request with the token and returns the response."""

    def ask(method: str, path: str, *, token: str | None = platform.token, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), **({"x-sbg-auth-token": token} if token else {})}
        request = httpx.Request(method, platform.base_url + path, headers=headers, **options)
        return platform.respond(request)

    return ask


@pytest.fixture
def ask(platform: SimulatedPlatform) -> Ask:
    return requester_of(platform)


@pytest.fixture
async def client(platform: SimulatedPlatform) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=platform.transport(),
        base_url=platform.base_url,
        headers={"X-SBG-Auth-Token": platform.token},
    ) as client:
        yield client
