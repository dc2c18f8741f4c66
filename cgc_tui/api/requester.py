"""The one choke point for requests, so that its rules hold for all of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from cgc_tui.api import error_mapping, parse
from cgc_tui.api.attempt import ApiResponse, RequestAttempt
from cgc_tui.api.body import read_body
from cgc_tui.api.connection import Connection
from cgc_tui.api.request_log import RequestLog, RequestRecord
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
MAX_CONCURRENT = 6
BACKOFF = (0.3, 1.5)
STOPPED = 5.0
"""Seconds. A deadline that is noticed later than this passed while the process was stopped (Ctrl+Z)."""

Pair = tuple[str, str | int | float | bool | None]
Params = Sequence[Pair]
"""A query's pairs; keys may repeat."""

RetryHook = Callable[[CgcError, float], None]
"""Told of a failed attempt and of the seconds until the next."""

Check = Callable[[dict[str, Any]], object]
"""Raises `InvalidResponse` for an answer that is not what the call returns."""


class Requester:
    """HTTP to one endpoint, for one token.

    What may be repeated is repeated at most twice, after the seconds of `backoff` with jitter; all attempts
    of a call share one deadline (seconds). A kept connection that the other side closed meanwhile, as after
    a laptop has slept, counts for no attempt; and a deadline that passed while the process was stopped is
    set again.
    """

    def __init__(
        self,
        endpoint: str,
        token: Token,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        deadline: float = DEADLINE,
        backoff: Sequence[float] = BACKOFF,
        advance_access: bool = False,
        request_log: RequestLog | None = None,
    ) -> None:
        """`transport` replaces the network; `advance_access` sends the header of that name."""
        self.endpoint = endpoint.rstrip("/")
        self.last_rate_limit: RateLimit | None = None
        self.on_token_rejected: Callable[[TokenRejected], object] = lambda _: None
        """Called with each answer that rejects the token, before the error is raised."""
        self.now = now
        self._connection = Connection(
            self.endpoint, token, transport=transport, advance_access=advance_access
        )
        self._token = token
        self._deadline = deadline
        self._backoff = backoff
        self._request_log = RequestLog() if request_log is None else request_log
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        body: dict[str, Any] | None = None,
        on_retry: RetryHook | None = None,
        accept: Callable[[ApiResponse], bool] = lambda _: False,
        check: Check = lambda _: None,
        queued: bool = True,
        once: bool = False,
        specific: bool = True,
    ) -> ApiResponse:
        """Send a request that may be repeated; return a 2xx answer or one that `accept` takes.

        What is sent `once` is never repeated. `path` is below the endpoint and already quoted. A request
        that is not `queued` takes none of the slots that all share. A 404 to a request that is not
        `specific`, since it names no job, project or volume, is a failure of the server. Raises `CgcError`
        for every other outcome.
        """
        build_request = partial(self._request, method, path, list(params), body)
        attempt = partial(self._send_once, build_request, accept, check, specific)
        slots = self._slots if queued else nullcontext()
        while True:
            deadline = asyncio.timeout(self._deadline)
            try:
                async with deadline:
                    return await self._attempts(attempt, slots, on_retry, once)
            except TimeoutError as error:
                if once or not _was_stopped(deadline):
                    raise self._error_from(error) from None

    async def _attempts(
        self,
        attempt: Callable[[RequestAttempt], Awaitable[ApiResponse]],
        slots: AbstractAsyncContextManager[None],
        on_retry: RetryHook | None,
        once: bool,
    ) -> ApiResponse:
        """Return the answer of the first attempt that succeeds, after at most two that failed."""
        delays = [delay * random.uniform(0.7, 1.3) for delay in self._backoff]
        number = 1
        while True:
            exchange = RequestAttempt(self._request_log, self._token, number)
            try:
                async with slots:
                    return await attempt(exchange)
            except (ConnectionFailed, ServerError, InvalidResponse) as error:
                if exchange.stale_connection and not once:
                    continue
                if once or not delays or error.retry_after is None or isinstance(error, Maintenance):
                    raise
                delay = delays.pop(0)
                if on_retry is not None:
                    on_retry(error, delay)
                await asyncio.sleep(delay)
                number += 1

    def _request(
        self, method: str, path: str, params: list[Pair], body: dict[str, Any] | None, http: httpx.AsyncClient
    ) -> httpx.Request:
        return http.build_request(method, self.endpoint + path, params=params, json=body)

    async def _send_once(
        self,
        build_request: Callable[[httpx.AsyncClient], httpx.Request],
        accept: Callable[[ApiResponse], bool],
        check: Check,
        specific: bool,
        attempt: RequestAttempt,
    ) -> ApiResponse:
        """Send a request once, under the eyes of the event log."""
        http = await self._connection.http()
        import httpx

        try:
            request = build_request(http)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self._error_from(error) from None
        with attempt.logged(request, self.now()):
            response = await self._receive(http, request, attempt)
            if not 200 <= response.status < 300 and not accept(response):
                failure = error_mapping.error_from_response(
                    response.status, response.headers, response.json, now=self.now(), specific=specific
                )
                if isinstance(failure, TokenRejected):
                    self.on_token_rejected(failure)
                raise failure
            check(response.json)
            return response

    async def _receive(
        self, http: httpx.AsyncClient, request: httpx.Request, attempt: RequestAttempt
    ) -> ApiResponse:
        """Send a request and read its answer; where that is a failure anyway, it may tell nothing."""
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
        self.last_rate_limit = RateLimit(
            limit, remaining, error_mapping.rate_limit_reset(headers, self.now())
        )

    def adopt(self, rate_limit: RateLimit | None, records: Iterable[RequestRecord]) -> None:
        """Know of requests that another process made, and of what is left of the rate limit after them."""
        self.last_rate_limit = rate_limit
        for record in records:
            self._request_log.add(record)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


def _was_stopped(deadline: asyncio.Timeout) -> bool:
    """Return whether the process was stopped when the deadline passed."""
    due = deadline.when()
    return due is not None and asyncio.get_running_loop().time() - due > STOPPED
