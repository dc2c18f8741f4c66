"""Submits imports, up to 100 in a request, which is never repeated ("Start a bulk import job")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from cgc_tui.api import parse
from cgc_tui.api.requester import Call, Requester, Retry
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
from cgc_tui.domain.retry.request import import_key, same_import
from cgc_tui.domain.text import SafeText

PATH = "/bulk/storage/imports/create"

REMEDY = SafeText("Check whether the jobs exist before you send them again.")

CONFLICTS = frozenset({9069, 9108})
"""The platform's codes for a 409 ("CGC-specific response codes"); any other 409 is from a proxy."""

Body = dict[str, Any]


async def submit(requester: Requester, bodies: Sequence[Body]) -> tuple[SubmitResult, ...]:
    """Submit at most 100 different imports; return the result of each, in order.

    Raises `OutcomeUnknown` if imports may have been started, another `CgcError` if certainly none was.
    """
    call = Call("POST", PATH, body={"items": list(bodies)}, check=parse.items, retry=Retry.NEVER)
    try:
        response = await requester.send(call)
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
    """Return whether imports may have been started despite the error.

    A proxy may respond with 5xx, 408 or 409 after it has forwarded the request and timed out. The platform
    may respond with 5xx, including 503 for maintenance, after it has done a part of the work.
    """
    if isinstance(error, ConnectionFailed):
        return error.sent
    if isinstance(error, RequestRejected):
        return error.status == 409 and error.code not in CONFLICTS
    return isinstance(error, ServerError | InvalidResponse)


class _Entry(NamedTuple):
    """One entry of the response: the job that was started, or the error.

    `description` has the job's source and destination, even if the response lacks its id.
    """

    job: ImportJob | None
    description: ImportJob | None
    error: JobError | None


def _match_results(bodies: Sequence[Body], records: Sequence[object]) -> tuple[SubmitResult, ...]:
    """Return the result of each body.

    A started job is matched by source and destination; its name or folder may differ from the request. An
    error does not identify its import: if the response has an entry for each import, errors are matched by
    position.
    """
    requested_jobs = [_described(body) for body in bodies]
    unmatched: list[_Entry | None] = [_entry(record) for record in records]
    matched: list[_Entry | None] = [None] * len(bodies)
    for is_same in (_same_key, same_import):
        for index, requested in enumerate(requested_jobs):
            if matched[index] is None and requested is not None:
                matched[index] = _take_match(unmatched, partial(is_same, requested))
    if len(records) == len(bodies):
        for index, entry in enumerate(unmatched):
            if (
                matched[index] is None
                and entry is not None
                and not _is_one_of(requested_jobs, entry.description)
            ):
                matched[index] = entry
    return tuple(_result(entry) for entry in matched)


def _take_match(unmatched: list[_Entry | None], is_same: Callable[[ImportJob], bool]) -> _Entry | None:
    """Return the first entry whose job is the same import, and replace it in the list with None."""
    for index, entry in enumerate(unmatched):
        if entry is not None and entry.description is not None and is_same(entry.description):
            unmatched[index] = None
            return entry
    return None


def _is_one_of(requested_jobs: Sequence[ImportJob | None], job: ImportJob | None) -> bool:
    return job is not None and any(
        requested is not None and same_import(requested, job) for requested in requested_jobs
    )


def _same_key(one: ImportJob, other: ImportJob) -> bool:
    return import_key(one) == import_key(other)


def _entry(record: object) -> _Entry:
    entry = record if isinstance(record, dict) else {}
    resource = entry.get("resource")
    return _Entry(job_records.job(resource), _described(resource), job_records.job_error(entry.get("error")))


def _described(record: object) -> ImportJob | None:
    """Return a job with the source and destination of a record without an id; None if it is no record."""
    return job_records.job({**record, "id": "-"}) if isinstance(record, dict) and record else None


def _result(entry: _Entry | None) -> SubmitResult:
    """Return the result for an entry; it is unknown for errors that may occur after the job was created."""
    if entry is None:
        return SubmitResult(None)
    if entry.description is not None:
        return SubmitResult(True, job=entry.job)
    status = entry.error.status if entry.error is not None else None
    refused = status is not None and 400 <= status < 500 and status != 408
    return SubmitResult(False if refused else None, error=entry.error)
