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
from cgc_tui.api.attempt import Answer, Exchange
from cgc_tui.api.body import whole_body
from cgc_tui.api.connection import Connection
from cgc_tui.api.request_log import Event, EventLog
from cgc_tui.domain.errors import CgcError, ConnectionFailed, InvalidResponse, Maintenance, ServerError
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.token import Token

if TYPE_CHECKING:
    import httpx

DEADLINE = 30.0
MOST_AT_ONCE = 6
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


class Wire:
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
        events: EventLog | None = None,
    ) -> None:
        """`transport` replaces the network; `advance_access` sends the header of that name."""
        self.endpoint = endpoint.rstrip("/")
        self.budget: RateLimit | None = None
        self.now = now
        self._connection = Connection(
            self.endpoint, token, transport=transport, advance_access=advance_access
        )
        self._token = token
        self._deadline = deadline
        self._backoff = backoff
        self._events = EventLog() if events is None else events
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        body: dict[str, Any] | None = None,
        on_retry: RetryHook | None = None,
        accept: Callable[[Answer], bool] = lambda _: False,
        check: Check = lambda _: None,
        queued: bool = True,
        once: bool = False,
        specific: bool = True,
    ) -> Answer:
        """Send a request that may be repeated; return a 2xx answer or one that `accept` takes.

        What is sent `once` is never repeated. `path` is below the endpoint and already quoted. A request
        that is not `queued` takes none of the slots that all share. A 404 to a request that is not
        `specific`, since it names no job, project or volume, is a failure of the server. Raises `CgcError`
        for every other outcome.
        """
        make = partial(self._request, method, path, list(params), body)
        attempt = partial(self._once, make, accept, check, specific)
        slots = self._slots if queued else nullcontext()
        while True:
            deadline = asyncio.timeout(self._deadline)
            try:
                async with deadline:
                    return await self._attempts(attempt, slots, on_retry, once)
            except TimeoutError as error:
                if once or not _was_stopped(deadline):
                    raise self._no_answer(error) from None

    async def _attempts(
        self,
        attempt: Callable[[Exchange], Awaitable[Answer]],
        slots: AbstractAsyncContextManager[None],
        on_retry: RetryHook | None,
        once: bool,
    ) -> Answer:
        """Return the answer of the first attempt that succeeds, after at most two that failed."""
        delays = [delay * random.uniform(0.7, 1.3) for delay in self._backoff]
        number = 1
        while True:
            exchange = Exchange(self._events, self._token, number)
            try:
                async with slots:
                    return await attempt(exchange)
            except (ConnectionFailed, ServerError, InvalidResponse) as error:
                if exchange.stale and not once:
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

    async def _once(
        self,
        make: Callable[[httpx.AsyncClient], httpx.Request],
        accept: Callable[[Answer], bool],
        check: Check,
        specific: bool,
        exchange: Exchange,
    ) -> Answer:
        """Send a request once, under the eyes of the event log."""
        http = await self._connection.http()
        import httpx

        try:
            request = make(http)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self._no_answer(error) from None
        with exchange.noted(request, self.now()):
            answer = await self._answer(http, request, exchange)
            if not 200 <= answer.status < 300 and not accept(answer):
                raise error_mapping.from_answer(
                    answer.status, answer.headers, answer.told, now=self.now(), specific=specific
                )
            check(answer.told)
            return answer

    async def _answer(self, http: httpx.AsyncClient, request: httpx.Request, exchange: Exchange) -> Answer:
        """Send a request and read its answer; where that is a failure anyway, it may tell nothing."""
        import httpx

        try:
            response = await http.send(request, stream=True)
        except (httpx.HTTPError, OSError) as error:
            exchange.broke()
            raise self._no_answer(error) from None
        try:
            exchange.status, exchange.request_id = response.status_code, response.headers.get("x-request-id")
            self._count(response.headers)
            body = self._token.redact(await whole_body(response))
        except (httpx.HTTPError, OSError) as error:
            raise self._no_answer(error) from None
        finally:
            await response.aclose()
        exchange.size = len(body)
        try:
            told = parse.json_object(body)
        except InvalidResponse:
            if response.is_success:
                raise
            told = {}
        return Answer(response.status_code, response.headers, told)

    def _no_answer(self, error: Exception) -> CgcError:
        return error_mapping.from_exception(error, self._connection.host, proxy=self._connection.proxy)

    def _count(self, headers: httpx.Headers) -> None:
        try:
            limit, remaining = (int(headers[f"x-ratelimit-{key}"]) for key in ("limit", "remaining"))
        except (KeyError, ValueError):
            return
        self.budget = RateLimit(limit, remaining, error_mapping.window_end(headers, self.now()))

    def learn(self, budget: RateLimit | None, events: Iterable[Event]) -> None:
        """Know of requests that another process made, and of what is left of the rate limit after them."""
        self.budget = budget
        for event in events:
            self._events.add(event)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


def _was_stopped(deadline: asyncio.Timeout) -> bool:
    """Return whether the process was stopped when the deadline passed."""
    due = deadline.when()
    return due is not None and asyncio.get_running_loop().time() - due > STOPPED
