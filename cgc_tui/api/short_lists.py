"""Fetches whole lists that are short: volumes and projects."""

from __future__ import annotations

from typing import Any

from cgc_tui.api import parse
from cgc_tui.api.requester import Call, Params, Requester, RetryHook
from cgc_tui.api.throttle import Lane
from cgc_tui.domain.queries import MAX_LIMIT

MAX_PAGES = 10


async def fetch_records(
    requester: Requester,
    path: str,
    params: Params = (),
    *,
    lane: Lane = Lane.INTERACTIVE,
    on_retry: RetryHook | None = None,
) -> tuple[list[Any], bool]:
    """Return the records of a list, and whether these are all of them; at most ten pages are fetched."""
    records: list[Any] = []
    for _ in range(MAX_PAGES):
        window = [("offset", str(len(records))), ("limit", str(MAX_LIMIT))]
        response = await requester.send(
            Call("GET", path, [*window, *params], check=parse.items, lane=lane), on_retry
        )
        page = parse.items(response.json)
        records += page
        total = parse.total(response.headers)
        if not page or not (len(records) < total if total is not None else parse.has_next(response.json)):
            return records, True
    return records, False
