"""Runs many requests at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from cgc_tui.api.throttle import BULK_SLOTS

MAX_TASKS = 2 * BULK_SLOTS
"""More than run in the bulk lane, so that the next requests are ready when it has room."""

Key = TypeVar("Key")


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks and wait until they have ended."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def crawl(first: Sequence[Key], read: Callable[[Key], Coroutine[Any, Any, Iterable[Key]]]) -> None:
    """Read each key, and each key that a reading returns, once, many at a time.

    Raises the first error of a reading; the others are cancelled then.
    """
    known = dict.fromkeys(first)
    pending = list(reversed(known))
    running: set[asyncio.Task[Iterable[Key]]] = set()
    done: set[asyncio.Task[Iterable[Key]]] = set()
    try:
        while pending or running:
            while pending and len(running) < MAX_TASKS:
                running.add(asyncio.create_task(read(pending.pop())))
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                new = [key for key in dict.fromkeys(task.result()) if key not in known]
                known |= dict.fromkeys(new)
                pending += reversed(new)
    finally:
        await cancel_all(running | done)
