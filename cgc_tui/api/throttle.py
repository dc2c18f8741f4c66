"""The pace of many calls at once: so many at a time, and within the rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from cgc_tui.api.client import Client
from cgc_tui.api.requester import RetryHook
from cgc_tui.domain.errors import RateLimited

MOST_AT_ONCE = 16
MOST_LIMITS = 3
LIMIT_WAIT = 60.0

Result = TypeVar("Result")
Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""Waits for so many seconds."""


class Pace:
    """Lets calls through, 16 at a time; they count beside what else the client asks.

    No more calls are under way than the rate limit has left. One that meets the limit waits for its end, as
    all others then do, and is made again; a limit that never ends is raised the third time.
    """

    def __init__(
        self, client: Client, *, on_retry: RetryHook | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        """`on_retry` is told when the limit is met, and of the seconds until its end."""
        self._client = client
        self._on_retry = on_retry
        self._sleep = sleep
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._answered = asyncio.Condition()
        self._under_way = 0
        self._left: int | None = None
        self._limits = 0
        self._resting = False
        self._rest: asyncio.Task[None] | None = None

    async def keep(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Return what the call returns, made when it is its turn; raises what it raises."""
        async with self._slots:
            while True:
                try:
                    result = await self._made(call)
                except RateLimited as error:
                    self._limited(error)
                else:
                    self._limits = 0
                    return result

    def stop(self) -> None:
        """Wait no longer for the end of a limit."""
        if self._rest is not None:
            self._rest.cancel()

    async def _made(self, call: Callable[[], Awaitable[Result]]) -> Result:
        async with self._answered:
            await self._answered.wait_for(self._has_room)
        self._under_way += 1
        self._left = self._left - 1 if self._left else self._left
        try:
            return await call()
        finally:
            self._under_way -= 1
            self._learn()
            async with self._answered:
                self._answered.notify_all()

    def _has_room(self) -> bool:
        """Tell whether the limit has one more call left; one alone may always try."""
        if self._resting or not self._under_way:
            return not self._resting
        budget = self._client.budget
        return budget is None or budget.remaining < 0 or bool(self._left)

    def _learn(self) -> None:
        """Take from an answer how many more calls may be made; answers come in any order."""
        budget = self._client.budget
        if budget is None:
            return
        if self._left is None or budget.remaining > self._left + MOST_AT_ONCE:  # a new window has begun
            self._left = budget.remaining
        else:
            self._left = min(self._left, budget.remaining)

    def _limited(self, error: RateLimited) -> None:
        """Have all calls rest until the limit's end; of those under way the first to meet it counts."""
        if self._resting:
            return
        self._limits += 1
        if self._limits >= MOST_LIMITS:
            raise error
        wait = LIMIT_WAIT if error.retry_after is None else error.retry_after
        if self._on_retry is not None:
            self._on_retry(error, wait)
        self._resting = True
        self._rest = asyncio.create_task(self._end_of_rest(wait))

    async def _end_of_rest(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._resting, self._left = False, None
        async with self._answered:
            self._answered.notify_all()
