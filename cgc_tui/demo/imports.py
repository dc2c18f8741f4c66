"""The routes of imports: list, get, create, and both in bulk."""

from __future__ import annotations

import json
from typing import Any

import httpx

from cgc_tui.demo import records
from cgc_tui.demo.jobs import STATES, Job
from cgc_tui.demo.responses import ApiError, json_response, no_route
from cgc_tui.demo.routes import MAX_ITEMS, Call, Routes, page
from cgc_tui.demo.submission import Submission

TIMES = ("started_on", "finished_on")


def _href_base(call: Call) -> str:
    """Return the start of hrefs of imports: the endpoint, or a host that does not exist."""
    return call.state.doubled_url if call.state.switches.doubled_host else call.endpoint


def _full_record(call: Call, job: Job) -> dict[str, Any]:
    state = call.state
    return records.full_record(job, state.store.now, _href_base(call), state.switches)


def list_imports(call: Call) -> httpx.Response:
    """Handle "List import jobs"."""
    switches = call.state.switches
    offset, limit = call.window()
    states = _states(call)
    project, volume = call.value("project"), call.value("volume")
    if project is not None:
        call.check_project(project)
    if volume is not None:
        call.check_volume(volume)
    fields = call.value("fields")
    matches = call.state.store.matching(states, project, volume, switches)
    offset = 0 if switches.ignore_offset else offset
    shift = 1 if switches.repeat_across_pages and offset else 0
    start = 0 if offset == switches.first_page_at else offset - shift
    shown = matches[start : start + limit]
    items: list[Any] = [
        records.select_fields(
            _full_record(call, job), None if switches.brief else fields, default=records.BRIEF
        )
        for job in shown
    ]
    if switches.unreadable_items:
        items[1:5:2] = [None, {"state": "COMPLETED"}][: len(items[1:5:2])]
    return page(call, items, (offset, limit), len(matches) + shift, _href_base(call))


def _states(call: Call) -> list[str]:
    states = call.values("state")
    if call.state.switches.comma_states:
        states = [part for state in states for part in state.split(",")]
    for state in states:
        if state not in STATES:
            raise ApiError(9011, f"Invalid request syntax: {state[:40]} is not a state.")
    return states


def _find_job(call: Call, job_id: str) -> Job:
    if job_id in call.state.switches.foreign:
        raise ApiError(9005)
    job = call.state.store.get(job_id)
    if job is None:
        raise ApiError(9008)
    return job


def get_import(call: Call) -> httpx.Response:
    """Handle "Get details of an import job"."""
    record = _full_record(call, _find_job(call, call.resource_id))
    failed = call.state.switches.failed_as_404 and record.get("state") == "FAILED"
    return json_response(
        records.select_fields(record, call.value("fields"), default=None), 404 if failed else 200
    )


def _body(call: Call) -> dict[str, Any]:
    """Return the JSON object in the request; reject anything else."""
    try:
        body = json.loads(call.request.content)
    except ValueError:
        raise ApiError(9011, "Invalid request syntax: the body is not JSON.") from None
    if not isinstance(body, dict):
        raise ApiError(9011, "Invalid request syntax: the body is not an object.")
    return body


def _bulk_items(call: Call, key: str) -> list[Any]:
    """Return the list under `key`, the only key of the request; reject anything else."""
    body = _body(call)
    items = body.get(key)
    if not isinstance(items, list) or set(body) != {key} or not items:
        raise ApiError(9011, f"Invalid request syntax: {key} must be a list that is not empty.")
    if len(items) > MAX_ITEMS:
        raise ApiError(9011, f"Invalid request syntax: {key} must not have more than {MAX_ITEMS} items.")
    return items


def _is_json(call: Call) -> bool:
    content_type: str = call.request.headers.get("content-type", "")
    return content_type.partition(";")[0].strip().lower() == "application/json"


def create_import(call: Call) -> httpx.Response:
    """Handle "Start an import job"."""
    if not _is_json(call):
        return no_route(415)
    return json_response(_full_record(call, Submission(call.state).accept(_body(call))))


def bulk_create(call: Call) -> httpx.Response:
    """Handle "Start a bulk import job"."""
    if not _is_json(call):
        return no_route(415)
    submission, results = Submission(call.state), []
    for item in _bulk_items(call, "items"):
        try:
            record = _full_record(call, submission.accept(item))
        except ApiError as error:
            results.append({"error": error.body})
            continue
        omitted = ("id", "href") if call.state.switches.bulk_create_without_ids else ()
        results.append({"resource": _without_fields(record, omitted)})
    return json_response({"items": results})


def bulk_get(call: Call) -> httpx.Response:
    """Handle "Get details of multiple import jobs"."""
    if not _is_json(call):
        return no_route(415)
    ids, results = _bulk_items(call, "import_ids"), []
    if not all(isinstance(job_id, str) for job_id in ids):
        raise ApiError(9011, "Invalid request syntax: import_ids must be strings.")
    fields, omits_times = call.value("fields"), call.state.switches.bulk_omits_times
    omitted = TIMES if omits_times == "always" or (omits_times == "unless asked" and fields is None) else ()
    for job_id in ids:
        try:
            record = records.select_fields(_full_record(call, _find_job(call, job_id)), fields, default=None)
            results.append({"resource": _without_fields(record, omitted)})
        except ApiError as error:
            results.append({"error": error.body})
    return json_response({"items": results})


def _without_fields(record: dict[str, Any], omitted: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in omitted}


IMPORT_ROUTES: Routes = (
    ("GET", r"/storage/imports", list_imports),
    ("POST", r"/storage/imports", create_import),
    ("GET", r"/storage/imports/([^/]+)", get_import),
    ("POST", r"/bulk/storage/imports/get", bulk_get),
    ("POST", r"/bulk/storage/imports/create", bulk_create),
)
