"""What a test has the platform do next: scripted faults, and gates that hold requests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import httpx

from cgc_tui.demo.faults import AT_RANDOM, FAULTS, Fault, Layer
from cgc_tui.demo.switches import Switches

SAFETY_S = 20.0

ActiveFault = tuple[Fault, Any]
"""A fault that a request meets, and its value."""

Where = str | Callable[[httpx.Request], bool] | None
"""Which requests: those whose path begins so, those that a function takes, or all."""


def list_call(request: httpx.Request) -> bool:
    """Tell whether a request is "List import jobs"."""
    return request.method == "GET" and request.url.path.endswith("/storage/imports")


def matches(where: Where, request: httpx.Request) -> bool:
    """Tell whether `where` means this request."""
    if where is None:
        return True
    return request.url.path.startswith(where) if isinstance(where, str) else where(request)


CustomResponse = Callable[[httpx.Request], httpx.Response]
"""An answer of a test's own."""


class Signal(threading.Event):
    """An event that threads and coroutines of any event loop can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._wakers: list[Callable[[], object]] = []

    def set(self) -> None:
        """Wake all that wait."""
        super().set()
        for wake in list(self._wakers):
            wake()

    async def until(self, seconds: float) -> bool:
        """Wait without blocking the event loop; tell whether it was set in time."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        wake = partial(loop.call_soon_threadsafe, woken.set)
        self._wakers.append(wake)
        try:
            if not self.is_set():
                await asyncio.wait_for(woken.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._wakers.remove(wake)
        return True


class Gate:
    """Holds the requests that it means until `release`, so that tests of races need no sleeps.

    `arrived` is set when the first request waits; `count` is how many have come. A request that nobody
    releases goes on after 20 s.
    """

    def __init__(self, where: Where, times: int | None) -> None:
        self.arrived = Signal()
        self.count = 0
        self._where = where
        self._times = times
        self._open = Signal()
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether the gate has been released."""
        return self._open.is_set()

    def release(self) -> None:
        """Let go what waits, and hold nothing more."""
        self._open.set()

    def holds(self, request: httpx.Request) -> bool:
        """Take a request; tell whether it has to wait."""
        with self._lock:
            spent = self._times is not None and self.count >= self._times
            if self.open or spent or not matches(self._where, request):
                return False
            self.count += 1
        return True

    async def arrival(self) -> None:
        """Wait for the first request without blocking the event loop; raises TimeoutError after 20 s."""
        if not await self.arrived.until(SAFETY_S):
            raise TimeoutError("no request came to the gate")

    async def wait(self) -> None:
        """Hold a coroutine that carries a request."""
        self.arrived.set()
        await self._open.until(SAFETY_S)

    def block(self, stopped: threading.Event) -> None:
        """Hold a thread that carries a request, no longer than until `stopped`."""
        self.arrived.set()
        ends = time.monotonic() + SAFETY_S
        while not self._open.wait(0.02) and not stopped.is_set() and time.monotonic() < ends:
            pass


@dataclass(slots=True)
class Scripted:
    """A fault for `times` of the requests that `where` means; None: until recovery."""

    fault: Fault | CustomResponse
    value: Any
    where: Where
    times: int | None

    def for_request(self, request: httpx.Request) -> ActiveFault:
        """Return the fault as this request meets it, and count it."""
        if self.times is not None:
            self.times -= 1
        if isinstance(self.fault, Fault):
            return self.fault, self.value
        custom = self.fault
        return Fault(lambda _answer, _value: custom(request), Layer.FRONT), None


class FaultScript:
    """The faults and gates that requests meet, by script, by switch or by chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._queue: list[Scripted] = []
        self._gates: list[Gate] = []

    def add(self, fault: str | CustomResponse, value: Any, where: Where, times: int | None) -> None:
        """Queue a fault: one of the table by name (KeyError if there is none), or a test's own."""
        known = FAULTS[fault] if isinstance(fault, str) else fault
        self._queue.append(Scripted(known, value, where, times))

    def clear(self) -> None:
        """Forget all faults of the queue."""
        self._queue.clear()

    def gate(self, where: Where, times: int | None) -> Gate:
        """Set up a gate."""
        gate = Gate(where, times)
        self._gates = [*(each for each in self._gates if not each.open), gate]
        return gate

    def gates_for(self, request: httpx.Request) -> list[Gate]:
        """Return the gates at which a request has to wait."""
        return [gate for gate in self._gates if gate.holds(request)]

    def faults_for(self, request: httpx.Request, switches: Switches) -> list[ActiveFault]:
        """Return the faults that a request meets, the nearest to the platform first."""
        active: list[ActiveFault] = [
            (fault, value) for name, fault in FAULTS.items() if (value := getattr(switches, name, False))
        ]
        entry = next((each for each in self._queue if matches(each.where, request)), None)
        if entry is not None:
            active.append(entry.for_request(request))
            self._queue = [each for each in self._queue if each.times != 0]
        if self._chance.random() < switches.random_faults:
            name, value = self._chance.choice(AT_RANDOM)
            active.append((FAULTS[name], value))
        return sorted(active, key=lambda each: each[0].layer)
