"""Submits imports, a hundred in a request, which is never repeated ("Start a bulk import job")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgc_tui.api import parse
from cgc_tui.api.wire import Wire
from cgc_tui.errors import CgcError, Lost, Maintenance, ServerTrouble, Unreachable, Unreadable
from cgc_tui.models import Submitted
from cgc_tui.retry import Key, key
from cgc_tui.text import Clean

PATH = "/bulk/storage/imports/create"

REMEDY = Clean("Look whether the jobs are there before you send again.")

Body = dict[str, Any]


async def submit(wire: Wire, bodies: Sequence[Body]) -> tuple[Submitted, ...]:
    """Submit at most 100 different imports; return what became of each, in their order.

    Raises `Lost` where that cannot be known, and another `CgcError` where surely none was made.
    """
    try:
        answer = await wire.send("POST", PATH, body={"items": list(bodies)}, check=parse.items, once=True)
    except (Unreachable, ServerTrouble, Unreadable) as error:
        if isinstance(error, Maintenance) or _never_sent(error):
            raise
        raise Lost(error.what, REMEDY, words=error.words, request_id=error.request_id) from None
    return _in_order(bodies, parse.items(answer.told))


def _never_sent(error: CgcError) -> bool:
    """Tell whether the request surely did not leave: there was no connection that it could take."""
    import httpx

    cause = error.__context__
    never_sent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        UnicodeError,
    )
    return isinstance(error, Unreachable) and (cause is None or isinstance(cause, never_sent))


def _in_order(bodies: Sequence[Body], records: Sequence[object]) -> tuple[Submitted, ...]:
    """Return what the records say of each body.

    A job that was made tells its source and destination; an error tells nothing of its import, so it is
    taken for the one at its place, where the answer is as long as what was asked.
    """
    entries: list[Body] = [record if isinstance(record, dict) else {} for record in records]
    made = {key: entry for entry in entries if (key := _key(entry.get("resource")))}
    asked = [_key(body) for body in bodies]
    found = []
    for place, wanted in enumerate(asked):
        entry = made.get(wanted)
        if (
            entry is None
            and len(entries) == len(bodies)
            and _key(entries[place].get("resource")) not in asked
        ):
            entry = entries[place]
        found.append(_submitted(entry or {}))
    return tuple(found)


def _submitted(entry: Body) -> Submitted:
    resource = entry.get("resource")
    if isinstance(resource, dict) and resource:
        return Submitted(True, job=parse.job(resource))
    error = parse.job_error(entry.get("error"))
    return Submitted(None if error is None else False, error=error)


def _key(record: object) -> Key:
    """Return what tells an import from the others; empty where the record is none."""
    job = parse.job({**record, "id": "-"}) if isinstance(record, dict) else None
    return key(job) if job is not None and job.source.location else ()
