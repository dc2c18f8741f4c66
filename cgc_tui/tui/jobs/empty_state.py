"""Stands where the rows would be, when there are none: loading, empty, nothing found, no connection."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.refresh_failure import RefreshFailure
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_query, error_summary


class Notice(Widget):
    """Words for an empty list; gone as soon as there is a row."""

    look: reactive[DisplayOptions] = reactive(DisplayOptions())
    page: reactive[JobPage | None] = reactive[JobPage | None](None, layout=True)
    arrangement: reactive[ListView] = reactive(ListView(), layout=True)
    wanted: reactive[JobQuery] = reactive(JobQuery(), layout=True)
    trouble: reactive[RefreshFailure | None] = reactive[RefreshFailure | None](None, layout=True)
    user: reactive[SafeText | None] = reactive[SafeText | None](None, layout=True)

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = sanitize(endpoint)

    def render(self) -> Content:
        """Return the words."""
        return Content("\n".join(self._lines()))

    def watch_page(self) -> None:
        """Show up when there is no row."""
        self._show()

    def watch_arrangement(self) -> None:
        """Show up when nothing is found."""
        self._show()

    def _show(self) -> None:
        self.display = self.page is None or not self.arrangement.rows_of(self.page)

    def _why(self, error: CgcError) -> str:
        what = error_summary(error, self.wanted, self.look)
        further = "f changes the filter, r asks again." if self.wanted.is_filtered else "r asks again."
        return "\n".join(part for part in (what, error.server_message, error.remedy, further) if part)

    def _lines(self) -> list[str]:
        if self.page is None:
            if self.trouble is not None:
                return ["No jobs yet.", self._why(self.trouble.error)]
            return [f"Asking {self._endpoint} for your import jobs…"]
        if self.page.jobs:
            looked_for = sanitize(self.arrangement.search, max_chars=40)
            problem = search_pattern(self.arrangement.search).error
            none = f'None of the {len(self.page.jobs)} jobs loaded here has "{looked_for}".'
            return [
                f"{looked_for}: {problem}." if problem is not None else none,
                "Esc shows them again.",
            ]
        if self.page.unreadable:
            return [f"{self.page.unreadable} jobs came that could not be read."]
        if self.page.query.is_filtered:
            narrowed = replace(self.page.query, among=None).is_filtered
            ways = ["0 shows all states, f changes the filter."] if narrowed else []
            ways += ["Esc goes back."] if self.page.query.among else []
            return [f"No job matches: {describe_query(self.page.query, self.look)}.", " ".join(ways)]
        who = self.user or "you"
        return [
            "No import jobs.",
            f"The platform lists only the jobs that {who} started, not those of others.",
        ]
