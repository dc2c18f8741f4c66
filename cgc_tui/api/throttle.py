"""The pace of many calls at once: so many at a time, and within the rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.requester import RetryHook
from cgc_tui.domain.errors import RateLimited

MAX_CONCURRENT = 16
MAX_LIMIT_HITS = 3
LIMIT_WAIT = 60.0

Result = TypeVar("Result")
Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""Waits for so many seconds."""


class Throttle:
    """Lets calls through, 16 at a time; they count beside what else the client asks.

    No more calls are under way than the rate limit has left. One that meets the limit waits for its end, as
    all others then do, and is made again; a limit that never ends is raised the third time.
    """

    def __init__(
        self, client: PlatformClient, *, on_retry: RetryHook | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        """`on_retry` is told when the limit is met, and of the seconds until its end."""
        self._client = client
        self._on_retry = on_retry
        self._sleep = sleep
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._call_ended = asyncio.Condition()
        self._in_flight = 0
        self._remaining: int | None = None
        self._limit_hits = 0
        self._cooling_down = False
        self._cooldown: asyncio.Task[None] | None = None

    async def run(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Return what the call returns, made when it is its turn; raises what it raises."""
        async with self._slots:
            while True:
                try:
                    result = await self._call(call)
                except RateLimited as error:
                    self._hit_limit(error)
                else:
                    self._limit_hits = 0
                    return result

    def stop(self) -> None:
        """Wait no longer for the end of a limit."""
        if self._cooldown is not None:
            self._cooldown.cancel()

    async def _call(self, call: Callable[[], Awaitable[Result]]) -> Result:
        async with self._call_ended:
            await self._call_ended.wait_for(self._has_room)
        self._in_flight += 1
        self._remaining = self._remaining - 1 if self._remaining else self._remaining
        try:
            return await call()
        finally:
            self._in_flight -= 1
            self._update_remaining()
            async with self._call_ended:
                self._call_ended.notify_all()

    def _has_room(self) -> bool:
        """Tell whether the limit has one more call left; one alone may always try."""
        if self._cooling_down or not self._in_flight:
            return not self._cooling_down
        rate_limit = self._client.last_rate_limit
        return rate_limit is None or rate_limit.remaining < 0 or bool(self._remaining)

    def _update_remaining(self) -> None:
        """Take from an answer how many more calls may be made; answers come in any order."""
        rate_limit = self._client.last_rate_limit
        if rate_limit is None:
            return
        if (
            self._remaining is None or rate_limit.remaining > self._remaining + MAX_CONCURRENT
        ):  # a new window has begun
            self._remaining = rate_limit.remaining
        else:
            self._remaining = min(self._remaining, rate_limit.remaining)

    def _hit_limit(self, error: RateLimited) -> None:
        """Have all calls rest until the limit's end; of those under way the first to meet it counts."""
        if self._cooling_down:
            return
        self._limit_hits += 1
        if self._limit_hits >= MAX_LIMIT_HITS:
            raise error
        wait = LIMIT_WAIT if error.retry_after is None else error.retry_after
        if self._on_retry is not None:
            self._on_retry(error, wait)
        self._cooling_down = True
        self._cooldown = asyncio.create_task(self._end_cooldown(wait))

    async def _end_cooldown(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._cooling_down, self._remaining = False, None
        async with self._call_ended:
            self._call_ended.notify_all()
