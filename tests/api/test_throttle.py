"""The two lanes of the throttle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cgc_tui.api.throttle import BULK_SLOTS, INTERACTIVE_SLOTS, Lane, Throttle
from cgc_tui.domain.errors import CgcError, RateLimited
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.text import SafeText

LIMITED = RateLimited(SafeText("rate limit"), SafeText(""), retry_after=20.0)


class Server:
    """Requests that end when they are released; `running` counts them by lane."""

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self.running = dict.fromkeys(Lane, 0)
        self.limited = 0
        """The number of next requests that fail with a rate limit."""
        self.released = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def start(
        self, lane: Lane, count: int = 1, on_retry: Callable[[CgcError, float], None] | None = None
    ) -> list[asyncio.Task[None]]:
        async def request() -> None:
            self.running[lane] += 1
            try:
                if self.limited:
                    self.limited -= 1
                    raise LIMITED
                await self.released.wait()
            finally:
                self.running[lane] -= 1

        tasks = [asyncio.create_task(self.throttle.run(request, lane, on_retry)) for _ in range(count)]
        self.tasks += tasks
        return tasks

    async def release(self) -> None:
        """Let all requests end."""
        self.released.set()
        await settle()
        assert all(task.done() for task in self.tasks)
        await asyncio.gather(*self.tasks)


async def settle() -> None:
    """Let all tasks run until they wait."""
    for _ in range(50):
        await asyncio.sleep(0)


class Sleep:
    """A sleep that ends when `over` is set."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.over = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await self.over.wait()


async def test_each_lane_has_its_own_slots() -> None:
    server = Server(Throttle())
    server.start(Lane.BULK, 40)
    server.start(Lane.INTERACTIVE, 10)
    await settle()
    assert server.running == {Lane.INTERACTIVE: INTERACTIVE_SLOTS, Lane.BULK: BULK_SLOTS}
    await server.release()


async def test_only_the_bulk_lane_stays_within_the_rate_limit() -> None:
    throttle = Throttle()
    throttle.update(RateLimit(1000, 3))
    server = Server(throttle)
    server.start(Lane.BULK, 10)
    server.start(Lane.INTERACTIVE, 5)
    await settle()
    assert server.running == {Lane.INTERACTIVE: 5, Lane.BULK: 3}
    await server.release()


async def test_a_new_window_of_the_rate_limit_lets_more_requests_run() -> None:
    throttle = Throttle()
    throttle.update(RateLimit(1000, 2))
    throttle.update(RateLimit(1000, 900))
    server = Server(throttle)
    server.start(Lane.BULK, 10)
    await settle()
    assert server.running[Lane.BULK] == 10
    await server.release()


async def test_the_bulk_lane_waits_for_the_end_of_the_limit_and_the_other_lane_does_not() -> None:
    sleep = Sleep()
    server = Server(Throttle(sleep=sleep))
    server.limited = 1
    server.start(Lane.BULK)
    await settle()
    server.start(Lane.BULK, 3)
    server.start(Lane.INTERACTIVE, 2)
    await settle()
    assert server.running == {Lane.INTERACTIVE: 2, Lane.BULK: 0}
    assert sleep.seconds == [20.0]
    sleep.over.set()
    await settle()
    assert server.running[Lane.BULK] == 1
    await server.release()


async def test_every_reader_is_notified_once_of_the_wait() -> None:
    sleep = Sleep()
    server = Server(Throttle(sleep=sleep))
    first: list[float] = []
    second: list[float] = []
    server.limited = 2
    server.start(Lane.BULK, 5, on_retry=lambda _, seconds: first.append(seconds))
    await settle()
    server.start(Lane.BULK, 3, on_retry=lambda _, seconds: second.append(seconds))
    await settle()
    assert first == [20.0]
    assert len(second) == 1
    assert 15 < second[0] <= 20
    sleep.over.set()
    await server.release()


async def test_if_the_waiting_request_is_cancelled_others_continue() -> None:
    sleep = Sleep()
    server = Server(Throttle(sleep=sleep))
    server.limited = 1
    (waiting,) = server.start(Lane.BULK)
    await settle()
    server.start(Lane.BULK, 2)
    await settle()
    waiting.cancel()
    server.tasks.remove(waiting)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await settle()
    assert server.running[Lane.BULK] == 2
    await server.release()


async def test_a_late_response_to_the_same_limit_causes_no_second_wait() -> None:
    sleep = Sleep()
    throttle = Throttle(sleep=sleep)
    is_late = asyncio.Event()
    attempts = {"first": 0, "late": 0}

    async def first() -> None:
        attempts["first"] += 1
        if attempts["first"] == 1:
            raise LIMITED

    async def late() -> None:
        attempts["late"] += 1
        if attempts["late"] == 1:
            await is_late.wait()
            raise LIMITED

    tasks = [asyncio.create_task(throttle.run(request, Lane.BULK)) for request in (late, first)]
    await settle()
    sleep.over.set()
    await settle()
    is_late.set()
    await settle()
    assert all(task.done() for task in tasks)
    assert attempts == {"first": 2, "late": 2}
    assert sleep.seconds == [20.0]


async def test_the_third_limit_in_a_row_is_raised() -> None:
    sleep = Sleep()
    sleep.over.set()
    server = Server(Throttle(sleep=sleep))
    server.limited = 3
    (request,) = server.start(Lane.BULK)
    with pytest.raises(RateLimited):
        await request
    assert len(sleep.seconds) == 2


async def test_a_limit_that_does_not_end_is_raised_to_all_requests_that_wait_for_it() -> None:
    sleep = Sleep()
    server = Server(Throttle(sleep=sleep))
    server.limited = 1000
    requests = server.start(Lane.BULK, 5)
    await settle()
    sleep.over.set()
    results = await asyncio.gather(*requests, return_exceptions=True)
    assert results == [LIMITED] * 5
    assert len(sleep.seconds) == 2
    server.limited = 0
    server.start(Lane.BULK)
    server.tasks = server.tasks[5:]
    await server.release()
