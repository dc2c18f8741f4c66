"""The request log: the requests to the platform and their results."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from cgc_tui.api.request_log import RequestLog
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.dialogs.base import Dialog
from cgc_tui.tui.dialogs.text import TextDialog
from cgc_tui.tui.messages import CopyRequested
from cgc_tui.tui.request_log.request_list import RequestList
from cgc_tui.tui.stylesheets import stylesheet

UPDATE_INTERVAL = 0.5
"""Seconds between two checks of the log; without new records nothing is drawn."""


class RequestLogDialog(Dialog[None]):
    """The requests, newest first, with the full entry of the one under the cursor below."""

    HINTS = (("enter", "Full entry"),)
    CSS_PATH = stylesheet("request_log")
    BINDINGS = bindings("events")

    def __init__(self, request_log: RequestLog, display: DisplayOptions) -> None:
        super().__init__()
        self._request_log = request_log
        self._display_options = display
        self._seen = 0

    def compose(self) -> ComposeResult:
        """Lay out the heading, the requests, the entry and the keys."""
        with Vertical(id="dialog"):
            yield Static("", id="heading", markup=False, classes="heading")
            yield RequestList(self._display_options)
            yield Static("", id="entry", markup=False)

    def on_mount(self) -> None:
        """Show the records, and add new ones as they are logged."""
        self.call_after_refresh(self._update)
        self.set_interval(UPDATE_INTERVAL, self._update)

    def _update(self) -> None:
        """Show the records that were added since the last update."""
        new, self._seen = self._request_log.added - self._seen, self._request_log.added
        if not new:
            return
        records = self._request_log.records
        kept = f"the last {len(records)} of " if len(records) < self._request_log.added else ""
        trouble = f". {self._request_log.write_error}" if self._request_log.write_error else ""
        heading = f"Request log: {kept}{self._request_log.added:,}, newest first{trouble}"
        self.query_one("#heading", Static).update(sanitize(heading))
        self.query_one(RequestList).show(records, new=new)

    @on(RequestList.Highlighted)
    def _show_entry(self, message: RequestList.Highlighted) -> None:
        text = message.record.text() if message.record is not None else ""
        self.query_one("#entry", Static).update(sanitize(text, multiline=True))

    def action_whole(self) -> None:
        """Show the full entry in a dialog that scrolls."""
        if (record := self.query_one(RequestList).record) is not None:
            self.app.push_screen(TextDialog(SafeText("Request"), record.text(), label=SafeText("the entry")))

    def action_copy(self) -> None:
        """Copy the full entry."""
        if (record := self.query_one(RequestList).record) is not None:
            self.post_message(CopyRequested(record.text(), SafeText("the entry")))
