"""The failures screen: all failed jobs of a list, grouped by cause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from cgc_tui.domain.causes import Cause, ended_at, group_by_cause
from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import JobPage, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.causes import cause_title
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_subset, missing_details_text
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.context import FLOW, JobsContext
from cgc_tui.tui.failures.cause_detail import CauseDetail
from cgc_tui.tui.failures.cause_table import CauseTable
from cgc_tui.tui.failures.timeline import FailureTimeline, Times
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

MAX_CHARS = 40


CauseFeature = Callable[[JobsContext, ResultSet], Awaitable[None]]
"""A feature of the jobs screen that works on the jobs of a cause."""


class FailureReport(NamedTuple):
    """The failed jobs of a list, when its completed jobs ended, and the row of the cursor."""

    page: JobPage
    completed: Times = None
    row: int = 0


class ChosenCause(NamedTuple):
    """The jobs of a cause, and the report that it was chosen from."""

    results: ResultSet
    report: FailureReport


class FailuresScreen(Screen[ChosenCause]):
    """The causes below a plot; the result is the chosen one."""

    CSS_PATH = stylesheet("failures")
    BINDINGS = bindings("failures")

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    user: reactive[SafeText | None] = reactive[SafeText | None](None)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    causes: reactive[tuple[Cause, ...]] = reactive[tuple[Cause, ...]](())
    cause: reactive[Cause | None] = reactive[Cause | None](None)
    failed: reactive[Times] = reactive[Times](None)
    completed: reactive[Times] = reactive[Times](None)

    def __init__(
        self,
        jobs: JobsContext,
        report: FailureReport | None = None,
        *,
        retry: CauseFeature,
        export: CauseFeature,
    ) -> None:
        """`jobs` is the context of the list whose failed jobs are shown; without a report they are loaded.

        `retry` and `export` are the features for the jobs of a cause.
        """
        super().__init__()
        self._retry = retry
        self._export = export
        self._jobs_context = jobs
        self._report = report

    def compose(self) -> ComposeResult:
        """Create the plot, the causes, the details of the selected cause, and the keys."""
        at = FailuresScreen
        yield TopBar(self._jobs_context.session.title).data_bind(at.display_options, at.user, at.as_of)
        yield Static("", id="summary", markup=False)
        yield FailureTimeline(self._jobs_context.session.clock).data_bind(
            at.display_options, at.failed, at.completed
        )
        with Horizontal(id="causes"):
            row = self._report.row if self._report is not None else 0
            yield CauseTable(row).data_bind(at.display_options, at.causes)
            yield CauseDetail(self._jobs_context.session.clock).data_bind(at.display_options, at.cause)
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the app's state, and show the report or load it."""
        follow_app(self, display_options="display_options", user="user")
        self.query_one(CauseTable).focus()
        if self._report is None:
            self.action_read()
        else:
            self.completed = self._report.completed
            self._show_page(self._report.page)

    @work(exclusive=True, group=FLOW)
    async def action_read(self) -> None:
        """Load and group all failed jobs of the list; close if the user stops the first load."""
        page = await self._load_jobs(JobState.FAILED)
        if page is not None:
            self._report = FailureReport(page)
            self._show_page(page)
        elif self._report is None and self.is_current:
            self.dismiss(None)

    @work(exclusive=True, group=FLOW)
    async def action_completed(self) -> None:
        """Load all completed jobs of the list for the plot."""
        page = await self._load_jobs(JobState.COMPLETED)
        if page is not None:
            self.completed = _times(page)

    def _show_page(self, page: JobPage) -> None:
        self.as_of = page.received_at
        self.causes = group_by_cause(page.jobs)
        self.failed = _times(page)
        self._show_summary(page)

    async def _load_jobs(self, state: JobState) -> JobPage | None:
        """Return all jobs of the list in a state, None if the user stops the load."""
        query = replace(self._jobs_context.job_query, states=(), offset=0)
        heading = describe_subset(
            f"Reading all {state.lower()} jobs", query, self.display_options, self._jobs_context.origin
        )
        return await self._jobs_context.all_jobs(replace(query, states=(state,)), heading)

    def _show_summary(self, page: JobPage) -> None:
        """Show the number of failed jobs, and the list that they are in."""
        count = len(page.jobs)
        count_text = (
            f"{count:,} failed job{'' if count == 1 else 's'} by cause" if count else "No failed jobs"
        )
        query = replace(page.query, states=())
        parts: list[str] = [describe_subset(count_text, query, self.display_options, page.origin)]
        parts += [f"{page.unreadable:,} could not be read"] if page.unreadable else []
        parts += [missing_details_text(page)] if page.details_missing else []
        self.query_one("#summary", Static).update(sanitize(self.display_options.separator.join(parts)))

    @on(CauseTable.Highlighted)
    def _highlight(self, event: CauseTable.Highlighted) -> None:
        self.cause = event.cause

    @on(CauseTable.Opened)
    def action_jobs(self) -> None:
        """List the jobs of the cause."""
        results = self._results()
        if results is not None and self._report is not None:
            row = self.query_one(CauseTable).cursor_row
            self.dismiss(ChosenCause(results, FailureReport(self._report.page, self.completed, row)))

    @work(group=FLOW)
    async def action_retry(self) -> None:
        """Retry the jobs of the cause."""
        if (results := self._results()) is not None:
            await self._retry(self._jobs_context, results)

    @work(group=FLOW)
    async def action_export(self) -> None:
        """Write the jobs of the cause to a file."""
        if (results := self._results()) is not None:
            await self._export(self._jobs_context, results)

    def _results(self) -> ResultSet | None:
        """Return the jobs of the cause under the cursor."""
        cause = self.query_one(CauseTable).cause
        if cause is None or self._report is None:
            return None
        page = self._report.page
        total, filters = len(page.jobs), replace(page.query, states=())
        title = sanitize(cause_title(cause), max_chars=MAX_CHARS)
        origin = ResultOrigin(title, total, total, page.received_at, filters).inside(page.origin)
        return ResultSet(origin, cause.jobs)

    def action_detail(self) -> None:
        """Focus the details of the cause, to scroll them."""
        self.query_one(CauseDetail).focus()

    def action_leave(self) -> None:
        """Go back to the causes, or to the list."""
        if self.query_one(CauseDetail).has_focus:
            self.query_one(CauseTable).focus()
        else:
            self.dismiss(None)


def _times(page: JobPage) -> tuple[datetime, ...]:
    """Return the known end times of the jobs."""
    return tuple(filter(None, map(ended_at, page.jobs)))
