"""The details of one job, the reason of a failure first."""

from __future__ import annotations

from collections.abc import Iterator

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.widgets import Static

from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.job_detail import JobDetailState
from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.formatting.display import DisplayOptions, state_label
from cgc_tui.formatting.job_details import FOLDER_NOTE, detail_rows, error_message
from cgc_tui.tui.bindings import bindings

ID_LABEL_CELLS = 8
LABEL_CELLS = 12


def label_grid(label_cells: int) -> Table:
    """Return a table for rows of a label and its value, which wraps."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=label_cells - 1)
    table.add_column(overflow="fold")
    return table


class JobDetail(VerticalScroll):
    """One job's record: at first what the list has of it. A note says if it is incomplete or old."""

    COMPONENT_CLASSES = {
        "job-detail--pending",
        "job-detail--running",
        "job-detail--completed",
        "job-detail--failed",
        "job-detail--label",
        "job-detail--hint",
        "job-detail--note",
    }
    BINDINGS = bindings("detail")

    detail: reactive[JobDetailState] = reactive(JobDetailState())
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(self, web: str | None) -> None:
        """`web` is the platform's web address, for links."""
        super().__init__()
        self._web = web

    def compose(self) -> ComposeResult:
        """Lay out the record, which scrolls."""
        yield Static(id="record", markup=False)

    def on_mount(self) -> None:
        """Redraw when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def watch_detail(self, old: JobDetailState, new: JobDetailState) -> None:
        """Show the job; scroll to the top if it is another one."""
        self._draw()
        if old.job is None or new.job is None or old.job.id != new.job.id:
            self.scroll_home(animate=False)

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        record = self.query_one("#record", Static)
        job = self.detail.job
        if job is None:
            record.update(Text("No job selected.", style=self._style("note")))
            return
        table = label_grid(LABEL_CELLS)
        rows = detail_rows(job, self.display_options, self._web)
        id_label, job_id = next(rows)
        for label, value in rows:
            table.add_row(Text(label, style=self._style("label")), Text(value))
        layout = Table.grid(expand=True)
        layout.add_column(overflow="fold")
        for line in self._headlines(job):
            layout.add_row(line)
        layout.add_row(Text(""))
        # On a line of its own, so that the id is not wrapped in the pane, and can be copied as a whole.
        layout.add_row(Text.assemble((f"{id_label:<{ID_LABEL_CELLS}}", self._style("label")), job_id))
        layout.add_row(table)
        record.update(layout)

    def _headlines(self, job: ImportJob) -> Iterator[Text]:
        """Return the state and, of a failure, the code, the platform's message and what to do."""
        name = job.state.lower() if job.state in set(JobState) else "note"
        headline = Text(state_label(job.state, self.display_options), style=self._style(name))
        if job.error is not None and job.error.code is not None:
            headline.append(f"   {job.error.code}")
        yield headline
        if job.error is not None:
            yield Text(error_message(job.error))
            if (hint := hint_for(job.error.code)) is not None:
                yield Text(str(hint), style=self._style("hint"))
        if job.is_folder:
            yield Text(FOLDER_NOTE, style=self._style("note"))
        if self.detail.note:
            yield Text(self.detail.note, style=self._style("note"))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"job-detail--{name}", partial=True)
