"""Protocols for services that work in the background."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result", covariant=True)


class BackgroundTask(Protocol[Result]):
    """A coroutine that runs."""

    def cancel(self) -> object: ...

    async def wait(self) -> Result: ...


class BackgroundTimer(Protocol):
    """A callback that is due."""

    def stop(self) -> None: ...


class BackgroundHost(Protocol):
    """Runs coroutines and timers until the program ends; a screen is one."""

    def run_worker(
        self, work: Callable[[], Coroutine[Any, Any, None]], *, group: str, exclusive: bool
    ) -> BackgroundTask[None]:
        """Run a coroutine function or a partial of one."""

    def set_timer(self, delay: float, callback: Callable[[], object]) -> BackgroundTimer:
        """Call back after so many seconds."""
