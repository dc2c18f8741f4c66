"""Rows of jobs as cells: laid out to the width, written where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text
from textual.widgets import DataTable

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.rows import Column, column_widths, row_cells, with_mark

SORT_KEYS = {
    Column.STATE: SortKey.STATE,
    Column.NAME: SortKey.NAME,
    Column.PROJECT: SortKey.PROJECT,
    Column.VOLUME: SortKey.VOLUME,
    Column.STARTED: SortKey.STARTED,
    Column.DURATION: SortKey.DURATION,
    Column.ERROR: SortKey.ERROR,
}

STYLES = {state: f"job-table--{state.lower()}" for state in JobState}


class JobRows(DataTable[Text]):
    """A table whose rows are keyed by their place, so that no key comes from the platform."""

    COMPONENT_CLASSES = {*STYLES.values(), "job-table--muted", "job-table--marked"}

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self.widths: dict[Column, int] = {}
        self._cells: list[tuple[SafeText, ...]] = []

    @property
    def available_width(self) -> int:
        """The cells that columns can take."""
        return self.size.width - self.scrollbar_size_vertical

    def rebuild_columns(self, list_view: ListView, display: DisplayOptions) -> None:
        """Make the columns that fit, and mark the one that is sorted by; the rows are gone then."""
        self.clear(columns=True)
        self._cells = []
        if self.size.width:
            self.widths = column_widths(self.available_width)
        arrow = ("^v" if display.ascii else "▲▼")[list_view.reverse]
        for column, width in self.widths.items():
            sorts = SORT_KEYS[column] is list_view.sort
            label = Text(f"{column} {arrow}" if sorts else column)
            if column is Column.DURATION:
                label = Text(label.plain.rjust(width))
            self.add_column(label, width=width, key=column)

    def update_rows(
        self, jobs: Sequence[ImportJob], marks: Marks, display: DisplayOptions, now: datetime
    ) -> None:
        """Write the cells that differ; add and remove rows at the end alone."""
        cells = [row_cells(job, self.widths, display, now) for job in jobs]
        cells = [
            (with_mark(values[0], display), *values[1:]) if job in marks else values
            for job, values in zip(jobs, cells, strict=True)
        ]
        while self.row_count > len(cells):
            self.remove_row(str(self.row_count - 1))
        for index, (job, values) in enumerate(zip(jobs, cells, strict=True)):
            if index >= self.row_count:
                texts = (
                    self._text(value, column, job, marks)
                    for column, value in zip(self.widths, values, strict=True)
                )
                self.add_row(*texts, key=str(index))
                continue
            for column, value, old in zip(self.widths, values, self._cells[index], strict=True):
                if value != old:
                    self.update_cell(str(index), column, self._text(value, column, job, marks))
        self._cells = cells

    def _text(self, value: SafeText, column: Column, job: ImportJob, marks: Marks) -> Text:
        """Return a cell that is never read as markup."""
        names = []
        if column is Column.STATE:
            names += [style for state, style in STYLES.items() if state == job.state]
            names += ["job-table--marked"] if job in marks else []
        elif column is Column.ERROR:
            names = ["job-table--muted"]
        if not names:
            return Text(value, no_wrap=True)
        return Text(value, style=self.get_component_rich_style(*names, partial=True), no_wrap=True)
