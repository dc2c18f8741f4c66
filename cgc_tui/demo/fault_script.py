"""Scripted behaviour of the platform: faults for selected requests, and gates that hold requests."""

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

from cgc_tui.demo.faults import FAULTS, RANDOM_FAULTS, Fault, Layer
from cgc_tui.demo.switches import Switches

MAX_HOLD_S = 20.0

ActiveFault = tuple[Fault, Any]
"""A fault that applies to a request, and its value."""

RequestFilter = str | Callable[[httpx.Request], bool] | None
"""Which requests: those whose path has this prefix, those that a function accepts, or all."""

CustomResponse = Callable[[httpx.Request], httpx.Response]
"""A function of a test that responds instead of the platform."""


def list_call(request: httpx.Request) -> bool:
    """Return whether a request is "List import jobs"."""
    return request.method == "GET" and request.url.path.endswith("/storage/imports")


def matches(where: RequestFilter, request: httpx.Request) -> bool:
    """Return whether `where` accepts a request."""
    if where is None:
        return True
    return request.url.path.startswith(where) if isinstance(where, str) else where(request)


class Signal(threading.Event):
    """An event that threads and the coroutines of any event loop can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._wakers: list[Callable[[], object]] = []

    def set(self) -> None:
        """Set the event and wake all waiters."""
        super().set()
        for wake in list(self._wakers):
            wake()

    async def until(self, seconds: float) -> bool:
        """Wait without blocking the event loop; return whether the event was set in time."""
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
    """Holds matching requests until `release`, so that tests of races need no sleeps.

    `arrived` is set when the first request is held; `count` is the number of held requests. A request
    that is not released continues after 20 s.
    """

    def __init__(self, where: RequestFilter, times: int | None) -> None:
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
        """Let the held requests continue, and hold no more."""
        self._open.set()

    def holds(self, request: httpx.Request) -> bool:
        """Return whether a request must wait, and count it if so."""
        with self._lock:
            exhausted = self._times is not None and self.count >= self._times
            if self.open or exhausted or not matches(self._where, request):
                return False
            self.count += 1
        return True

    async def arrival(self) -> None:
        """Wait for the first request without blocking the event loop; raises TimeoutError after 20 s."""
        if not await self.arrived.until(MAX_HOLD_S):
            raise TimeoutError("no request arrived at the gate")

    async def wait(self) -> None:
        """Hold the coroutine that carries a request."""
        self.arrived.set()
        await self._open.until(MAX_HOLD_S)

    def block(self, stopped: threading.Event) -> None:
        """Hold the thread that carries a request, until `stopped` at the latest."""
        self.arrived.set()
        deadline = time.monotonic() + MAX_HOLD_S
        while not self._open.wait(0.02) and not stopped.is_set() and time.monotonic() < deadline:
            pass


@dataclass(slots=True)
class ScriptedFault:
    """A fault for the next `times` requests that match `where`; None: for all."""

    fault: Fault | CustomResponse
    value: Any
    where: RequestFilter
    times: int | None

    def take(self, request: httpx.Request) -> ActiveFault:
        """Return the fault for this request, and count the request."""
        if self.times is not None:
            self.times -= 1
        if isinstance(self.fault, Fault):
            return self.fault, self.value
        custom = self.fault
        return Fault(lambda _responder, _value: custom(request), Layer.FRONT), None


class FaultScript:
    """The queue of scripted faults and the gates; also selects the faults of switches and random faults."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._queue: list[ScriptedFault] = []
        self._gates: list[Gate] = []

    def add(self, fault: str | CustomResponse, value: Any, where: RequestFilter, times: int | None) -> None:
        """Queue a function, or the fault of that name; raises KeyError for an unknown name."""
        known = FAULTS[fault] if isinstance(fault, str) else fault
        self._queue.append(ScriptedFault(known, value, where, times))

    def clear(self) -> None:
        """Remove all queued faults."""
        self._queue.clear()

    def gate(self, where: RequestFilter, times: int | None) -> Gate:
        """Add a gate."""
        gate = Gate(where, times)
        self._gates = [*(each for each in self._gates if not each.open), gate]
        return gate

    def gates_for(self, request: httpx.Request) -> list[Gate]:
        """Return the gates that hold a request."""
        return [gate for gate in self._gates if gate.holds(request)]

    def faults_for(self, request: httpx.Request, switches: Switches) -> list[ActiveFault]:
        """Return the faults that apply to a request, the innermost layer first."""
        active: list[ActiveFault] = [
            (fault, value) for name, fault in FAULTS.items() if (value := getattr(switches, name, False))
        ]
        entry = next((each for each in self._queue if matches(each.where, request)), None)
        if entry is not None:
            active.append(entry.take(request))
            self._queue = [each for each in self._queue if each.times != 0]
        if self._rng.random() < switches.random_faults:
            name, value = self._rng.choice(RANDOM_FAULTS)
            active.append((FAULTS[name], value))
        return sorted(active, key=lambda each: each[0].layer)
