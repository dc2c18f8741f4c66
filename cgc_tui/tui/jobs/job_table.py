"""The table of jobs: one page, of which only changed cells are redrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.job_columns import (
    NUMBERS,
    Column,
    column_widths,
    row_cells,
    with_mark,
    with_retry_sign,
)
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

SORT_KEYS = {
    Column.STATE: SortKey.STATE,
    Column.NAME: SortKey.NAME,
    Column.PROJECT: SortKey.PROJECT,
    Column.VOLUME: SortKey.VOLUME,
    Column.STARTED: SortKey.STARTED,
    Column.DURATION: SortKey.DURATION,
    Column.ERROR: SortKey.ERROR,
    Column.SIZE: SortKey.SIZE,
}

STATE_STYLES: dict[str, str] = {state: f"job-table--{state.lower()}" for state in JobState}


class JobTable(DiffTable, inherit_bindings=False):
    """The jobs of a page, searched and sorted by the list view.

    The cursor stays on its job, and the job on its screen line, when a page is replaced; a list that is
    scrolled to its top stays there.
    """

    COMPONENT_CLASSES = {*STATE_STYLES.values(), "job-table--muted", "job-table--marked"}
    BINDINGS = bindings("table")

    page: reactive[JobPage | None] = reactive[JobPage | None](None)
    list_view: reactive[ListView] = reactive(ListView())
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    marks: reactive[Marks] = reactive(Marks())
    retried_ids: reactive[frozenset[str]] = reactive(frozenset[str]())

    class Highlighted(Message):
        """The job under the cursor is another one, has changed, or is gone."""

        def __init__(self, job: ImportJob | None) -> None:
            super().__init__()
            self.job = job

    class SortRequested(Message):
        """A heading was clicked."""

        def __init__(self, key: SortKey) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._widths: dict[Column, int] = {}
        self._shown: tuple[ImportJob, ...] = ()
        self._list: tuple[JobQuery, ResultOrigin | None] | None = None
        self._highlighted_job: ImportJob | None = None

    @property
    def job(self) -> ImportJob | None:
        """The job under the cursor."""
        return self._job_at(self.cursor_row)

    @property
    def shown_jobs(self) -> tuple[ImportJob, ...]:
        """The jobs in the rows, from top to bottom."""
        return self._shown

    def move_to_next(self, direction: Literal["down", "up"], *, failed: bool) -> bool:
        """Move the cursor to the next row or failed job in a direction; return whether there is one."""
        below = range(self.cursor_row + 1, len(self._shown))
        for row in below if direction == "down" else reversed(range(self.cursor_row)):
            if not failed or self._shown[row].state == JobState.FAILED:
                self.move_cursor(row=row)
                return True
        return False

    @property
    def position(self) -> tuple[ImportJob | None, int]:
        """The job under the cursor, and the line that the list is scrolled to."""
        return self.job, int(self.scroll_y)

    def go_to(self, position: tuple[ImportJob | None, int]) -> None:
        """Restore a former position if its job is shown."""
        job, scroll = position
        rows = {shown.id: row for row, shown in enumerate(self._shown)}
        if job is not None and job.id in rows:
            self.restore_view(rows[job.id], scroll)

    def watch_page(self) -> None:
        """Show the page."""
        self._draw()

    def watch_list_view(self) -> None:
        """Show the matching jobs in the new order, and mark the sorted column."""
        self._draw(rebuild=bool(self._widths))

    def watch_as_of(self) -> None:
        """Redraw the times, which are relative to today."""
        self._draw()

    def watch_marks(self) -> None:
        """Show which jobs are marked."""
        self._draw()

    def watch_retried_ids(self) -> None:
        """Show which jobs were retried."""
        self._draw()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        if not event.size.width:
            return
        if self._fitting_widths() != self._widths:
            self._draw(rebuild=True)
        else:
            self.move_cursor(row=self.cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Report the job under the cursor."""
        event.stop()
        self._post_highlight()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open the job that was clicked."""
        event.stop()
        self.post_message(self.Opened())

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Request sorting by the column whose heading was clicked."""
        event.stop()
        self.post_message(self.SortRequested(SORT_KEYS[Column(event.column_key.value or "")]))

    def _job_at(self, row: int) -> ImportJob | None:
        """Return the job in a row, None if there is no such row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _draw(self, *, rebuild: bool = False) -> None:
        """Update the rows, then restore the cursor and the scroll position."""
        if not (self._widths or rebuild):
            return
        row = max(0, self.cursor_row)
        job = self._job_at(row)
        scroll = int(self.scroll_y)
        self._shown = self.list_view.rows_of(self.page) if self.page else ()
        with self.app.batch_update():
            if rebuild or (self.size.width and self._fitting_widths() != self._widths):
                if self.size.width:
                    self._widths = self._fitting_widths()
                self.rebuild_columns(self._columns())
            now = self._clock()
            self.update_rows(self._job_cells(job, now) for job in self._shown)
            self._restore_cursor(row, job.id if job else None, scroll)
        self._post_highlight()

    def _columns(self) -> Iterator[TableColumn]:
        """Yield the columns that fit, with an arrow in the heading of the sorted column."""
        arrow = ("^v" if self.display_options.ascii else "▲▼")[self.list_view.reverse]
        for column, width in self._widths.items():
            label = f"{column} {arrow}" if SORT_KEYS[column] is self.list_view.sort else str(column)
            yield TableColumn(column, label.rjust(width) if column in NUMBERS else label, width)

    def _fitting_widths(self) -> dict[Column, int]:
        """Return the columns that fit; the column of a filtered project or volume has no news."""
        query = self.page.query if self.page is not None else JobQuery()
        filtered = {Column.PROJECT: query.project, Column.VOLUME: query.volume}
        return column_widths(self.available_width, hidden={name for name, value in filtered.items() if value})

    def _job_cells(self, job: ImportJob, now: datetime) -> list[Cell]:
        cells = []
        values = row_cells(job, self._widths, self.display_options, now)
        for column, value in zip(self._widths, values, strict=True):
            match column:
                case Column.STATE:
                    styles = [STATE_STYLES[job.state]] if job.state in STATE_STYLES else []
                    if job in self.marks:
                        value = with_mark(value, self.display_options)
                        styles.append("job-table--marked")
                    cells.append(Cell(value, tuple(styles)))
                case Column.NAME if job.id in self.retried_ids:
                    cells.append(Cell(with_retry_sign(value, self._widths[column], self.display_options)))
                case Column.ERROR:
                    cells.append(Cell(value, ("job-table--muted",)))
                case _:
                    cells.append(Cell(value))
        return cells

    def _restore_cursor(self, row: int, job_id: str | None, scroll: int) -> None:
        """Put the cursor on its job, and keep the job on its screen line.

        If the job is gone, the cursor stays on its row if the list is still the same, and goes to the top of
        another list.
        """
        shown = (self.page.query, self.page.origin) if self.page is not None else None
        same, self._list = shown == self._list, shown
        rows = {job.id: index for index, job in enumerate(self._shown)}
        height = max(1, self.size.height - self.header_height)
        target = rows.get(job_id or "", min(row, max(0, len(rows) - 1)) if same else 0)
        if row == 0 and scroll == 0 and target >= height:
            target = 0
        elif scroll:
            scroll += target - row
        self.restore_view(target, scroll)

    def _post_highlight(self) -> None:
        if self.job != self._highlighted_job:
            self._highlighted_job = self.job
            self.post_message(self.Highlighted(self._highlighted_job))
