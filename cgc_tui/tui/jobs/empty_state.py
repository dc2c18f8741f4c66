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
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_query, error_summary


class EmptyState(Widget):
    """The message of a list without rows; hidden while there are rows."""

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    page: reactive[JobPage | None] = reactive[JobPage | None](None, layout=True)
    list_view: reactive[ListView] = reactive(ListView(), layout=True)
    job_query: reactive[JobQuery] = reactive(JobQuery(), layout=True)
    refresh_status: reactive[RefreshStatus] = reactive(RefreshStatus(), layout=True)
    user: reactive[SafeText | None] = reactive[SafeText | None](None, layout=True)

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

    def _failure_text(self, error: CgcError) -> str:
        summary = error_summary(error, self.job_query, self.display_options)
        further = "f changes the filter, r asks again." if self.job_query.is_filtered else "r asks again."
        return "\n".join(part for part in (summary, error.server_message, error.remedy, further) if part)

    def _lines(self) -> list[str]:
        if self.page is None:
            if (failure := self.refresh_status.failure) is not None:
                return ["No jobs yet.", self._failure_text(failure.error)]
            return [f"Asking {self._endpoint} for your import jobs…"]
        if self.page.jobs:
            text = sanitize(self.list_view.search, max_chars=40)
            problem = search_pattern(self.list_view.search).error
            none = f'None of the {len(self.page.jobs)} jobs loaded here has "{text}".'
            return [
                f"{text}: {problem}." if problem is not None else none,
                "Esc shows them again.",
            ]
        if self.page.unreadable:
            return [f"{self.page.unreadable} jobs came that could not be read."]
        origin = self.page.origin
        if self.page.query.is_filtered or origin is not None:
            hints = ["0 shows all states, f changes the filter."] if self.page.query.is_filtered else []
            hints += ["Esc goes back."] if origin is not None else []
            return [
                f"No job matches: {describe_query(self.page.query, self.display_options, origin)}.",
                " ".join(hints),
            ]
        user = self.user or "you"
        return [
            "No import jobs.",
            f"The platform lists only the jobs that {user} started, not those of others.",
        ]
