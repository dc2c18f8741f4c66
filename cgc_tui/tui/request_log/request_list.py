"""The event log as lines, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cgc_tui.api.request_log import RequestRecord
from cgc_tui.domain.text import SafeText, cell_width, truncate
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.keys import bindings


class RequestList(ScrollView, can_focus=True, inherit_bindings=False):
    """One line an event, with a cursor that stays on its event while new ones come above it."""

    COMPONENT_CLASSES = {"request-list--cursor", "request-list--failed"}
    BINDINGS = bindings("event_lines")

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Highlighted(Message):
        """The cursor is on another event, or on none."""

        record: RequestRecord | None

    def __init__(self, display: DisplayOptions) -> None:
        super().__init__()
        self._display_options = display
        self._records: Sequence[RequestRecord] = ()

    @property
    def record(self) -> RequestRecord | None:
        """The event under the cursor."""
        return self._records[self.cursor] if self._records else None

    def show(self, records: Sequence[RequestRecord], *, new: int) -> None:
        """Show the events, of which so many are new: what one looks at stays in its place.

        A list at its top stays there, so that new events are seen.
        """
        before, top = self.record, round(self.scroll_y)
        self._records = records
        self.virtual_size = Size(self.size.width, len(records))
        self.set_reactive(RequestList.cursor, max(0, min(self.cursor + new * bool(before), len(records) - 1)))
        if top:
            self.scroll_to(y=top + new, animate=False, force=True, immediate=True)
        self._keep_in_view()
        self.refresh()
        if self.record is not before:
            self.post_message(self.Highlighted(self.record))

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor among the events."""
        return max(0, min(cursor, len(self._records) - 1))

    def watch_cursor(self) -> None:
        """Show the cursor where it is now."""
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Highlighted(self.record))

    def action_move(self, rows: int) -> None:
        """Move the cursor up or down."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is seen at once."""
        self.cursor += pages * max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        """Return a line of what is in view."""
        width, index = self.size.width, round(self.scroll_y) + y
        if index >= len(self._records):
            return Strip.blank(width, self.rich_style)
        record = self._records[index]
        style = self.rich_style
        if record.error is not None:
            style += self.get_component_rich_style("request-list--failed", partial=True)
        if index == self.cursor:
            style = self.get_component_rich_style("request-list--cursor")
        text = self._line(record, width)
        return Strip([Segment(text + " " * (width - cell_width(text)), style)], width)

    def _keep_in_view(self) -> None:
        row = Region(0, self.cursor, 1, 1)
        self.scroll_to_region(row, animate=False, force=True, immediate=True)

    def _line(self, record: RequestRecord, width: int) -> SafeText:
        """Return `12:03:20  GET   200   1,031 ms  /v2/storage/imports?offset=0`."""
        status = "---" if record.status is None else str(record.status)
        at = record.at.astimezone(self._display_options.timezone)
        elapsed = f"{record.milliseconds:,} ms"
        head = f"{at:%H:%M:%S}  {record.method:<4}  {status}  {elapsed:>9}  "
        failed = f"{record.error}: " if record.error else ""
        return SafeText(head + truncate(SafeText(failed + record.target), width - len(head), middle=True))
