"""The batches as rows: when they started, from where to where, and their progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable

from cgc_tui.domain.batches import Batch, batch_progress
from cgc_tui.domain.text import SafeText, truncate
from cgc_tui.formatting.batches import BatchColumn, batch_cells, batch_widths, progress_bar
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.batches import BatchSearch
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

SEARCH_OLDER = SafeText("Search older jobs")


class BatchTable(DiffTable, inherit_bindings=False):
    """One row per batch, the latest first; a last row offers the jobs that were not searched."""

    COMPONENT_CLASSES = {"batch-table--failed", "batch-table--bar"}
    BINDINGS = bindings("batch_table")

    search: reactive[BatchSearch | None] = reactive[BatchSearch | None](None)
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    @dataclass
    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, clock: Callable[[], datetime], first_row: int = 0) -> None:
        """`first_row` is the row of the cursor on the first batches."""
        super().__init__()
        self._clock = clock
        self._first_row = first_row

    def watch_search(self) -> None:
        """Show the batches."""
        self._draw()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        if event.size.width:
            self._draw()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Report that a row was clicked twice."""
        event.stop()
        self.post_message(self.Opened())

    def _draw(self) -> None:
        """Write the rows below the columns that fit them, once the width is known."""
        if self.search is None or not self.size.width:
            return
        row = self.cursor_row if self.row_count else self._first_row
        cells = [self._texts(batch) for batch in self.search.batches]
        widths = batch_widths(cells, self.available_width, min_route=len(SEARCH_OLDER))
        with self.app.batch_update():
            self.fit_columns(self._columns(widths))
            self.update_rows(self._rows(cells, widths))
            self.move_cursor(row=row)

    def _texts(self, batch: Batch) -> dict[BatchColumn, SafeText]:
        return batch_cells(
            batch, batch_progress(batch.jobs, self._clock()), self.display_options, self._clock()
        )

    def _columns(self, widths: dict[BatchColumn, int]) -> Iterator[TableColumn]:
        for column, width in widths.items():
            yield TableColumn(column, column.rjust(width) if column.is_number else column, width)

    def _rows(
        self, cells: list[dict[BatchColumn, SafeText]], widths: dict[BatchColumn, int]
    ) -> Iterator[tuple[Cell, ...]]:
        if self.search is None:
            return
        for batch, texts in zip(self.search.batches, cells, strict=True):
            yield tuple(self._cell(batch, column, texts[column], width) for column, width in widths.items())
        if self.search.page.more:
            yield tuple(
                Cell(SEARCH_OLDER if column is BatchColumn.ROUTE else SafeText("")) for column in widths
            )

    def _cell(self, batch: Batch, column: BatchColumn, text: SafeText, width: int) -> Cell:
        match column:
            case BatchColumn.PROGRESS:
                progress = batch_progress(batch.jobs, self._clock())
                bar = progress_bar(progress, width - len(text.rjust(5)) - 1, self.display_options)
                return Cell(SafeText(f"{bar} {text:>5}"), ("batch-table--bar",))
            case BatchColumn.FAILED if text != "0":
                return Cell(SafeText(text.rjust(width)), ("batch-table--failed",))
        return Cell(SafeText(text.rjust(width)) if column.is_number else truncate(text, width))
