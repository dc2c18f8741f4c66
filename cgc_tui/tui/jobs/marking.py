"""The keys that mark jobs, and that copy what is marked."""

from __future__ import annotations

from textual.reactive import reactive

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.export import ExportFormat, export_lines, source_keys
from cgc_tui.tui.jobs.closeup import Closeup
from cgc_tui.tui.jobs.job_table import JobTable


class Marking(Closeup):
    """The owner of the `marks`, which stay with their jobs over pages, filters and refreshes."""

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    marks: reactive[Marks] = reactive(Marks())

    def watch_page(self) -> None:
        """Learn what the page says of the marked jobs."""
        super().watch_page()
        if self.page is not None:
            self.marks = self.marks.refreshed(self.page.jobs)

    def action_mark(self) -> None:
        """Mark the job under the cursor, or take its mark away, and go to the next one."""
        table = self.query_one(JobTable)
        if table.job is not None:
            self.marks = self.marks.toggled([table.job])
            table.action_cursor_down()

    def action_mark_on(self, direction: str) -> None:
        """Mark the job under the cursor and the next one in a direction, and go there."""
        table = self.query_one(JobTable)
        first = table.job
        table.action_cursor_down() if direction == "down" else table.action_cursor_up()
        self.marks = self.marks.added(job for job in (first, table.job) if job is not None)

    def action_mark_shown(self) -> None:
        """Mark all rows that are shown, or take their marks away where all have one."""
        self.marks = self.marks.toggled(self.query_one(JobTable).shown_jobs)

    def clear_marks(self) -> bool:
        """Take all marks away; tell whether there were any."""
        count, self.marks = len(self.marks), Marks()
        if count:
            self.notice = SafeText(f"{count:,} marks cleared")
        return count > 0

    def _copyable(self, job: ImportJob | None) -> dict[str, str]:
        """Return what can be copied: of the marked jobs first, then of this one."""
        if not self.marks:
            return super()._copyable(job)
        marked = tuple(self.marks.jobs.values())
        rows = {
            "marked rows": "".join(export_lines(marked, ExportFormat.TSV)).removesuffix("\n"),
            "marked keys": "".join(source_keys(marked)).removesuffix("\n"),
        }
        return {name: text for name, text in rows.items() if text} | super()._copyable(job)
