"""A choice of one batch: jobs that were submitted together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from cgc_tui.domain.batches import MAX_GAP, Batch, batch_progress
from cgc_tui.domain.queries import JobPage, ResultOrigin
from cgc_tui.domain.text import SafeText, truncate
from cgc_tui.formatting.batches import done_label, route_label, started_label
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_search
from cgc_tui.tui.dialogs.options import OptionDialog
from cgc_tui.tui.keys import bindings

STARTED_CELLS = 13
DONE_CELLS = 28
LINE_CELLS = 66

ALL = -1
"""The result that asks to search older jobs too."""


class BatchPicker(OptionDialog[int]):
    """The batches among the jobs that were searched, the latest first; the result is an index or `ALL`."""

    BINDINGS = bindings("batches")

    def __init__(
        self,
        batches: Sequence[Batch],
        page: JobPage,
        *,
        display: DisplayOptions,
        now: datetime,
        row: int = 0,
    ) -> None:
        """`page` holds the jobs that were searched; the cursor is on `row`."""
        super().__init__()
        self._batches = batches
        self._page = page
        self._display_options = display
        self._now = now
        self._row = row

    def compose(self) -> ComposeResult:
        """Lay out what was searched, the batches, the rule and the keys."""
        page = self._page
        origin = ResultOrigin(SafeText(""), len(page.jobs), page.total, page.received_at)
        lines = [Content(self._line(batch)) for batch in self._batches]
        if self._page.more:
            lines.append(Content("Search older jobs"))
        with Vertical(id="dialog"):
            yield Static(
                f"Batches{self._display_options.separator}{describe_search(origin, self._display_options)}",
                markup=False,
                classes="heading",
            )
            yield OptionList(*lines)
            minutes = int(MAX_GAP.total_seconds() / 60)
            rule = f"Same volume and project, started within {minutes} min of each other."
            yield Static(rule if lines else f"No batches found. {rule}", markup=False, classes="keys")
            yield Static("Enter Select   Esc Back", markup=False)

    def on_mount(self) -> None:
        """Put the cursor on its row."""
        super().on_mount()
        self.query_one(OptionList).highlighted = self._row

    def _line(self, batch: Batch) -> SafeText:
        done = done_label(
            batch_progress(batch.jobs, self._now), self._display_options, may_continue=batch.may_continue
        )
        start = started_label(batch, self._display_options, self._now)
        return truncate(
            SafeText(
                f"{start:<{STARTED_CELLS}}{done:<{DONE_CELLS}}  {route_label(batch, self._display_options)}"
            ),
            LINE_CELLS,
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Close with the index of the batch, or with `ALL`."""
        index = event.option_index
        self.dismiss(index if index < len(self._batches) else ALL)
