"""Passes each request to its route, after the request log, faults, the token check and the rate limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from urllib.parse import parse_qsl

import httpx

from cgc_tui.demo.fault_script import ActiveFault, FaultScript, Gate
from cgc_tui.demo.faults import Layer, Responder
from cgc_tui.demo.files import FILE_ROUTES
from cgc_tui.demo.imports import IMPORT_ROUTES
from cgc_tui.demo.rate_limit import clock_skew
from cgc_tui.demo.responses import ApiError, no_route
from cgc_tui.demo.routes import OTHER_ROUTES, Call, Handler, find_route, get_rate_limit
from cgc_tui.demo.state import PlatformState
from cgc_tui.demo.volumes import VOLUME_ROUTES

ROUTES = (*IMPORT_ROUTES, *VOLUME_ROUTES, *FILE_ROUTES, *OTHER_ROUTES)
"""All routes of the platform."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as received; `target` is its path and query as sent, header names are lower case."""

    method: str
    url: str
    host: str
    path: str
    target: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


class Gateway:
    """Records requests, and responds to each after faults and checks."""

    def __init__(self, state: PlatformState, fault_script: FaultScript) -> None:
        self.requests: deque[RecordedRequest] = deque(maxlen=10_000)
        self._state = state
        self._fault_script = fault_script
        self._calls = 0

    def record(self, request: httpx.Request) -> None:
        """Append a request to `requests`."""
        url = request.url
        recorded = RecordedRequest(
            method=request.method,
            url=str(url),
            host=url.host,
            path=url.path,
            target=url.raw_path.decode("ascii"),
            query=parse_qsl(url.query.decode("ascii"), keep_blank_values=True),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
        )
        self.requests.append(recorded)

    def gates_for(self, request: httpx.Request) -> list[Gate]:
        """Return the gates that hold a request."""
        return self._fault_script.gates_for(request)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Return the response, its body still to be read; threads may call this at the same time."""
        state = self._state
        with state.lock:
            state.store.tick()
            faults = self._fault_script.faults_for(request, state.switches)
            inside = [active for active in faults if active[0].layer is Layer.INSIDE]
            outside = [active for active in faults if active[0].layer is not Layer.INSIDE]
            response = _with_faults(partial(self._authorize, request, inside), outside)()
            now = state.clock() + clock_skew(state.switches)
        response.headers.setdefault("date", formatdate(now, usegmt=True))
        response.request = request
        return response

    def _authorize(self, request: httpx.Request, inside: Sequence[ActiveFault]) -> httpx.Response:
        """Check path, method, token and rate limit, then call the route."""
        state, switches = self._state, self._state.switches
        route = find_route(ROUTES, request.method, self._route_path(request))
        if isinstance(route, int):
            return no_route(route)
        expired = 0 <= switches.refuse_after <= self._calls
        valid = request.headers.get("x-sbg-auth-token") == state.token
        if switches.refuse_token or expired or not valid:
            return ApiError(90001).response()
        self._calls += 1
        if route[0] is get_rate_limit or state.rate_limit.take(switches):
            response = _with_faults(partial(self._call, route, request), inside)()
        else:
            response = ApiError(1000).response()
        for name, value in state.rate_limit.headers(switches).items():
            response.headers.setdefault(name, value)
        response.headers["x-request-id"] = f"{self._calls:08x}-c9c0-4000-8000-0123456789ab"
        return response

    def _route_path(self, request: httpx.Request) -> str:
        """Return the path below the endpoint as sent, not decoded; empty for a path outside it."""
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        prefix = self._state.path_prefix
        return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else ""

    def _call(self, route: tuple[Handler, str], request: httpx.Request) -> httpx.Response:
        handler, resource_id = route
        try:
            return handler(Call(self._state, request, resource_id))
        except ApiError as error:
            return error.response()


def _with_faults(responder: Responder, faults: Sequence[ActiveFault]) -> Responder:
    """Wrap a responder in faults, the first innermost."""
    for fault, value in faults:
        responder = partial(fault.play, responder, value)
    return responder
