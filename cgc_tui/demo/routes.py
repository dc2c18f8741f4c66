"""Routes of the user, the rate limit and projects, and what all handlers have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import httpx

from cgc_tui.demo.records import select_fields
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

    def check_parameters(self, *allowed: str) -> None:
        """Reject a query with other parameters."""
        for name, _ in self.query:
            if name not in allowed:
                raise ApiError(9011, f"Invalid request syntax: {name[:40]} is not a parameter.")

    def limit(self) -> int:
        """Return the page size."""
        switches = self.state.switches
        limit = self.number("limit", switches.default_limit, 1)
        if limit > MAX_ITEMS and switches.over_limit == "400":
            raise ApiError(9011, f"Invalid request syntax: limit must not be above {MAX_ITEMS}.")
        return min(limit, MAX_ITEMS, switches.max_limit)

    def window(self) -> tuple[int, int]:
        """Return offset and limit."""
        limit = self.limit()
        return self.number("offset", 0, 0), limit


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


def list_projects(call: Call) -> httpx.Response:
    """Handle "List all your projects"."""
    return page_of(call, [project.record(call.endpoint) for project in call.state.projects.values()])


def page_of(call: Call, records: list[dict[str, Any]]) -> httpx.Response:
    """Return a page of all projects or volumes."""
    offset, limit = call.window()
    fields = "_all" if call.state.switches.whole_lists else call.value("fields")
    shown = [select_fields(record, fields, default=("href", "id", "name")) for record in records]
    return page(call, shown[offset : offset + limit], (offset, limit), len(shown), call.endpoint)


def get_project(call: Call) -> httpx.Response:
    """Handle "Get details of a project"."""
    call.check_project(call.resource_id)
    project = call.state.projects[call.resource_id]
    return json_response(select_fields(project.record(call.endpoint), call.value("fields"), default=None))


Handler = Callable[[Call], httpx.Response]
Routes = tuple[tuple[str, str, Handler], ...]
"""Method, pattern of the path below the endpoint as sent, and handler; a group in the pattern is the id."""

OTHER_ROUTES: Routes = (
    ("GET", r"/user", get_user),
    ("GET", r"/rate_limit", get_rate_limit),
    ("GET", r"/projects/?", list_projects),
    ("GET", r"/projects/([^/]+/[^/]+|[^/]+%2[Ff][^/]+)", get_project),
)
"""The routes of the user, the rate limit and projects; the slash in an id may be percent-encoded or not."""


def find_route(routes: Routes, method: str, path: str) -> tuple[Handler, str] | int:
    """Return the handler and the id in `path` (as sent, not decoded), or the HTTP status if there is none."""
    status = 404
    for route_method, pattern, handler in routes:
        if match := re.fullmatch(pattern, path):
            if route_method == method:
                return handler, unquote("".join(match.groups()))
            status = 405
    return status
