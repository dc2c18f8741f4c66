"""The message in place of the rows: loading, empty, nothing found, no connection."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions, format_count
from cgc_tui.formatting.lists import describe_query, error_summary


class EmptyState(Widget):
    """The message of a list without rows; hidden while there are rows."""

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    page: reactive[JobPage | None] = reactive[JobPage | None](None, layout=True)
    list_view: reactive[ListView] = reactive(ListView(), layout=True)
    job_query: reactive[JobQuery] = reactive(JobQuery(), layout=True)
    refresh_status: reactive[RefreshStatus] = reactive(RefreshStatus(), layout=True)
    user: reactive[SafeText | None] = reactive[SafeText | None](None, layout=True)
    notice: reactive[SafeText] = reactive(SafeText(""), layout=True)

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = sanitize(endpoint)

    def render(self) -> Content:
        """Return the message."""
        return Content("\n".join(self._lines()))

    def watch_page(self) -> None:
        """Update the visibility."""
        self._update_visibility()

    def watch_list_view(self) -> None:
        """Update the visibility."""
        self._update_visibility()

    def _update_visibility(self) -> None:
        self.display = self.page is None or not self.list_view.rows_of(self.page)

    def _lines(self) -> list[str]:
        if self.page is not None and self.page.jobs:
            return self._no_match_lines(self.page)
        if (failure := self.refresh_status.failure) is not None:
            return self._failure_lines(failure.error)
        if self.page is None:
            return [self.notice or f"Loading your import jobs from {self._endpoint}…"]
        if self.page.unreadable:
            return [f"{self.page.unreadable:,} jobs could not be read."]
        origin = self.page.origin
        if self.page.query.is_filtered or origin is not None:
            hints = ["0: all states.", "f: change the filter."] if self.page.query.is_filtered else []
            hints += ["Esc: back."] if origin is not None else []
            return [
                f"No job matches: {describe_query(self.page.query, self.display_options, origin)}.",
                " ".join(hints),
            ]
        user = self.user or "you"
        return ["No import jobs.", f"The platform lists only jobs started by {user}."]

    def _no_match_lines(self, page: JobPage) -> list[str]:
        """Return why the search hides all jobs of the page, and what to do."""
        if (problem := search_pattern(self.list_view.search).error) is not None:
            return [f"{sanitize(self.list_view.search, max_chars=40)}: {problem}.", "Esc: clear the search."]
        if not (page.more or page.query.offset):
            return ["No match. Esc clears."]
        total = format_count(page.total) if page.total is not None else "pages"
        return [f"No match on this page. Enter searches all {total}; Esc clears."]

    def _failure_lines(self, error: CgcError) -> list[str]:
        """Return what failed, why, and what to do; no claim about jobs that could not be read."""
        summary = error_summary(error, self.job_query, self.display_options)
        keys = "f: change the filter. r: retry." if self.job_query.is_filtered else "r: retry."
        return [part for part in (summary, error.server_message, error.remedy, keys) if part]
