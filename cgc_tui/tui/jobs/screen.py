"""The jobs screen: the list, the job under the cursor, and the keys for both."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.context import FLOW
from cgc_tui.tui.jobs.empty_state import EmptyState
from cgc_tui.tui.jobs.find_bar import FindBar
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.result_bar import ResultBar
from cgc_tui.tui.jobs.state_tabs import StateTabs
from cgc_tui.tui.jobs.status_line import StatusLine
from cgc_tui.tui.keys import bindings
from cgc_tui.tui.startup_tricks import skip_first_restyle
from cgc_tui.tui.watch.flow import Watching
from cgc_tui.tui.widgets.job_detail import JobDetail
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.domain.retry import RetryRun

Result = TypeVar("Result")

READ_ONLY = "Nothing is changed on the platform: cgc-tui runs read-only. Start it with --write to allow it."


class JobsScreen(Watching):
    """The list of import jobs, with the detail beside it or over it."""

    BINDINGS = bindings("jobs")

    finding: reactive[bool] = reactive(False)
    """Whether one types what to look for."""

    def __init__(
        self,
        client: PlatformClient,
        *,
        platform: str,
        last_user: SafeText | None,
        web: str | None,
        query: JobQuery,
        interval: float,
        display: DisplayOptions,
        writer: str | None,
        state: Path | None,
        clock: Callable[[], datetime],
    ) -> None:
        """`platform` is its title, `web` its web address; `interval` is in seconds, 0 for no refresh.

        `last_user` is shown until the platform says who the user is. `writer` is the profile that may
        change what is on the platform, None where none may. `state` is the directory of the send lock,
        None where there is none.
        """
        super().__init__(client, query=query, interval=interval, web=web, clock=clock)
        self.platform = platform
        self.last_user = last_user
        self._writer = writer
        self._state_directory = state
        self._retries: list[RetryRun] = []
        self.set_reactive(JobsScreen.display_options, display)

    def compose(self) -> ComposeResult:
        """Lay out the bars, the list with its notice, the detail and the keys."""
        at = JobsScreen
        yield TopBar(self.platform, self.last_user).data_bind(
            at.display_options, at.user, at.as_of, at.interval, at.paused, at.presence
        )
        yield StateTabs().data_bind(at.display_options, at.job_query, at.counts)
        yield ResultBar(self.clock).data_bind(at.display_options, at.job_query, at.progress)
        with Horizontal(id="body"):
            with Container(id="list"):
                yield JobTable(self.clock).data_bind(
                    at.page, at.list_view, at.display_options, at.as_of, at.marks
                )
                yield EmptyState(self.client.endpoint).data_bind(
                    at.display_options, at.page, at.job_query, at.list_view, at.failure, at.user
                )
            yield JobDetail(self.web).data_bind(at.display_options, job=at.detail, note=at.detail_note)
        yield FindBar()
        yield StatusLine(self.clock).data_bind(
            at.display_options,
            at.page,
            at.job_query,
            at.list_view,
            at.failure,
            at.as_of,
            at.rate_limit,
            at.notice,
            at.marks,
            at.finding,
            at.watcher_status,
        )
        yield KeyBar()
        yield TooSmall()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Skip the restyle on the first resume: the screen has just been styled."""
        skip_first_restyle(self, event)

    def on_mount(self) -> None:
        """Follow the app's state, and put the focus on the list."""
        follow_app(self, display_options="display_options", user="user", interval="refresh_interval")
        self.query_one(JobTable).focus()

    @on(JobTable.Highlighted)
    def _highlight(self, event: JobTable.Highlighted) -> None:
        self.job = event.job

    @on(JobTable.SortRequested)
    def _sort_by(self, event: JobTable.SortRequested) -> None:
        same = self.list_view.sort is event.key
        reverse = same and not self.list_view.reverse
        self.list_view = replace(self.list_view, sort=event.key, reverse=reverse)

    @on(StateTabs.Chosen)
    def _choose_tab(self, event: StateTabs.Chosen) -> None:
        self.show_states(event.states)

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        self.list_view = replace(self.list_view, search=event.value)

    @on(Input.Submitted, "#find")
    def _search(self, event: Input.Submitted) -> None:
        """Search all pages, where there are others than the one that is loaded; go to the rows."""
        if search_pattern(event.value).error is not None:
            return
        whole = self.page is not None and not self.page.more and not self.page.query.offset
        if search_pattern(event.value) and not whole:
            self._find_in_all_pages(event.value)
        else:
            self.action_rows()

    def action_rows(self) -> None:
        """Go to the rows; what was looked for on this page stays."""
        self.query_one(JobTable).focus()

    @on(Input.Blurred, "#find")
    def _stop_finding(self) -> None:
        self.finding = False

    def on_resize(self) -> None:
        """Look closer where the new size shows the detail."""
        self._open_or_shut()

    @on(JobTable.Opened)
    def action_detail(self) -> None:
        """Open the detail, or go into it."""
        if self.job is None:
            return
        self._open_or_shut(opened=True)
        self.query_one(JobDetail).focus()

    def action_pane(self) -> None:
        """Open or shut the pane."""
        self._open_or_shut(opened=not self.query_one(JobDetail).display)
        self.query_one(JobTable).focus()

    def _open_or_shut(self, *, opened: bool | None = None) -> None:
        """Open or shut the detail, or find out whether it is open at this size."""
        if opened is not None:
            self.set_class(opened, "-open")
            self.set_class(not opened, "-shut")
        self.call_after_refresh(self._see_detail)

    def _see_detail(self) -> None:
        self.detail_open = self.query_one(JobDetail).display

    def action_back(self) -> None:
        """Leave the find line or the detail; else stop a wait; else show more again; else clear the marks."""
        table, find = self.query_one(JobTable), self.query_one(FindBar)
        if find.has_focus:
            self._end_find()
        elif not table.has_focus or not table.display:
            self.remove_class("-open")
            self._open_or_shut()
        elif not (self.stop_waiting() or self._end_find() or self.back()):
            self.clear_marks()
        table.focus()

    def _end_find(self) -> bool:
        """Show all that is loaded again; tell whether that was not so."""
        self.query_one(FindBar).shut()
        return bool(self.list_view.search)

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002
    ) -> bool | None:
        """Leave `/` to the find line while one types there."""
        return action != "find" or not isinstance(self.focused, FindBar)

    def action_find(self) -> None:
        """Open the find line."""
        self.query_one(FindBar).open()
        self.finding = True

    def show_results(self, results: ResultSet) -> None:
        """Show the jobs that were found, with the focus on their rows."""
        self._end_find()
        super().show_results(results)
        self.query_one(JobTable).focus()

    @property
    def origin(self) -> ResultOrigin | None:
        """The search whose result set is listed, None where it is the platform's own list."""
        return self.job_query.among

    @property
    def shown_jobs(self) -> tuple[ImportJob, ...]:
        """The jobs in the rows, from top to bottom."""
        return self.query_one(JobTable).shown_jobs

    async def ask(self, screen: Screen[Result]) -> Result | None:
        """Show a dialog or screen and return its result, None where the user left it."""
        return await self.app.push_screen_wait(screen)

    async def all_jobs(
        self, query: JobQuery, heading: SafeText, *, max_jobs: int = sys.maxsize
    ) -> JobPage | None:
        """Return all jobs that match, with progress under a heading; None where the user stopped that.

        `max_jobs` limits what is requested of the platform. The window of the query does not count.
        """
        from cgc_tui.tui.dialogs.loading import LoadAllDialog

        if self.results is not None and query.among == self.results.origin:
            jobs = self.results.filter(query)
            return JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.results.as_of)
        return await self.ask(
            LoadAllDialog(
                self.client,
                query,
                heading=heading,
                display=self.display_options,
                clock=self.clock,
                max_jobs=max_jobs,
            )
        )

    @work(group=FLOW)
    async def _find_in_all_pages(self, text: str) -> None:
        from cgc_tui.tui.find.flow import find_in_all_pages

        await find_in_all_pages(self, text)

    @work(group=FLOW)
    async def action_failures(self) -> None:
        """Show why jobs of the list failed."""
        from cgc_tui.tui.failures.flow import show_failures

        await show_failures(self)

    @work(group=FLOW)
    async def action_batches(self) -> None:
        """Let the user choose a batch of jobs."""
        from cgc_tui.tui.batches.flow import choose_batch

        await choose_batch(self)

    @work(group=FLOW)
    async def action_export(self) -> None:
        """Write jobs to a file."""
        from cgc_tui.tui.export.flow import export_jobs

        await export_jobs(self)

    @work(group=FLOW)
    async def action_retry(self) -> None:
        """Retry the marked jobs, or all failed ones of the list."""
        from cgc_tui.tui.retry.flow import retry_jobs

        if self._writer is None:
            self.notify(READ_ONLY, severity="warning", markup=False)
        else:
            await retry_jobs(self, self._retries, profile=self._writer, state=self._state_directory)

    def action_sort(self) -> None:
        """Sort the loaded jobs by the next column."""
        self.list_view = replace(self.list_view, sort=self.list_view.sort.next(), reverse=False)

    def action_reverse(self) -> None:
        """Turn the order of the loaded jobs round."""
        self.list_view = replace(self.list_view, reverse=not self.list_view.reverse)
