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


class EventLines(ScrollView, can_focus=True, inherit_bindings=False):
    """One line an event, with a cursor that stays on its event while new ones come above it."""

    COMPONENT_CLASSES = {"event-lines--cursor", "event-lines--failed"}
    BINDINGS = bindings("event_lines")

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Highlighted(Message):
        """The cursor is on another event, or on none."""

        event: RequestRecord | None

    def __init__(self, look: DisplayOptions) -> None:
        super().__init__()
        self._look = look
        self._events: Sequence[RequestRecord] = ()

    @property
    def event(self) -> RequestRecord | None:
        """The event under the cursor."""
        return self._events[self.cursor] if self._events else None

    def show(self, events: Sequence[RequestRecord], *, new: int) -> None:
        """Show the events, of which so many are new: what one looks at stays in its place.

        A list at its top stays there, so that new events are seen.
        """
        before, top = self.event, round(self.scroll_y)
        self._events = events
        self.virtual_size = Size(self.size.width, len(events))
        self.set_reactive(EventLines.cursor, max(0, min(self.cursor + new * bool(before), len(events) - 1)))
        if top:
            self.scroll_to(y=top + new, animate=False, force=True, immediate=True)
        self._keep_in_view()
        self.refresh()
        if self.event is not before:
            self.post_message(self.Highlighted(self.event))

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor among the events."""
        return max(0, min(cursor, len(self._events) - 1))

    def watch_cursor(self) -> None:
        """Show the cursor where it is now."""
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Highlighted(self.event))

    def action_move(self, rows: int) -> None:
        """Move the cursor up or down."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is seen at once."""
        self.cursor += pages * max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        """Return a line of what is in view."""
        width, place = self.size.width, round(self.scroll_y) + y
        if place >= len(self._events):
            return Strip.blank(width, self.rich_style)
        event = self._events[place]
        style = self.rich_style
        if event.error is not None:
            style += self.get_component_rich_style("event-lines--failed", partial=True)
        if place == self.cursor:
            style = self.get_component_rich_style("event-lines--cursor")
        text = self._line(event, width)
        return Strip([Segment(text + " " * (width - cell_width(text)), style)], width)

    def _keep_in_view(self) -> None:
        row = Region(0, self.cursor, 1, 1)
        self.scroll_to_region(row, animate=False, force=True, immediate=True)

    def _line(self, event: RequestRecord, width: int) -> SafeText:
        """Return `12:03:20  GET   200   1,031 ms  /v2/storage/imports?offset=0`."""
        status = "---" if event.status is None else str(event.status)
        at = event.at.astimezone(self._look.timezone)
        took = f"{event.milliseconds:,} ms"
        head = f"{at:%H:%M:%S}  {event.method:<4}  {status}  {took:>9}  "
        failed = f"{event.error}: " if event.error else ""
        return SafeText(head + truncate(SafeText(failed + event.target), width - len(head), middle=True))
