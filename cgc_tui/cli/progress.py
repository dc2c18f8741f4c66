"""A progress line on standard error, if that is a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from cgc_tui.domain.errors import CgcError, RateLimited
from cgc_tui.domain.text import cell_width

if TYPE_CHECKING:
    from cgc_tui.api.listing import FetchProgress
    from cgc_tui.cli.context import CommandContext
    from cgc_tui.services.compare import CompareProgress

REDRAW_INTERVAL = 0.25
BAR_CELLS = 30


class ProgressLine:
    """A line with a bar, redrawn at most four times a second and cleared at the end of the context.

    Until something has been read, it shows what is being loaded: `activity`.
    """

    def __init__(
        self,
        context: CommandContext,
        activity: str = "Loading import jobs",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._activity = activity
        self._clock = clock
        self._live = context.err.isatty()
        self._next = 0.0
        self._drawn = 0

    def __enter__(self) -> ProgressLine:
        if self._live:
            ellipsis = "..." if self._context.display.ascii else "…"
            self._draw(f"{self._activity} from {self._context.session.title} {ellipsis}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, progress: FetchProgress) -> None:
        """Draw how many jobs have been read."""
        if self._is_due():
            self._draw(self._jobs_text(progress))

    def show_comparison(self, progress: CompareProgress) -> None:
        """Draw how many jobs have been read, and how many objects were found in a bucket."""
        if self._is_due():
            found = "" if progress.objects is None else f", {progress.objects:,} objects"
            self._draw(self._jobs_text(progress) + found)

    def show_checked(self, done: int, total: int) -> None:
        """Draw how many keys have been looked up."""
        if self._is_due():
            self._draw(f"{done:,} of {total:,} keys")

    def _is_due(self) -> bool:
        if not self._live or self._clock() < self._next:
            return False
        self._next = self._clock() + REDRAW_INTERVAL
        return True

    def _jobs_text(self, progress: FetchProgress | CompareProgress) -> str:
        text = f"{progress.jobs:,} jobs"
        if progress.total:
            full = BAR_CELLS * progress.jobs // progress.total
            solid, empty = ("#", ".") if self._context.display.ascii else ("█", "░")
            text = f"{solid * full}{empty * (BAR_CELLS - full)} {progress.jobs:,} of {progress.total:,} jobs"
        return text

    def retrying(self, error: CgcError, wait: float) -> None:
        """Report a wait for the rate limit; other retries are short and not reported."""
        if isinstance(error, RateLimited):
            self.clear()
            self._context.say(f"{error.summary}; retrying in {wait:.0f} s.")

    def _draw(self, text: str) -> None:
        self.clear()
        self._drawn = cell_width(text)
        print(text, end="\r", file=self._context.err, flush=True)

    def clear(self) -> None:
        """Remove the line until the next progress."""
        if self._drawn:
            print(" " * self._drawn, end="\r", file=self._context.err, flush=True)
            self._drawn = 0
