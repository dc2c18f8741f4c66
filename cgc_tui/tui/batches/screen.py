"""The batches screen: jobs that were submitted together, with their progress."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from cgc_tui.domain.batches import MAX_GAP
from cgc_tui.domain.queries import ResultOrigin
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_query, describe_search
from cgc_tui.services.batches import BatchSearch, all_batches, newest_batches
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.batches.batch_table import BatchTable
from cgc_tui.tui.batches.reader import ReadingStopped, batch_reader
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.context import FLOW, JobsContext
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

RULE = f"Same volume and project, started within {MAX_GAP.seconds // 60} min of each other."


class ChosenBatch(NamedTuple):
    """The batches that were found, and the row of the chosen one."""

    search: BatchSearch
    row: int


class BatchesScreen(Screen[ChosenBatch]):
    """The batches, the latest first, and a last row that searches the older jobs."""

    CSS_PATH = stylesheet("batches")
    BINDINGS = bindings("batches")

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions(), init=False)
    user: reactive[SafeText | None] = reactive[SafeText | None](None)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    search: reactive[BatchSearch | None] = reactive[BatchSearch | None](None, init=False)

    def __init__(self, jobs: JobsContext, search: BatchSearch, row: int) -> None:
        """`search` has found the batches; the cursor is on `row`."""
        super().__init__()
        self._jobs_context = jobs
        self._row = row
        self.set_reactive(BatchesScreen.search, search)
        self.set_reactive(BatchesScreen.as_of, search.page.received_at)

    def compose(self) -> ComposeResult:
        """Lay out what was searched, the batches, the rule and the keys."""
        at, session = BatchesScreen, self._jobs_context.session
        yield TopBar(session.title).data_bind(at.display_options, at.user, at.as_of)
        yield Static("", id="summary", markup=False)
        yield BatchTable(session.clock, self._row).data_bind(at.display_options, at.search)
        yield Static("", id="rule", markup=False)
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the app's state, and show the batches."""
        follow_app(self, display_options="display_options", user="user")
        self._update()
        self.query_one(BatchTable).focus()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._update()

    def watch_search(self, search: BatchSearch | None) -> None:
        """Show the time and the extent of the search."""
        self.as_of = search.page.received_at if search is not None else None
        self._update()

    def _update(self) -> None:
        if self.search is None:
            return
        page, display = self.search.page, self.display_options
        searched = ResultOrigin(SafeText(""), len(page.jobs), page.total, page.received_at)
        where = describe_query(page.query, display, page.origin)
        parts = ("Batches", where, describe_search(searched, display))
        self.query_one("#summary", Static).update(sanitize(display.separator.join(parts)))
        self.query_one("#rule", Static).update(RULE if self.search.batches else f"No batches found. {RULE}")

    @on(BatchTable.Opened)
    def action_jobs(self) -> None:
        """List the jobs of the batch, or search the older jobs."""
        if self.search is None:
            return
        row = self.query_one(BatchTable).cursor_row
        if row < len(self.search.batches):
            self.dismiss(ChosenBatch(self.search, row))
        elif self.search.page.more:
            self._search_older()

    @work(exclusive=True, group=FLOW)
    async def action_read(self) -> None:
        """Search for the newest batches again, unless the user stops that."""
        try:
            self.search = await newest_batches(batch_reader(self._jobs_context))
        except ReadingStopped:
            return

    @work(exclusive=True, group=FLOW)
    async def _search_older(self) -> None:
        try:
            self.search = await all_batches(batch_reader(self._jobs_context))
        except ReadingStopped:
            return

    def action_leave(self) -> None:
        """Go back to the list."""
        self.dismiss(None)
