"""The request log as lines, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import DataTable

from cgc_tui.api.request_log import RequestRecord
from cgc_tui.domain.text import SafeText, truncate
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

FAILED = ("request-list--failed",)


class RequestList(DiffTable, inherit_bindings=False):
    """One line per request, with a cursor that stays on its request while new ones are added above it."""

    COMPONENT_CLASSES = {*FAILED}
    BINDINGS = bindings("event_lines")

    @dataclass
    class Highlighted(Message):
        """The cursor is on another request, or on none."""

        record: RequestRecord | None

    def __init__(self, display: DisplayOptions) -> None:
        super().__init__()
        self.show_header = False
        self.cell_padding = 0
        self._display_options = display
        self._records: Sequence[RequestRecord] = ()
        self._highlighted_record: RequestRecord | None = None

    @property
    def record(self) -> RequestRecord | None:
        """The request under the cursor."""
        return self._records[self.cursor_row] if 0 <= self.cursor_row < len(self._records) else None

    def show(self, records: Sequence[RequestRecord], *, new: int) -> None:
        """Show the records, of which so many are new, without moving what is in view.

        A list that is scrolled to its top stays there, so that new records are seen.
        """
        row = max(0, self.cursor_row + new) if self._records else 0
        scroll = round(self.scroll_y)
        self._records = records
        self._draw()
        self.restore_view(max(0, min(row, len(records) - 1)), scroll + new if scroll else 0)
        self._post_highlight()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the lines to the new width."""
        if event.size.width:
            row, scroll = max(0, self.cursor_row), round(self.scroll_y)
            self.rebuild_columns([TableColumn("request", "", self.available_width)])
            self._draw()
            self.restore_view(row, scroll)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Report the request that the cursor is on."""
        event.stop()
        self._post_highlight()

    def _draw(self) -> None:
        """Write the lines, once the width is known."""
        if self.columns:
            with self.app.batch_update():
                self.update_rows([self._line(record, self.available_width)] for record in self._records)

    def _post_highlight(self) -> None:
        if self.record is not self._highlighted_record:
            self._highlighted_record = self.record
            self.post_message(self.Highlighted(self.record))

    def _line(self, record: RequestRecord, width: int) -> Cell:
        """Return `12:03:20  GET   200   1,031 ms  /v2/storage/imports?offset=0`."""
        status = "---" if record.status is None else str(record.status)
        at = record.at.astimezone(self._display_options.timezone)
        elapsed = f"{record.milliseconds:,} ms"
        head = f"{at:%H:%M:%S}  {record.method:<4}  {status}  {elapsed:>9}  "
        failed = f"{record.error}: " if record.error else ""
        target = truncate(SafeText(failed + record.target), width - len(head), middle=True)
        return Cell(SafeText(head + target), FAILED if record.error else ())
