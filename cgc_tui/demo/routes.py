"""Routes of the platform except those of imports, and what handlers have in common."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import httpx

from cgc_tui.demo.records import result, select_fields
from cgc_tui.demo.responses import ApiError, json_response
from cgc_tui.demo.state import PlatformState

MAX_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a route handles; `resource_id` is the id in its path, or empty."""

    state: PlatformState
    request: httpx.Request
    resource_id: str

    @property
    def query(self) -> list[tuple[str, str]]:
        """The names and values of the query, in order."""
        return parse_qsl(self.request.url.query.decode("ascii"), keep_blank_values=True)

    @property
    def endpoint(self) -> str:
        """The endpoint as the client addresses it, which hrefs start with."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc.decode('ascii')}{self.state.path_prefix}"

    def values(self, key: str) -> list[str]:
        """Return the values of a query parameter; reject an empty one."""
        values = [value for name, value in self.query if name == key]
        if "" in values:
            raise ApiError(9011, f"Invalid request syntax: {key} is empty.")
        return values

    def value(self, key: str) -> str | None:
        """Return the value of a query parameter, which must not repeat."""
        values = self.values(key)
        if len(values) > 1:
            raise ApiError(9011, f"Invalid request syntax: {key} is given more than once.")
        return values[0] if values else None

    def number(self, key: str, default: int, minimum: int) -> int:
        """Return the value of a query parameter that is an integer of at least `minimum`."""
        value = self.value(key)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < minimum:
            raise ApiError(9011, f"Invalid request syntax: {key} must be an integer of at least {minimum}.")
        return int(value)

    def check_project(self, project: str) -> None:
        """Reject a project that is unknown or forbidden."""
        if project in self.state.switches.forbidden_projects:
            raise ApiError(9003)
        if project not in self.state.projects:
            raise ApiError(3002)

    def check_volume(self, volume: str) -> None:
        """Reject a volume that is unknown or forbidden."""
        if volume in self.state.switches.forbidden_volumes:
            raise ApiError(9020)
        if volume not in self.state.volumes:
            raise ApiError(9007)

    def window(self) -> tuple[int, int]:
        """Return offset and limit."""
        switches = self.state.switches
        limit = self.number("limit", switches.default_limit, 1)
        if limit > MAX_ITEMS and switches.over_limit == "400":
            raise ApiError(9011, f"Invalid request syntax: limit must not be above {MAX_ITEMS}.")
        return self.number("offset", 0, 0), min(limit, MAX_ITEMS, switches.max_limit)


def page(call: Call, items: Sequence[Any], window: tuple[int, int], total: int, base: str) -> httpx.Response:
    """Return a page of a list, with links and total."""
    offset, limit = window
    switches = call.state.switches
    offsets = {"next": offset + limit} if offset + limit < total else {}
    if offset > 0:
        offsets["prev"] = max(0, offset - limit)
    path = call.request.url.path.removeprefix(call.state.path_prefix)

    def href(start: int) -> str:
        filters = [(key, value) for key, value in call.query if key not in ("offset", "limit")]
        return f"{base}{path}?{urlencode([('offset', start), ('limit', limit), *filters])}"

    links = [
        {"href": href(start), "rel": rel.title() if switches.mixed_case_rel else rel, "method": "GET"}
        for rel, start in offsets.items()
    ]
    reported_total = max(0, total + switches.total_error)
    headers = {"x-total-matching-query": str(reported_total)} if switches.total_header else {}
    return json_response({"href": href(offset), "items": items, "links": links}, headers=headers)


def get_user(call: Call) -> httpx.Response:
    """Handle "Get your user information"."""
    username = call.state.username
    return json_response(
        {
            "href": f"{call.endpoint}/users/{username}",
            "username": username,
            "email": f"{username}@franklin-lab.example",
            "first_name": username.title(),
            "last_name": "Franklin",
            "affiliation": "Franklin Lab",
            "country": "United States",
        }
    )


def get_rate_limit(call: Call) -> httpx.Response:
    """Handle "Get rate limit status"."""
    return json_response(call.state.rate_limit.record(call.state.switches))


def list_volumes(call: Call) -> httpx.Response:
    """Handle "List volumes"."""
    return _page_of(call, [volume.record(call.endpoint) for volume in call.state.volumes.values()])


def list_projects(call: Call) -> httpx.Response:
    """Handle "List all your projects"."""
    return _page_of(call, [project.record(call.endpoint) for project in call.state.projects.values()])


def _page_of(call: Call, records: list[dict[str, Any]]) -> httpx.Response:
    offset, limit = call.window()
    fields = "_all" if call.state.switches.whole_lists else call.value("fields")
    shown = [select_fields(record, fields, default=("href", "id", "name")) for record in records]
    return page(call, shown[offset : offset + limit], (offset, limit), len(shown), call.endpoint)


def get_project(call: Call) -> httpx.Response:
    """Handle "Get details of a project"."""
    call.check_project(call.resource_id)
    project = call.state.projects[call.resource_id]
    return json_response(select_fields(project.record(call.endpoint), call.value("fields"), default=None))


def get_file(call: Call) -> httpx.Response:
    """Handle "Get file details"."""
    job = call.state.store.job_for_file(call.resource_id)
    if job is None:
        raise ApiError(5002)
    return json_response(result(job, call.endpoint))


def list_volume(call: Call) -> httpx.Response:
    """Handle "Get a list of volume files": one level of keys below a prefix, forwards only."""
    call.check_volume(call.resource_id)
    prefix, last_key = call.value("prefix") or "", _last_key(call.value("continuation_token"))
    _, limit = call.window()
    jobs = call.state.store.matching((), None, call.resource_id, call.state.switches)
    keys = {_first_level(job.location, prefix) for job in jobs if job.location.startswith(prefix)}
    remaining = sorted(key for key in keys if key > last_key)
    shown, more = remaining[:limit], len(remaining) > limit
    base = f"{call.endpoint}/storage/volumes/{call.resource_id}"
    links = []
    if more:
        token = base64.urlsafe_b64encode(shown[-1].encode()).decode()
        parameters = {"prefix": prefix, "limit": limit, "continuation_token": token}
        links.append({"next": f"{base}/list?{urlencode(parameters)}"})
    return json_response(
        {
            "href": f"{base}/list?{urlencode({'prefix': prefix})}",
            "items": [
                {"location": key, "volume": call.resource_id, "type": "s3", "metadata": {}}
                for key in shown
                if not key.endswith("/")
            ],
            "prefixes": [{"prefix": key, "volume": call.resource_id} for key in shown if key.endswith("/")],
            "links": links,
            "truncated": more,
        }
    )


def _last_key(token: str | None) -> str:
    """Return the last key of the previous page, which the continuation token encodes."""
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except ValueError:
        raise ApiError(9011, "Invalid request syntax: continuation_token.") from None


def _first_level(key: str, prefix: str) -> str:
    """Return `key` up to the first slash after `prefix`."""
    head, slash, _ = key[len(prefix) :].partition("/")
    return prefix + head + slash


Handler = Callable[[Call], httpx.Response]
Routes = tuple[tuple[str, str, Handler], ...]
"""Method, pattern of the path below the endpoint as sent, and handler; a group in the pattern is the id."""

OTHER_ROUTES: Routes = (
    ("GET", r"/user", get_user),
    ("GET", r"/rate_limit", get_rate_limit),
    ("GET", r"/storage/volumes", list_volumes),
    ("GET", r"/storage/volumes/([^/]+(?:/[^/]+)?)/list", list_volume),
    ("GET", r"/projects/?", list_projects),
    ("GET", r"/projects/([^/]+/[^/]+|[^/]+%2[Ff][^/]+)", get_project),
    ("GET", r"/files/([^/]+)", get_file),
)
"""All routes but those of imports; the slash in an id may be percent-encoded or not."""


def find_route(routes: Routes, method: str, path: str) -> tuple[Handler, str] | int:
    """Return the handler and the id in `path` (as sent, not decoded), or the HTTP status if there is none."""
    status = 404
    for route_method, pattern, handler in routes:
        if match := re.fullmatch(pattern, path):
            if route_method == method:
                return handler, unquote("".join(match.groups()))
            status = 405
    return status
