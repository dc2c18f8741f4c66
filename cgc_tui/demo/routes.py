"""The routes of the platform, exactly those, and what lies beside the imports."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode

import httpx

from cgc_tui.demo.records import result, select_fields
from cgc_tui.demo.responses import ApiError, json_answer

if TYPE_CHECKING:
    from cgc_tui.demo.platform import SimulatedPlatform

MAX_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way through a route."""

    platform: SimulatedPlatform
    request: httpx.Request
    name: str

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, in order."""
        return parse_qsl(self.request.url.query.decode("ascii"), keep_blank_values=True)

    @property
    def root(self) -> str:
        """What hrefs begin with: the endpoint as the client named it."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc.decode('ascii')}{self.platform.prefix}"

    def values(self, key: str) -> list[str]:
        """Return the values of a query key; refuse an empty one."""
        values = [value for name, value in self.query if name == key]
        if "" in values:
            raise ApiError(9011, f"Invalid request syntax: {key} is empty.")
        return values

    def value(self, key: str) -> str | None:
        """Return the value of a query key that must not repeat."""
        values = self.values(key)
        if len(values) > 1:
            raise ApiError(9011, f"Invalid request syntax: {key} is given more than once.")
        return values[0] if values else None

    def number(self, key: str, default: int, least: int) -> int:
        """Return the value of a query key that is an integer of at least `least`."""
        value = self.value(key)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < least:
            raise ApiError(9011, f"Invalid request syntax: {key} must be an integer of at least {least}.")
        return int(value)

    def check_project(self, project: str) -> None:
        """Refuse a project that is unknown or forbidden."""
        if project in self.platform.switches.forbidden_projects:
            raise ApiError(9003)
        if project not in self.platform.projects:
            raise ApiError(3002)

    def check_volume(self, volume: str) -> None:
        """Refuse a volume that is unknown or forbidden."""
        if volume in self.platform.switches.forbidden_volumes:
            raise ApiError(9020)
        if volume not in self.platform.volumes:
            raise ApiError(9007)

    def window(self) -> tuple[int, int]:
        """Return offset and limit."""
        switches = self.platform.switches
        limit = self.number("limit", switches.default_limit, 1)
        if limit > MAX_ITEMS and switches.over_limit == "400":
            raise ApiError(9011, f"Invalid request syntax: limit must not be above {MAX_ITEMS}.")
        return self.number("offset", 0, 0), min(limit, MAX_ITEMS, switches.max_limit)


def page(call: Call, items: Sequence[Any], window: tuple[int, int], total: int, base: str) -> httpx.Response:
    """Return a page of a list, with its links and its total."""
    offset, limit = window
    switches = call.platform.switches
    offsets = {"next": offset + limit} if offset + limit < total else {}
    if offset > 0:
        offsets["prev"] = max(0, offset - limit)
    path = call.request.url.path.removeprefix(call.platform.prefix)

    def at(start: int) -> str:
        kept = [(key, value) for key, value in call.query if key not in ("offset", "limit")]
        return f"{base}{path}?{urlencode([('offset', start), ('limit', limit), *kept])}"

    links = [
        {"href": at(offset_), "rel": rel.title() if switches.mixed_case_rel else rel, "method": "GET"}
        for rel, offset_ in offsets.items()
    ]
    said = max(0, total + switches.total_error)
    headers = {"x-total-matching-query": str(said)} if switches.total_header else {}
    return json_answer({"href": at(offset), "items": items, "links": links}, headers=headers)


def get_user(call: Call) -> httpx.Response:
    """Answer "Get your user information"."""
    username = call.platform.username
    return json_answer(
        {
            "href": f"{call.root}/users/{username}",
            "username": username,
            "email": f"{username}@franklin-lab.example",
            "first_name": username.title(),
            "last_name": "Franklin",
            "affiliation": "Franklin Lab",
            "country": "United States",
        }
    )


def get_rate_limit(call: Call) -> httpx.Response:
    """Answer "Get rate limit status"."""
    return json_answer(call.platform.gateway.rate.record(call.platform.switches))


def list_volumes(call: Call) -> httpx.Response:
    """Answer "List volumes"."""
    return _listed(call, [volume.record(call.root) for volume in call.platform.volumes.values()])


def list_projects(call: Call) -> httpx.Response:
    """Answer "List all your projects"."""
    return _listed(call, [project.record(call.root) for project in call.platform.projects.values()])


def _listed(call: Call, records: list[dict[str, Any]]) -> httpx.Response:
    offset, limit = call.window()
    fields = "_all" if call.platform.switches.whole_lists else call.value("fields")
    shown = [select_fields(record, fields, default=("href", "id", "name")) for record in records]
    return page(call, shown[offset : offset + limit], (offset, limit), len(shown), call.root)


def get_project(call: Call) -> httpx.Response:
    """Answer "Get details of a project"."""
    call.check_project(call.name)
    project = call.platform.projects[call.name]
    return json_answer(select_fields(project.record(call.root), call.value("fields"), default=None))


def get_file(call: Call) -> httpx.Response:
    """Answer "Get file details"."""
    job = call.platform.store.job_for_file(call.name)
    if job is None:
        raise ApiError(5002)
    return json_answer(result(job, call.root))


def list_volume(call: Call) -> httpx.Response:
    """Answer "Get a list of volume files": one level of keys below a prefix, forward only."""
    call.check_volume(call.name)
    prefix, after = call.value("prefix") or "", _after(call.value("continuation_token"))
    _, limit = call.window()
    keys = call.platform.store.matching((), None, call.name, call.platform.switches)
    ends = {_level(job.location, prefix) for job in keys if job.location.startswith(prefix)}
    level = sorted(end for end in ends if end > after)
    shown, more = level[:limit], len(level) > limit
    base = f"{call.root}/storage/volumes/{call.name}"
    links = []
    if more:
        following = base64.urlsafe_b64encode(shown[-1].encode()).decode()
        parameters = {"prefix": prefix, "limit": limit, "continuation_token": following}
        links.append({"next": f"{base}/list?{urlencode(parameters)}"})
    return json_answer(
        {
            "href": f"{base}/list?{urlencode({'prefix': prefix})}",
            "items": [
                {"location": key, "volume": call.name, "type": "s3", "metadata": {}}
                for key in shown
                if not key.endswith("/")
            ],
            "prefixes": [{"prefix": key, "volume": call.name} for key in shown if key.endswith("/")],
            "links": links,
            "truncated": more,
        }
    )


def _after(token: str | None) -> str:
    """Return the key that a continuation token stands for."""
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except ValueError:
        raise ApiError(9011, "Invalid request syntax: continuation_token.") from None


def _level(key: str, prefix: str) -> str:
    """Return `key` up to the first slash after `prefix`."""
    head, slash, _ = key[len(prefix) :].partition("/")
    return prefix + head + slash


Handler = Callable[[Call], httpx.Response]
Table = tuple[tuple[str, str, Handler], ...]

OTHER_ROUTES: Table = (
    ("GET", r"/user", get_user),
    ("GET", r"/rate_limit", get_rate_limit),
    ("GET", r"/storage/volumes", list_volumes),
    ("GET", r"/storage/volumes/([^/]+(?:/[^/]+)?)/list", list_volume),
    ("GET", r"/projects/?", list_projects),
    ("GET", r"/projects/([^/]+/[^/]+|[^/]+%2[Ff][^/]+)", get_project),
    ("GET", r"/files/([^/]+)", get_file),
)
"""Method, path below the endpoint, and who answers; an id may be percent-encoded or raw."""


def find(table: Table, method: str, path: str) -> tuple[Handler, str] | int:
    """Return the handler and the id in `path` (as sent, not decoded), else the HTTP status."""
    status = 404
    for route_method, pattern, handler in table:
        if match := re.fullmatch(pattern, path):
            if route_method == method:
                return handler, unquote("".join(match.groups()))
            status = 405
    return status
