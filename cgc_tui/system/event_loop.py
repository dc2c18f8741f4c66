"""An event loop that also works if the machine allows no further threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple, cast

from cgc_tui.system.process_limits import is_thread_limit

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine like `asyncio.run`, also if no thread can be started."""
    with asyncio.Runner(loop_factory=FrugalEventLoop) as runner:
        try:
            return runner.run(main)
        except RuntimeError:
            if (error := cast(FrugalEventLoop, runner.get_loop()).out_of_memory) is not None:
                raise error from None
            raise


class FrugalEventLoop(asyncio.SelectorEventLoop):
    """An event loop that runs executor calls itself if no thread can be started."""

    out_of_memory: MemoryError | None = None
    """The error that has stopped the loop."""

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Result], *args: *Arguments
    ) -> asyncio.Future[Result]:
        """Run a call in a thread, or in the loop."""
        # A pool queues a call before it starts a thread for it: whichever is first runs the call.
        unclaimed = Lock()
        outcome: Future[Result] = Future()

        def run_once() -> None:
            if not unclaimed.acquire(blocking=False) or not outcome.set_running_or_notify_cancel():
                return
            try:
                result = func(*args)
            except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
                outcome.set_exception(error)
            else:
                outcome.set_result(result)

        try:
            super().run_in_executor(executor, run_once)
        except RuntimeError as error:
            if not is_thread_limit(error):
                raise
            run_once()
        return asyncio.wrap_future(outcome, loop=self)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Stop the loop on a MemoryError, since data from a connection may be lost."""
        error = context.get("exception")
        if isinstance(error, MemoryError):
            self.out_of_memory = error
            self.stop()
        else:
            super().default_exception_handler(context)

    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        """End the threads, also if the thread that asyncio uses to wait for them cannot be started."""
        try:
            await super().shutdown_default_executor(*timeout)
        except RuntimeError as error:
            if not is_thread_limit(error):
                raise
