"""The causes of failures as rows: the number of jobs, their share, the code and the message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable

from cgc_tui.domain.causes import Cause
from cgc_tui.domain.text import SafeText, sanitize, truncate
from cgc_tui.formatting.causes import bar, message_line, percentage
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

BAR_CELLS = 10
WIDTHS = {"Jobs": 6, "Share": BAR_CELLS + 6, "Code": 6}
PADDING = 2


class CauseTable(DiffTable, inherit_bindings=False):
    """One row per cause, the most frequent cause first."""

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

    def __init__(self, first_row: int = 0) -> None:
        """`first_row` is the row of the cursor on the first causes."""
        super().__init__()
        self._first_row = first_row

    @property
    def cause(self) -> Cause | None:
        """The cause under the cursor."""
        return self.causes[self.cursor_row] if 0 <= self.cursor_row < len(self.causes) else None

    def watch_causes(self) -> None:
        """Show the causes."""
        self._draw()
        if self.columns:
            self.post_message(self.Highlighted(self.cause))

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the messages to the new width."""
        if event.size.width:
            row = self.cursor_row if self.row_count else self._first_row
            self.rebuild_columns(self._columns())
            self._draw()
            self.move_cursor(row=row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Report the cause under the cursor."""
        event.stop()
        self.post_message(self.Highlighted(self.cause))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Report that a cause was clicked twice."""
        event.stop()
        self.post_message(self.Opened())

    @property
    def _message_width(self) -> int:
        fixed = sum(width + PADDING for width in WIDTHS.values())
        return max(10, self.available_width - fixed - PADDING)

    def _columns(self) -> Iterator[TableColumn]:
        for name, width in WIDTHS.items():
            yield TableColumn(name, name.rjust(width) if name == "Jobs" else name, width)
        yield TableColumn("message", "Error message", self._message_width)

    def _draw(self) -> None:
        """Write the rows, once the width is known."""
        if self.columns:
            total = sum(len(cause.jobs) for cause in self.causes)
            self.update_rows(self._cause_cells(cause, total) for cause in self.causes)

    def _cause_cells(self, cause: Cause, total: int) -> tuple[Cell, ...]:
        largest, count = len(self.causes[0].jobs), len(cause.jobs)
        share_bar = bar(count, largest, BAR_CELLS, self.display_options).ljust(BAR_CELLS)
        code = SafeText("") if cause.code is None else sanitize(cause.code)
        return (
            Cell(SafeText(f"{count:,}".rjust(WIDTHS["Jobs"]))),
            Cell(SafeText(f"{share_bar}{percentage(count, total):>6}"), ("cause-table--bar",)),
            Cell(truncate(code, WIDTHS["Code"])),
            Cell(truncate(message_line(cause), self._message_width)),
        )
