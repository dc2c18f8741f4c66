"""The details of one cause, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.widgets import Static

from cgc_tui.domain.causes import Cause
from cgc_tui.domain.text import has_visible_character, sanitize
from cgc_tui.formatting.causes import NO_REASON, cause_rows
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.job_detail import label_grid

LABEL_CELLS = 12
MAX_CHARS = 20_000
ADVICE = ("Check", "Fix")


class CauseDetail(VerticalScroll):
    """The full message of the platform, its meaning, and when and where it occurred."""

    COMPONENT_CLASSES = {"cause-detail--failed", "cause-detail--label", "cause-detail--hint"}

    BINDINGS = bindings("detail")

    cause: reactive[Cause | None] = reactive[Cause | None](None)
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Lay out the facts, which scroll."""
        yield Static(id="facts", markup=False)

    def watch_cause(self) -> None:
        """Show the cause from its top."""
        self._draw()
        self.scroll_home(animate=False)

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or self.cause is None:
            return
        headline = Text(f"{len(self.cause.jobs):,} failed", style=self._style("failed"))
        if self.cause.code is not None:
            headline.append(f"   {self.cause.code}")
        message = sanitize(self.cause.message or "", multiline=True, max_chars=MAX_CHARS)
        message = message if has_visible_character(message) else NO_REASON
        layout = label_grid(LABEL_CELLS)
        for label, value in cause_rows(self.cause, self.display_options, self._clock()):
            style = self._style("hint") if label in ADVICE else ""
            layout.add_row(Text(label, style=self._style("label")), Text(value, style=style))
        whole = Table.grid(expand=True)
        whole.add_column(overflow="fold")
        for line in (headline, Text(message), layout):
            whole.add_row(line)
        self.query_one("#facts", Static).update(whole)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"cause-detail--{name}", partial=True)
