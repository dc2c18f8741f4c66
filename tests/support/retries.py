"""A platform with failed jobs to retry, and helpers that read the submitted imports."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx

from cgc_tui.demo import SimulatedPlatform
from tests.support.clock import Clock

CREATE = "/v2/bulk/storage/imports/create"


def platform_with_failures(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 240 failed jobs among others."""
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(60, "COMPLETED")
    platform.add_jobs(240, "FAILED", error=9100)
    return platform


def submitted(platform: SimulatedPlatform) -> list[str]:
    """Return the locations of all requested imports, in order."""
    bodies = [json.loads(call.body)["items"] for call in list(platform.requests) if call.path == CREATE]
    return [item["source"]["location"] for items in bodies for item in items]


def create_requests(platform: SimulatedPlatform) -> int:
    """Return the number of requests to create imports."""
    return sum(call.path == CREATE for call in platform.requests)


def nth(platform: SimulatedPlatform, number: int) -> Callable[[httpx.Request], bool]:
    """Return a predicate for one of several submissions."""
    return lambda request: request.url.path == CREATE and len(submitted(platform)) > 100 * (number - 1)
