"""Sends every request to the platform, so that the same rules hold for all of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from cgc_tui.api import error_mapping, parse
from cgc_tui.api.attempt import ApiResponse, RequestAttempt
from cgc_tui.api.backoff import BACKOFF
from cgc_tui.api.body import read_body
from cgc_tui.api.connection import Connection
from cgc_tui.api.request_log import RequestLog, RequestRecord
from cgc_tui.api.throttle import Lane, Sleep, Throttle
from cgc_tui.domain.errors import (
    CgcError,
    ConnectionFailed,
    InvalidResponse,
    Maintenance,
    ServerError,
    TokenRejected,
)
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.token import Token

if TYPE_CHECKING:
    import httpx

DEADLINE = 30.0
STOPPED = 5.0
"""Seconds. A deadline that is noticed later than this passed while the process was stopped (Ctrl+Z)."""

Pair = tuple[str, str | int | float | bool | None]
Params = Sequence[Pair]
"""The pairs of a query string; keys may repeat."""

RetryHook = Callable[[CgcError, float], None]
"""Called with the error of a failed attempt, and with the seconds until the next attempt."""

Check = Callable[[dict[str, Any]], object]
"""Raises `InvalidResponse` if the JSON of a response is not what the call returns."""


class Retry(Enum):
    """Whether a request may be sent again after a failure."""

    SAFE = "safe"
    NEVER = "never"


class Call(NamedTuple):
    """One call of the API.

    `path` is relative to the endpoint and already quoted. `accept` is whether a response other than 2xx is
    valid for this call. `names_resource` is whether the call names a job, project or volume: if not, a 404
    means that the server failed.
    """

    method: str
    path: str
    params: Params = ()
    body: dict[str, Any] | None = None
    check: Check = lambda _: None
    accept: Callable[[ApiResponse], bool] = lambda _: False
    retry: Retry = Retry.SAFE
    lane: Lane = Lane.INTERACTIVE
    names_resource: bool = True


class Requester:
    """Requests to one endpoint with one token.

    A call that may be retried is sent at most three times, after the `backoff` times (seconds, with jitter).
    All attempts share the `deadline` (seconds). Two things do not count as an attempt: a kept connection that
    the server has closed meanwhile, as while a laptop slept, and a deadline that passed while the process was
    stopped.
    """

    def __init__(
        self,
        endpoint: str,
        token: Token,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Sleep = asyncio.sleep,
        deadline: float = DEADLINE,
        backoff: Sequence[float] = BACKOFF,
        advance_access: bool = False,
        request_log: RequestLog | None = None,
    ) -> None:
        """`transport` replaces the network; `advance_access` sends the header of that name.

        `sleep` waits for the end of the rate limit.
        """
        self.endpoint = endpoint.rstrip("/")
        self.on_token_rejected: Callable[[TokenRejected], object] = lambda _: None
        """Called with each error for a rejected token, before it is raised."""
        self.now = now
        self._connection = Connection(
            self.endpoint, token, transport=transport, advance_access=advance_access
        )
        self._token = token

        self._deadline = deadline
        self._backoff = backoff
        self._request_log = RequestLog() if request_log is None else request_log
        self._throttle = Throttle(sleep=sleep)

    @property
    def last_rate_limit(self) -> RateLimit | None:
        """The rate limit according to the latest response."""
        return self._throttle.rate_limit

    async def send(self, call: Call, on_retry: RetryHook | None = None) -> ApiResponse:
        """Send a call; return a 2xx response or one that the call accepts, else raise `CgcError`."""
        request = partial(self._send_in_time, call, on_retry)
        return await self._throttle.run(request, call.lane, on_retry)

    async def _send_in_time(self, call: Call, on_retry: RetryHook | None) -> ApiResponse:
        while True:
            deadline = asyncio.timeout(self._deadline)
            try:
                async with deadline:
                    return await self._attempts(call, on_retry)
            except TimeoutError as error:
                if call.retry is Retry.NEVER or not _was_stopped(deadline):
                    raise self._error_from(error) from None

    async def _attempts(self, call: Call, on_retry: RetryHook | None) -> ApiResponse:
        """Return the response of the first successful attempt."""
        delays = [delay * random.uniform(0.7, 1.3) for delay in self._backoff]
        number = 1
        while True:
            attempt = RequestAttempt(self._request_log, self._token, number)
            try:
                return await self._send_once(call, attempt)
            except (ConnectionFailed, ServerError, InvalidResponse) as error:
                if call.retry is Retry.NEVER:
                    raise
                if attempt.stale_connection:
                    continue
                if not delays or error.retry_after is None or isinstance(error, Maintenance):
                    raise
                delay = delays.pop(0)
                if on_retry is not None:
                    on_retry(error, delay)
                await asyncio.sleep(delay)
                number += 1

    async def _send_once(self, call: Call, attempt: RequestAttempt) -> ApiResponse:
        """Make one attempt, and add it to the request log."""
        http = await self._connection.http()
        import httpx

        try:
            request = http.build_request(
                call.method, self.endpoint + call.path, params=list(call.params), json=call.body
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self._error_from(error) from None
        with attempt.logged(request, self.now()):
            response = await self._receive(http, request, attempt)
            if not 200 <= response.status < 300 and not call.accept(response):
                failure = error_mapping.error_from_response(
                    response.status,
                    response.headers,
                    response.json,
                    now=self.now(),
                    names_resource=call.names_resource,
                )
                if isinstance(failure, TokenRejected):
                    self.on_token_rejected(failure)
                raise failure
            call.check(response.json)
            return response

    async def _receive(
        self, http: httpx.AsyncClient, request: httpx.Request, attempt: RequestAttempt
    ) -> ApiResponse:
        """Send a request and read its response; an error response may have a body that is not JSON."""
        import httpx

        try:
            response = await http.send(request, stream=True)
        except (httpx.HTTPError, OSError) as error:
            attempt.mark_connection_reused()
            raise self._error_from(error) from None
        try:
            attempt.status, attempt.request_id = response.status_code, response.headers.get("x-request-id")
            self._update_rate_limit(response.headers)
            body = self._token.redact(await read_body(response))
        except (httpx.HTTPError, OSError) as error:
            raise self._error_from(error) from None
        finally:
            await response.aclose()
        attempt.size = len(body)
        try:
            content = parse.json_object(body)
        except InvalidResponse:
            if response.is_success:
                raise
            content = {}
        return ApiResponse(response.status_code, response.headers, content)

    def _error_from(self, error: Exception) -> CgcError:
        return error_mapping.error_from_exception(error, self._connection.host, proxy=self._connection.proxy)

    def _update_rate_limit(self, headers: httpx.Headers) -> None:
        try:
            limit, remaining = (int(headers[f"x-ratelimit-{key}"]) for key in ("limit", "remaining"))
        except (KeyError, ValueError):
            return
        resets_at = error_mapping.rate_limit_reset(headers, self.now())
        self._throttle.update(RateLimit(limit, remaining, resets_at))

    def adopt(self, rate_limit: RateLimit | None, records: Iterable[RequestRecord]) -> None:
        """Add the prefetch child's requests and rate limit to this requester's."""
        if rate_limit is not None:
            self._throttle.update(rate_limit)
        for record in records:
            self._request_log.add(record)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


def _was_stopped(deadline: asyncio.Timeout) -> bool:
    """Return whether the process was stopped when the deadline passed."""
    due = deadline.when()
    return due is not None and asyncio.get_running_loop().time() - due > STOPPED
