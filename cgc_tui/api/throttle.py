"""Limits the requests that run at the same time, in two lanes, and keeps bulk requests in the rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from cgc_tui.domain.errors import RateLimited
from cgc_tui.domain.platform import RateLimit

if TYPE_CHECKING:
    from cgc_tui.api.requester import RetryHook

INTERACTIVE_SLOTS = 6
BULK_SLOTS = 16
MAX_LIMIT_HITS = 3
LIMIT_WAIT = 60.0

Result = TypeVar("Result")
Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""Waits for that many seconds."""


class Lane(Enum):
    """The kind of a request: a user waits for this one, or it is one of many."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


class Throttle:
    """Runs requests in two lanes.

    The interactive lane has 6 slots; its requests do not wait for the rate limit. The bulk lane has 16 slots
    of its own, so that a long list does not delay the user's requests, and never runs more requests than the
    rate limit has left. A bulk request that hits the limit waits for its end and is sent again, alone, while
    all other bulk requests wait; the third time, its error is raised to all of them.
    """

    def __init__(self, *, sleep: Sleep = asyncio.sleep) -> None:
        self.rate_limit: RateLimit | None = None
        """The rate limit according to the latest response."""
        self._sleep = sleep
        self._interactive_slots = asyncio.Semaphore(INTERACTIVE_SLOTS)
        self._bulk_slots = asyncio.Semaphore(BULK_SLOTS)
        self._changed = asyncio.Condition()
        """Notified when a bulk request may have become possible, and when a cooldown begins."""
        self._in_flight = 0
        self._remaining: int | None = None
        """An estimate that includes requests without a response yet."""
        self._cooldown: _Cooldown | None = None
        self._cooldowns = 0
        self._lasting_limits: list[RateLimited] = []
        """The errors of requests that failed at their last attempt."""

    def update(self, rate_limit: RateLimit) -> None:
        """Note the rate limit from a response; responses arrive in any order."""
        self.rate_limit = rate_limit
        # A much larger number means that a new window has begun.
        if self._remaining is None or rate_limit.remaining > self._remaining + BULK_SLOTS:
            self._remaining = rate_limit.remaining
        else:
            self._remaining = min(self._remaining, rate_limit.remaining)

    async def run(
        self, request: Callable[[], Awaitable[Result]], lane: Lane, on_retry: RetryHook | None = None
    ) -> Result:
        """Run a request when its lane allows it; `on_retry` is called when it waits for the rate limit."""
        if lane is Lane.INTERACTIVE:
            async with self._interactive_slots:
                return await request()
        async with self._bulk_slots:
            return await self._run_bulk(request, on_retry)

    async def _run_bulk(self, request: Callable[[], Awaitable[Result]], on_retry: RetryHook | None) -> Result:
        lasting_limits = len(self._lasting_limits)
        while True:
            await self._wait_for_room(on_retry)
            if len(self._lasting_limits) > lasting_limits:  # the limit did not end
                raise self._lasting_limits[-1]
            cooldowns = self._cooldowns
            try:
                return await self._run_counted(request)
            except RateLimited as error:
                if self._cooldowns == cooldowns:
                    return await self._retry_alone(request, error, on_retry)
                # Another request has hit the same limit.

    async def _retry_alone(
        self, request: Callable[[], Awaitable[Result]], error: RateLimited, on_retry: RetryHook | None
    ) -> Result:
        try:
            for _ in range(1, MAX_LIMIT_HITS):
                await self._cool_down(error, on_retry)
                try:
                    return await self._run_counted(request)
                except RateLimited as next_error:
                    error = next_error
            self._lasting_limits.append(error)
            raise error
        finally:
            self._cooldown = None
            await self._notify()

    async def _wait_for_room(self, on_retry: RetryHook | None) -> None:
        async with self._changed:
            while not self._may_send():
                if self._cooldown is not None:
                    self._cooldown.report(on_retry)
                await self._changed.wait()

    def _may_send(self) -> bool:
        """Return whether one more bulk request may run; a single one may always try."""
        if self._cooldown is not None or not self._in_flight:
            return self._cooldown is None
        return self.rate_limit is None or self.rate_limit.remaining < 0 or bool(self._remaining)

    async def _run_counted(self, request: Callable[[], Awaitable[Result]]) -> Result:
        self._in_flight += 1
        self._remaining = self._remaining - 1 if self._remaining else self._remaining
        try:
            return await request()
        finally:
            self._in_flight -= 1
            await self._notify()

    async def _cool_down(self, error: RateLimited, on_retry: RetryHook | None) -> None:
        """Close the bulk lane, and wait for the rate limit's end."""
        seconds = LIMIT_WAIT if error.retry_after is None else error.retry_after
        self._cooldown = _Cooldown(error, seconds)
        self._cooldowns += 1
        self._cooldown.report(on_retry)
        await self._notify()
        await self._sleep(seconds)
        self._remaining = None

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class _Cooldown:
    """A time during which the bulk lane is closed, and the hooks that were called."""

    def __init__(self, error: RateLimited, seconds: float) -> None:
        self._error = error
        self._seconds = seconds
        self._began_at = asyncio.get_running_loop().time()
        self._reported: list[RetryHook] = []

    def report(self, on_retry: RetryHook | None) -> None:
        """Call a hook with the seconds that are left, once per cooldown."""
        if on_retry is None or on_retry in self._reported:
            return
        elapsed = asyncio.get_running_loop().time() - self._began_at if self._reported else 0.0
        self._reported.append(on_retry)
        on_retry(self._error, max(0.0, self._seconds - elapsed))
