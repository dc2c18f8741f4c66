"""Helpers that read the calls to the simulated platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
from textual.pilot import Pilot

from cgc_tui.api.request_log import RequestRecord
from cgc_tui.demo import SimulatedPlatform, list_call
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.context import FLOW
from tests.support.app import rest, shown
from tests.support.clock import NOON

LISTS = "/v2/storage/imports"


async def quiet(pilot: Pilot[None]) -> None:
    """Wait until the first page is shown and no request is running."""
    await shown(pilot, "1–50 of 230")
    while any(worker.group != FLOW for worker in pilot.app.workers):
        await rest(pilot)
        await pilot.pause()


def lists(platform: SimulatedPlatform) -> list[dict[str, list[str]]]:
    """Return the queries of the list calls for pages, in order."""
    matches = []
    for request in platform.requests:
        if request.path == LISTS and ("fields", "_all") in request.query:
            pairs: dict[str, list[str]] = {}
            for key, value in request.query:
                pairs.setdefault(key, []).append(value)
            matches.append(pairs)
    return matches


def page_from(offset: int) -> Callable[[httpx.Request], bool]:
    """Return a filter for the requests of the page at `offset`."""
    return lambda request: list_call(request) and request.url.params["offset"] == str(offset)


def event(number: int, **fields: object) -> RequestRecord:
    fields_by_name: dict[str, object] = {
        "at": NOON + timedelta(seconds=number),
        "method": "GET",
        "target": SafeText(f"/v2/storage/imports/job-{number:04}"),
        "attempt": 1,
        "milliseconds": number,
        "status": 200,
    }
    return RequestRecord(**fields_by_name | fields)  # type: ignore[arg-type]
