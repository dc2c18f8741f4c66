"""Parses the platform's JSON into values; fields that are absent, null or of a wrong type become None.

The shapes are those of the documentation pages "List import jobs", "Get details of an import job" and
"Get details of multiple import jobs".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from cgc_tui.domain.errors import InvalidResponse
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.records import count_value, job, text_value
from cgc_tui.domain.text import SafeText, sanitize

MAX_DEPTH = 50
CONTAINER_TYPES = frozenset((dict, list))
"""The container types that `json` creates; an exact type check is faster than isinstance."""

MAX_ITEMS = 1000
"""Ten times the documented page size ("List import jobs"); more would block the screen."""

TRY_AGAIN = SafeText("Press r to retry.")


def json_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object; raise `InvalidResponse` for anything else.

    Deep nesting (RecursionError) and integers of thousands of digits (ValueError) are invalid. Numbers that
    JSON cannot represent (NaN, Infinity, or 1e999, which becomes infinite) become null, as in JavaScript, so
    that a record can be written as JSON again. The credentials of volumes are removed: the app must not show
    or keep them.
    """
    if not body.strip():
        raise InvalidResponse(SafeText("the response was empty"), TRY_AGAIN)
    import json  # not needed for the first paint

    try:
        value = json.loads(body, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        if body.lstrip()[:1] == b"<":
            raise InvalidResponse(
                SafeText("the response is a web page, not data"),
                SafeText("A network portal or proxy may require a login first."),
            ) from error
        raise InvalidResponse(SafeText("the response could not be read"), TRY_AGAIN) from error
    if not isinstance(value, dict) or _too_deep(value):
        raise InvalidResponse(SafeText("the response could not be read"), TRY_AGAIN)
    _drop_credentials(value)
    return value


def _drop_credentials(body: dict[str, Any]) -> None:
    """Delete the credentials of volumes from a volume, a list or a bulk response."""
    listed = body.get("items")
    records = [body, *(listed if isinstance(listed, list) else ())]
    for record in records:
        for volume in (record, record.get("resource")) if isinstance(record, dict) else ():
            service = volume.get("service") if isinstance(volume, dict) else None
            if isinstance(service, dict):
                service.pop("credentials", None)


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _too_deep(value: object) -> bool:
    """Return whether the nesting is so deep that comparing values could fail."""
    layer: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        layer = [
            child
            for parent in layer
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if type(child) in CONTAINER_TYPES
        ]
        if not layer:
            return False
    return True


def items(body: dict[str, Any]) -> list[Any]:
    """Return the `items` of a list response; raise `InvalidResponse` if there is no list."""
    value = body.get("items")
    if not isinstance(value, list):
        raise InvalidResponse(SafeText("the response could not be read: it has no list"), TRY_AGAIN)
    if len(value) > MAX_ITEMS:
        raise InvalidResponse(sanitize(f"the response has {len(value):,} items, too many"), TRY_AGAIN)
    return value


def jobs(records: Iterable[object]) -> tuple[tuple[ImportJob, ...], int]:
    """Return each job once, in order, and the number of records that are not jobs."""
    unreadable = 0
    jobs_by_id: dict[str, ImportJob] = {}
    for record in records:
        parsed = job(record)
        if parsed is None:
            unreadable += 1
        else:
            jobs_by_id.setdefault(parsed.id, parsed)
    return tuple(jobs_by_id.values()), unreadable


def ids(records: Iterable[object]) -> list[str]:
    """Return the ids of projects or volumes."""
    ids = (text_value(record.get("id")) for record in records if isinstance(record, dict))
    return [id_ for id_ in ids if id_]


def username(record: dict[str, Any]) -> str:
    """Return the user's name; raise `InvalidResponse` if there is none."""
    name = text_value(record.get("username"))
    if not name:
        raise InvalidResponse(SafeText("the response has no user name"), SafeText("Check the endpoint."))
    return name


def rate_reset(record: dict[str, Any]) -> object:
    """Return the time of the rate limit's reset, as the platform sends it."""
    rate = record.get("rate")
    return rate.get("reset") if isinstance(rate, dict) else None


def rate_limit(record: dict[str, Any]) -> RateLimit:
    """Return the rate limit; raise `InvalidResponse` if there is none."""
    rate = record.get("rate")
    limits = rate if isinstance(rate, dict) else {}
    limit, remaining = count_value(limits.get("limit")), count_value(limits.get("remaining"))
    if limit is None or remaining is None:
        raise InvalidResponse(SafeText("the response has no rate limit"), TRY_AGAIN)
    return RateLimit(limit, remaining)


def has_next(body: dict[str, Any]) -> bool:
    """Return whether a list response links to a next page; the link itself is never followed."""
    links = body.get("links")
    if not isinstance(links, list):
        return False
    return any(str(link.get("rel")).lower() == "next" for link in links if isinstance(link, dict))


def total(headers: Mapping[str, str]) -> int | None:
    """Return the number of records that match a query, None if the response lacks it."""
    value = headers.get("x-total-matching-query", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
