"""The table of files that a retry imports again."""

from __future__ import annotations

from textual import events
from textual.reactive import reactive

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.retry.request import NameConflictPolicy, overwrite_count
from cgc_tui.domain.text import truncate
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.job_columns import label, short_id
from cgc_tui.formatting.retry import OVERWRITE_LABEL, name_conflict_label, source_path
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

MAX_ROWS = 500
HEADINGS = ("Name", "Source", "Destination", "If name exists")
PADDING = 2


def widths(width: int) -> tuple[int, ...]:
    """Return the width of each column."""
    conflict = len(HEADINGS[-1])
    remaining = max(48, width - conflict - len(HEADINGS) * PADDING)
    name, destination = min(40, remaining * 2 // 5), min(30, remaining // 4)
    return name, remaining - name - destination, destination, conflict


class PlanTable(DiffTable, inherit_bindings=False):
    """One row per import, those that overwrite a file first."""

    COMPONENT_CLASSES = {"plan-table--overwrite"}
    BINDINGS = bindings("table")

    jobs: reactive[tuple[ImportJob, ...]] = reactive[tuple[ImportJob, ...]](())
    policy: reactive[NameConflictPolicy] = reactive(NameConflictPolicy.AS_BEFORE)
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(self) -> None:
        super().__init__()
        self._widths: tuple[int, ...] = ()

    @property
    def hidden_count(self) -> int:
        """The number of imports beyond the maximum number of rows."""
        return max(0, len(self.jobs) - MAX_ROWS)

    def watch_jobs(self) -> None:
        """Show the imports."""
        self._draw()

    def watch_policy(self) -> None:
        """Show what happens with the new policy."""
        self._draw()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        if event.size.width:
            self._widths = widths(self.available_width)
            if self.fit_columns(map(TableColumn, HEADINGS, HEADINGS, self._widths)):
                self._draw()

    def _draw(self) -> None:
        """Write the rows, once the width is known."""
        if not self._widths:
            return
        jobs = sorted(self.jobs, key=lambda job: not overwrite_count([job], self.policy))
        with self.app.batch_update():
            self.update_rows(self._job_cells(job) for job in jobs[:MAX_ROWS])

    def _job_cells(self, job: ImportJob) -> tuple[Cell, ...]:
        name, source, destination, _ = self._widths
        conflict = name_conflict_label(job, self.policy, self.display_options)
        return (
            Cell(label(job, name, self.display_options)),
            Cell(truncate(source_path(job, self.display_options), source)),
            Cell(
                short_id(job.destination.parent or job.destination.project, destination, self.display_options)
            ),
            Cell(conflict, ("plan-table--overwrite",) if conflict == OVERWRITE_LABEL else ()),
        )
