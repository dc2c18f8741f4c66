"""The one choke point for requests, so that its rules hold for all of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx

from cgc_tui.api import failures
from cgc_tui.models import (
    CgcError,
    Maintenance,
    RateBudget,
    ServerTrouble,
    Token,
    Unreachable,
    Unreadable,
)
from cgc_tui.text import Clean, clean

TOKEN_HEADER = "X-SBG-Auth-Token"
DEADLINE = 30.0
TIMEOUTS = httpx.Timeout(10.0, pool=None)
MOST_BYTES = 32 * 2**20
MOST_AT_ONCE = 6
BACKOFF = (0.3, 1.5)

Pair = tuple[str, str | int | float | bool | None]
Params = Sequence[Pair]
"""A query's pairs; keys may repeat."""

RetryHook = Callable[[CgcError, float], None]
"""Told of a failed attempt and of the seconds until the next."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: its status, headers and decompressed body."""

    status: int
    headers: httpx.Headers
    body: bytes


class Wire:
    """HTTP to one endpoint, for one token.

    The token goes to the endpoint's own origin and nowhere else, and redirects are errors. What may be
    repeated is repeated at most twice, after the seconds of `backoff` with jitter; all attempts of a call
    share one deadline (seconds).
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
    ) -> None:
        """`transport` replaces the network; `advance_access` sends the header of that name."""
        self.endpoint = endpoint.rstrip("/")
        self.budget: RateBudget | None = None
        self.now = now
        self._origin = httpx.URL(self.endpoint)
        self._host = self._origin.host
        self._closed = False
        self._token = token
        self._transport = transport
        self._deadline = deadline
        self._backoff = backoff
        self._headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if advance_access:
            self._headers["X-SBG-advance-access"] = "advance"
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._building = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        body: dict[str, Any] | None = None,
        on_retry: RetryHook | None = None,
        accept: Callable[[Answer], bool] = lambda _: False,
        queued: bool = True,
    ) -> Answer:
        """Send a request that may be repeated; return a 2xx answer or one that `accept` takes.

        `path` is below the endpoint and already quoted. A request that is not `queued` takes none of the
        slots that all share. Raises `CgcError` for every other outcome.
        """
        delays = [delay * random.uniform(0.7, 1.3) for delay in self._backoff]
        make = partial(self._request, method, path, list(params), body)
        slots = self._slots if queued else nullcontext()
        try:
            async with asyncio.timeout(self._deadline):
                while True:
                    try:
                        return await self._once(make, accept, slots)
                    except (Unreachable, ServerTrouble, Unreadable) as error:
                        if not delays or error.retry_after is None or isinstance(error, Maintenance):
                            raise
                        delay = delays.pop(0)
                        if on_retry is not None:
                            on_retry(error, delay)
                        await asyncio.sleep(delay)
        except TimeoutError as error:
            raise failures.from_exception(error, self._host) from None

    def _request(
        self, method: str, path: str, params: list[Pair], body: dict[str, Any] | None, http: httpx.AsyncClient
    ) -> httpx.Request:
        return http.build_request(method, self.endpoint + path, params=params, json=body)

    async def _once(
        self,
        make: Callable[[httpx.AsyncClient], httpx.Request],
        accept: Callable[[Answer], bool],
        slots: AbstractAsyncContextManager[None],
    ) -> Answer:
        http = await self._connection()
        try:
            request = make(http)
            async with slots:
                response = await http.send(request, stream=True)
                try:
                    answer = Answer(response.status_code, response.headers, await _body(response))
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            raise failures.from_exception(error, self._host) from None
        self._count(answer.headers)
        if 200 <= answer.status < 300 or accept(answer):
            return answer
        raise failures.from_answer(answer.status, answer.headers, answer.body, now=self.now())

    async def _connection(self) -> httpx.AsyncClient:
        """Return the HTTP client; one that was closed with its token is not opened again."""
        async with self._building:
            if self._closed:
                raise Unreachable(Clean("the connection was closed"), Clean("Press r to ask again."))
            if self._http is None:
                self._http = await asyncio.to_thread(self._build)
            return self._http

    def _build(self) -> httpx.AsyncClient:
        """Make the HTTP client; loading certificates takes tens of ms, so this runs in a thread."""
        try:
            return httpx.AsyncClient(
                transport=self._transport,
                headers=self._headers,
                timeout=TIMEOUTS,
                follow_redirects=False,
                event_hooks={"request": [self._sign]},
            )
        except (ValueError, OSError, httpx.InvalidURL) as error:
            raise Unreachable(
                clean(f"the network settings cannot be used ({type(error).__name__})"),
                Clean("Check HTTPS_PROXY, NO_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."),
            ) from None

    async def _sign(self, request: httpx.Request) -> None:
        """Put the token on a request to the endpoint's own origin, and on no other."""
        request.headers.pop(TOKEN_HEADER, None)
        url, own = request.url, self._origin
        if (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port):
            request.headers[TOKEN_HEADER] = self._token.reveal()

    def _count(self, headers: httpx.Headers) -> None:
        try:
            limit, remaining = (int(headers[f"x-ratelimit-{key}"]) for key in ("limit", "remaining"))
        except (KeyError, ValueError):
            return
        self.budget = RateBudget(limit, remaining, failures.window_end(headers, self.now()))

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()


async def _body(response: httpx.Response) -> bytes:
    """Read a body, capped after decompression."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unreadable(Clean("the answer is too large"), Clean("Ask for smaller pages."))
    return bytes(body)
