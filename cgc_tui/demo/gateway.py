"""What every request passes on its way to a route: faults, token, rate limit; and the common headers."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import formatdate
from functools import partial
from typing import TYPE_CHECKING

import httpx

from cgc_tui.demo.fault_script import ActiveFault
from cgc_tui.demo.faults import Answer, Layer
from cgc_tui.demo.imports import TABLE
from cgc_tui.demo.rate_limit import RateLimit, skew
from cgc_tui.demo.responses import ApiError, no_route
from cgc_tui.demo.routes import Call, Handler, find, get_rate_limit

if TYPE_CHECKING:
    from cgc_tui.demo.platform import SimulatedPlatform


class Gateway:
    """Lets requests in to the routes of a platform, or turns them away."""

    def __init__(self, platform: SimulatedPlatform) -> None:
        self._platform = platform
        self._calls = 0
        self.rate = RateLimit(platform.clock)

    def answer(self, request: httpx.Request, faults: Sequence[ActiveFault]) -> httpx.Response:
        """Answer a request that meets `faults`, the nearest to the platform first."""
        inside = [active for active in faults if active[0].layer is Layer.INSIDE]
        outside = [active for active in faults if active[0].layer is not Layer.INSIDE]
        response = _around(partial(self._authorize, request, inside), outside)()
        now = self._platform.clock() + skew(self._platform.switches)
        response.headers.setdefault("date", formatdate(now, usegmt=True))
        response.request = request
        return response

    def _authorize(self, request: httpx.Request, inside: Sequence[ActiveFault]) -> httpx.Response:
        """Find the route, check the token and the limit, and let the request through."""
        switches = self._platform.switches
        route = find(TABLE, request.method, self._route_path(request))
        if isinstance(route, int):
            return no_route(route)
        spent = 0 <= switches.refuse_after <= self._calls
        known = request.headers.get("x-sbg-auth-token") == self._platform.token
        if switches.refuse_token or spent or not known:
            return ApiError(90001).answer()
        self._calls += 1
        if route[0] is get_rate_limit or self.rate.take(switches):
            response = _around(partial(self._route, route, request), inside)()
        else:
            response = ApiError(1000).answer()
        for name, value in self.rate.headers(switches).items():
            response.headers.setdefault(name, value)
        response.headers["x-request-id"] = f"{self._calls:08x}-c9c0-4000-8000-0123456789ab"
        return response

    def _route_path(self, request: httpx.Request) -> str:
        """Return the path below the endpoint as sent, not decoded; empty for another path."""
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        prefix = self._platform.prefix
        return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else ""

    def _route(self, route: tuple[Handler, str], request: httpx.Request) -> httpx.Response:
        handler, name = route
        try:
            return handler(Call(self._platform, request, name))
        except ApiError as refusal:
            return refusal.answer()


def _around(answer: Answer, faults: Sequence[ActiveFault]) -> Answer:
    for fault, value in faults:
        answer = partial(fault.play, answer, value)
    return answer
