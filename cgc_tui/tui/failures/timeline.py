"""Plots of ended jobs over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Sparkline, Static

from cgc_tui.domain.causes import histogram
from cgc_tui.formatting.causes import timeline_label
from cgc_tui.formatting.display import DisplayOptions

Times = tuple[datetime, ...] | None
"""When jobs ended, None if not requested."""

BINS = 72
"""The number of bins; fewer than the columns of a narrow terminal, so that each bin is visible."""


class FailureTimeline(Vertical):
    """Two plots over the same time: failed jobs and, if they were requested, completed jobs."""

    failed: reactive[Times] = reactive[Times](None)
    completed: reactive[Times] = reactive[Times](None)
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Create the plots, each with its label."""
        for name in ("failed", "completed"):
            yield Sparkline([], id=f"{name}-plot")
            yield Static("", id=f"{name}-label", classes="plot-label", markup=False)

    def watch_failed(self) -> None:
        """Redraw the plots."""
        self._draw()

    def watch_completed(self) -> None:
        """Redraw the plots."""
        self._draw()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        times = [*(self.failed or ()), *(self.completed or ())]
        first, last = min(times, default=None), max(times, default=None)
        for name, shown in (("failed", self.failed), ("completed", self.completed)):
            plot, label = self.query_one(f"#{name}-plot", Sparkline), self.query_one(f"#{name}-label", Static)
            label.display = plot.display = bool(shown and first and last)
            plot.display = plot.display and not self.display_options.ascii
            if shown and first and last:
                counts = histogram(shown, first, last, BINS)
                plot.data = counts
                text = timeline_label(counts, first, last, self.display_options, self._clock())
                label.update(f"{name} {text}")
