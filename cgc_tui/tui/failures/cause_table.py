"""The causes of failures as rows: how many jobs, how large a share, and of what."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable

from cgc_tui.domain.causes import Cause
from cgc_tui.domain.text import SafeText, sanitize, truncate
from cgc_tui.formatting.causes import bar, message_line, percentage
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.keys import bindings

BAR_CELLS = 10
WIDTHS = {"Jobs": 6, "Share": BAR_CELLS + 5, "Code": 6}
PADDING = 2


class CauseTable(DataTable[Text], inherit_bindings=False):
    """One row a cause, the cause of most jobs first; rows are keyed by their place."""

    COMPONENT_CLASSES = {"cause-table--bar"}
    BINDINGS = bindings("table")

    causes: reactive[tuple[Cause, ...]] = reactive[tuple[Cause, ...]](())
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    @dataclass
    class Highlighted(Message):
        """The cursor is on another cause, or on none."""

        cause: Cause | None

    @dataclass
    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)

    @property
    def cause(self) -> Cause | None:
        """The cause under the cursor."""
        return self.causes[self.cursor_row] if 0 <= self.cursor_row < len(self.causes) else None

    def watch_causes(self) -> None:
        """Show the causes; the cursor goes to the first."""
        self._draw()
        self.post_message(self.Highlighted(self.cause))

    def watch_display_options(self) -> None:
        """Say the same in another way."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Give the message what room there is."""
        if event.size.width:
            self._draw()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Tell which cause the cursor is on."""
        event.stop()
        self.post_message(self.Highlighted(self.cause))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open the cause that was clicked."""
        event.stop()
        self.post_message(self.Opened())

    def _draw(self) -> None:
        """Write all rows anew; there are few."""
        row = max(0, self.cursor_row)
        self.clear(columns=True)
        left = self.size.width - self.scrollbar_size_vertical - PADDING
        for name, width in WIDTHS.items():
            self.add_column(Text(name.rjust(width) if name == "Jobs" else name), width=width)
            left -= width + PADDING
        self.add_column(Text("What the platform says"), width=max(10, left))
        total = sum(len(cause.jobs) for cause in self.causes)
        for number, cause in enumerate(self.causes):
            self.add_row(*self._row(cause, total, max(10, left)), key=str(number))
        self.move_cursor(row=min(row, max(0, len(self.causes) - 1)))

    def _row(self, cause: Cause, total: int, width: int) -> tuple[Text, ...]:
        most, count = len(self.causes[0].jobs), len(cause.jobs)
        part = Text(
            bar(count, most, BAR_CELLS, self.display_options).ljust(BAR_CELLS),
            style=self.get_component_rich_style("cause-table--bar", partial=True),
        )
        part.append(f"{percentage(count, total):>5}")
        code = SafeText("") if cause.code is None else sanitize(cause.code)
        jobs = Text(f"{count:,}".rjust(WIDTHS["Jobs"]))
        return (
            jobs,
            part,
            Text(truncate(code, WIDTHS["Code"])),
            Text(truncate(message_line(cause), width), no_wrap=True),
        )
