"""Submits imports, a hundred in a request, which is never repeated ("Start a bulk import job")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from cgc_tui.api import parse
from cgc_tui.api.requester import Requester
from cgc_tui.domain import records as job_records
from cgc_tui.domain.errors import (
    CgcError,
    ConnectionFailed,
    InvalidResponse,
    OutcomeUnknown,
    RequestRejected,
    ServerError,
)
from cgc_tui.domain.jobs import ImportJob, JobError, SubmitResult
from cgc_tui.domain.retry import import_key, same_import
from cgc_tui.domain.text import SafeText

PATH = "/bulk/storage/imports/create"

REMEDY = SafeText("Look whether the jobs are there before you send again.")

CONFLICTS = frozenset({9069, 9108})
"""The codes that the platform has for a 409 ("CGC-specific response codes"); any other 409 is a proxy's."""

Body = dict[str, Any]


async def submit(requester: Requester, bodies: Sequence[Body]) -> tuple[SubmitResult, ...]:
    """Submit at most 100 different imports; return the result of each, in their order.

    Raises `OutcomeUnknown` where that cannot be known, and another `CgcError` where surely none was started.
    """
    try:
        response = await requester.send(
            "POST", PATH, body={"items": list(bodies)}, check=parse.items, once=True
        )
    except CgcError as error:
        if _outcome_unknown(error):
            raise OutcomeUnknown(
                error.summary,
                REMEDY,
                status=error.status,
                code=error.code,
                server_message=error.server_message,
                request_id=error.request_id,
            ) from None
        raise
    return _match_results(bodies, parse.items(response.json))


def _outcome_unknown(error: CgcError) -> bool:
    """Tell whether imports may have been started all the same.

    A proxy answers with 5xx, 408 or 409 when it has passed the request on and lost patience; and nothing
    says that the platform does none of its work before it answers with 5xx, 503 for maintenance included.
    """
    if isinstance(error, ConnectionFailed):
        return error.sent
    if isinstance(error, RequestRejected):
        return error.status == 409 and error.code not in CONFLICTS
    return isinstance(error, ServerError | InvalidResponse)


class _Entry(NamedTuple):
    """What the answer says of one import: the job that was started, or why there is none.

    `like` is the job by its source and destination, also where the answer leaves out its id.
    """

    job: ImportJob | None
    like: ImportJob | None
    error: JobError | None


def _match_results(bodies: Sequence[Body], records: Sequence[object]) -> tuple[SubmitResult, ...]:
    """Return what the records say of each body.

    A job that was started has its source and destination, although perhaps not the name or the folder that
    the request had. An error has nothing of its import: it belongs to the one at its place, where the answer
    has an entry for each import.
    """
    requested_keys = [_like(body) for body in bodies]
    rest: list[_Entry | None] = [_entry(record) for record in records]
    matched: list[_Entry | None] = [None] * len(bodies)
    for same in (_same_key, same_import):
        for index, requested in enumerate(requested_keys):
            if matched[index] is None and requested is not None:
                matched[index] = _taken(rest, partial(same, requested))
    if len(records) == len(bodies):
        for index, entry in enumerate(rest):
            if matched[index] is None and entry is not None and not _is_one_of(requested_keys, entry.like):
                matched[index] = entry
    return tuple(_submitted(entry) for entry in matched)


def _taken(rest: list[_Entry | None], same: Callable[[ImportJob], bool]) -> _Entry | None:
    """Take the first entry whose job is the same import out of the rest; return it."""
    for index, entry in enumerate(rest):
        if entry is not None and entry.like is not None and same(entry.like):
            rest[index] = None
            return entry
    return None


def _is_one_of(asked: Sequence[ImportJob | None], job: ImportJob | None) -> bool:
    return job is not None and any(wanted is not None and same_import(wanted, job) for wanted in asked)


def _same_key(one: ImportJob, other: ImportJob) -> bool:
    return import_key(one) == import_key(other)


def _entry(record: object) -> _Entry:
    entry = record if isinstance(record, dict) else {}
    resource = entry.get("resource")
    return _Entry(job_records.job(resource), _like(resource), job_records.job_error(entry.get("error")))


def _like(record: object) -> ImportJob | None:
    """Return a job with the record's source and destination, None where the record is none."""
    return job_records.job({**record, "id": "-"}) if isinstance(record, dict) and record else None


def _submitted(entry: _Entry | None) -> SubmitResult:
    """Return what an entry means; an error that may have come after the job was made leaves it open."""
    if entry is None:
        return SubmitResult(None)
    if entry.like is not None:
        return SubmitResult(True, job=entry.job)
    status = entry.error.status if entry.error is not None else None
    refused = status is not None and 400 <= status < 500 and status != 408
    return SubmitResult(False if refused else None, error=entry.error)
