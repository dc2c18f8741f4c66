"""The list of jobs: one page, drawn again only where it changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.rows import Column, column_widths
from cgc_tui.tui.jobs.job_rows import SORT_KEYS, JobRows
from cgc_tui.tui.keys import bindings


class JobTable(JobRows, inherit_bindings=False):
    """The jobs of a page, found and sorted as the arrangement says.

    Rows are keyed by their place, so no key comes from the platform. The cursor stays on its job and the
    job at its height when a page is replaced; a list at its top stays there.
    """

    BINDINGS = bindings("table")

    page: reactive[JobPage | None] = reactive[JobPage | None](None)
    arrangement: reactive[ListView] = reactive(ListView())
    look: reactive[DisplayOptions] = reactive(DisplayOptions())
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    marks: reactive[Marks] = reactive(Marks())

    class Highlighted(Message):
        """The cursor is on another job, on the same one changed, or on none."""

        def __init__(self, job: ImportJob | None) -> None:
            super().__init__()
            self.job = job

    class SortAsked(Message):
        """A heading was clicked."""

        def __init__(self, key: SortKey) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._shown: tuple[ImportJob, ...] = ()
        self._query: JobQuery | None = None
        self._told: ImportJob | None = None

    @property
    def job(self) -> ImportJob | None:
        """The job under the cursor."""
        return self._at(self.cursor_row)

    @property
    def shown(self) -> tuple[ImportJob, ...]:
        """The jobs in the rows, from top to bottom."""
        return self._shown

    def on_mount(self) -> None:
        """Draw anew when the theme's colours change."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw(anew=bool(self.widths)))

    def watch_page(self) -> None:
        """Show the page."""
        self._draw()

    def watch_arrangement(self) -> None:
        """Show what matches, in the new order, and mark the heading."""
        self._draw(anew=bool(self.widths))

    def watch_as_of(self) -> None:
        """Say times anew: what was today may not be any more."""
        self._draw()

    def watch_marks(self) -> None:
        """Show which jobs are marked."""
        self._draw()

    def watch_look(self) -> None:
        """Say the same in another way."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Give the columns what room there is."""
        if not event.size.width:
            return
        if column_widths(self.room) != self.widths:
            self._draw(anew=True)
        else:
            self.move_cursor(row=self.cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Tell which job the cursor is on."""
        event.stop()
        self._tell()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open the job that was clicked."""
        event.stop()
        self.post_message(self.Opened())

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Ask to sort by the heading that was clicked."""
        event.stop()
        self.post_message(self.SortAsked(SORT_KEYS[Column(event.column_key.value or "")]))

    def _at(self, place: int) -> ImportJob | None:
        """Return the job in a row, None where there is no such row."""
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def _draw(self, *, anew: bool = False) -> None:
        """Bring the rows up to date, then put the cursor and the scroll where they belong."""
        if not (self.widths or anew):
            return
        place = max(0, self.cursor_row)
        job = self._at(place)
        scroll = int(self.scroll_y)
        self._shown = self.arrangement.rows_of(self.page) if self.page else ()
        with self.app.batch_update():
            if anew:
                self.lay_columns(self.arrangement, self.look)
            self.fill(self._shown, self.marks, self.look, self._clock())
            self._settle(place, job.id if job else None, scroll)
        self._tell()

    def _settle(self, place: int, job_id: str | None, scroll: int) -> None:
        """Put the cursor on its job, and keep that at its height on the screen.

        Where the job is gone, the cursor stays at its place in a list that is still the same one, and goes
        to the top of another.
        """
        query = self.page.query if self.page is not None else None
        same, self._query = query == self._query, query
        places = {job.id: index for index, job in enumerate(self._shown)}
        height = max(1, self.size.height - self.header_height)
        target = places.get(job_id or "", min(place, max(0, len(places) - 1)) if same else 0)
        if place == 0 and scroll == 0 and target >= height:
            target = 0
        elif scroll:
            scroll += target - place
        scroll = min(max(scroll, target - height + 1, 0), target)
        self.move_cursor(row=target, scroll=False)
        if self.size.height:  # hidden, it has none
            self.call_after_refresh(self.scroll_to, y=scroll, animate=False, force=True, immediate=True)

    def _tell(self) -> None:
        if self.job != self._told:
            self._told = self.job
            self.post_message(self.Highlighted(self._told))
