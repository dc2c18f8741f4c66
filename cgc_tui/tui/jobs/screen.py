"""The jobs screen: the list, the job under the cursor, and the keys for both."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.job_detail import JobDetailState
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.app_state import UserIdentified, follow_app
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.context import FLOW, ask
from cgc_tui.tui.first_paint import skip_first_restyle
from cgc_tui.tui.jobs.counts import StateCounts
from cgc_tui.tui.jobs.detail_loader import DetailLoader
from cgc_tui.tui.jobs.empty_state import EmptyState
from cgc_tui.tui.jobs.features import FEATURES
from cgc_tui.tui.jobs.find_bar import FindBar
from cgc_tui.tui.jobs.job_list import JobList, ListState, Turn
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.refresher import Refresher
from cgc_tui.tui.jobs.result_bar import ResultBar
from cgc_tui.tui.jobs.state_tabs import Counts, StateTabs
from cgc_tui.tui.jobs.status_line import StatusLine
from cgc_tui.tui.widgets.job_detail import JobDetail
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.command import Provider

    from cgc_tui.domain.batches import BatchProgress
    from cgc_tui.domain.result_set import ResultSet
    from cgc_tui.services.retries import Retries
    from cgc_tui.services.session import PlatformSession
    from cgc_tui.tui.watch.flow import ListWatch

Result = TypeVar("Result")


def _project_commands() -> type[Provider]:
    from cgc_tui.tui.jobs.project_commands import ProjectCommands

    return ProjectCommands


class JobsScreen(Screen[None]):
    """The list of import jobs, with the detail beside it or over it.

    Its parts request, wait and decide. Each calls back with its new state; the screen sets its reactives to
    it, and data binding passes them to the widgets. The screen is the `JobsContext` of the features.
    """

    BINDINGS = bindings("jobs")
    COMMANDS = {_project_commands}

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    user: reactive[SafeText | None] = reactive[SafeText | None](None)
    job_query: reactive[JobQuery] = reactive(JobQuery())
    origin: reactive[ResultOrigin | None] = reactive[ResultOrigin | None](None)
    page: reactive[JobPage | None] = reactive[JobPage | None](None, init=False)
    as_of: reactive[datetime | None] = reactive[datetime | None](None, init=False)
    notice: reactive[SafeText] = reactive(SafeText(""))
    message: reactive[SafeText] = reactive(SafeText(""))
    """A short message, shown until the cursor or the list moves on."""
    refresh_status: reactive[RefreshStatus] = reactive(RefreshStatus())
    rate_limit: reactive[RateLimit | None] = reactive[RateLimit | None](None)
    counts: reactive[Counts] = reactive(Counts())
    progress: reactive[BatchProgress | None] = reactive["BatchProgress | None"](None)
    detail: reactive[JobDetailState] = reactive(JobDetailState())
    list_view: reactive[ListView] = reactive(ListView(), init=False)
    marks: reactive[Marks] = reactive(Marks())
    finding: reactive[bool] = reactive(False)
    """Whether the user types a search."""
    watcher_status: reactive[SafeText] = reactive(SafeText(""))
    retry_status: reactive[SafeText] = reactive(SafeText(""))
    retried_ids: reactive[frozenset[str]] = reactive(frozenset[str]())

    def __init__(
        self, session: PlatformSession, query: JobQuery, *, interval: float, display: DisplayOptions
    ) -> None:
        """`interval` is the time between refreshes in seconds, 0 for none."""
        super().__init__()
        self.session = session
        self.refresher = Refresher(
            self, interval, clock=session.clock, due=self.reload, changed=self._show_refresh_status
        )
        self.job_list = JobList(
            self,
            session,
            query,
            refresher=self.refresher,
            changed=self._show_list,
            loaded=self._note_loaded,
        )
        self.state_counts = StateCounts(self, session, changed=partial(setattr, self, "counts"))
        self.details = DetailLoader(self, session, changed=self._show_detail)
        self._watch: ListWatch | None = None
        self._retries: Retries | None = None
        self.set_reactive(JobsScreen.display_options, display)
        self.set_reactive(JobsScreen.job_query, query)
        self.set_reactive(JobsScreen.refresh_status, self.refresher.status)

    def compose(self) -> ComposeResult:
        """Lay out the bars, the list with its notice, the detail and the keys."""
        at, clock = JobsScreen, self.session.clock
        yield TopBar(self.session.title, self.session.user).data_bind(
            at.display_options, at.user, at.as_of, at.refresh_status
        )
        yield StateTabs().data_bind(at.display_options, at.job_query, at.origin, at.counts)
        yield ResultBar(clock).data_bind(at.display_options, at.origin, at.progress)
        with Horizontal(id="body"):
            with Container(id="list"):
                yield JobTable(clock).data_bind(
                    at.page, at.list_view, at.display_options, at.as_of, at.marks, at.retried_ids
                )
                yield EmptyState(self.session.access.endpoint).data_bind(
                    at.display_options,
                    at.page,
                    at.job_query,
                    at.list_view,
                    at.refresh_status,
                    at.user,
                    at.notice,
                )
            yield JobDetail(self.session.web).data_bind(at.display_options, at.detail)
        yield FindBar()
        yield StatusLine(clock).data_bind(
            at.display_options,
            at.page,
            at.job_query,
            at.origin,
            at.list_view,
            at.refresh_status,
            at.as_of,
            at.rate_limit,
            at.notice,
            at.message,
            at.marks,
            at.finding,
            at.watcher_status,
            at.retry_status,
        )
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the app's state, and request the first page."""
        follow_app(self, display_options="display_options", user="user")
        self.watch(self.app, "refresh_interval", self.refresher.set_interval)
        self.query_one(JobTable).focus()
        self.job_list.reload()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Skip the restyle on the first resume: the screen has just been styled."""
        skip_first_restyle(self, event)

    def on_resize(self) -> None:
        """Load the detail if the new size shows it."""
        self._update_detail_open()

    # What the parts report

    def _show_list(self, state: ListState) -> None:
        """Show the list; the only place where it is set."""
        other_list = (state.query, state.origin) != (self.job_query, self.origin)
        self.job_query, self.origin, self.notice = state.query, state.origin, state.notice
        if other_list or state.as_of != self.as_of:
            self.message = SafeText("")
        if other_list:
            self.state_counts.show(self.job_list.source, state.query)
            self._update_progress()
        if state.as_of != self.as_of:
            self.as_of = state.as_of
            self.details.retry()
        if state.page is not None and state.page != self.page:
            if self.page is not None and state.page.query == self.page.query:
                self.state_counts.note_change()
            self.page = state.page
            self.marks = self.marks.refreshed(state.page.jobs)

    def _note_loaded(self, page: JobPage, by_user: bool) -> None:
        self.state_counts.update(self.job_list.source, self.job_list.query, page.total, by_user=by_user)
        self._update_progress()
        if self.user is None:
            self.call_after_refresh(self._load_user)

    def _show_refresh_status(self, status: RefreshStatus) -> None:
        self.refresh_status = status
        if self._watch is not None:
            self._watch.follow(status)

    def _show_detail(self, state: JobDetailState) -> None:
        self.detail = state
        if state.job is not None:
            self.job_list.update_job(state.job)

    def _update_progress(self) -> None:
        """Show how far the jobs of a result set are."""
        jobs = self.known_jobs(JobQuery())
        if jobs is not None:
            from cgc_tui.domain.batches import batch_progress

            self.progress = batch_progress(jobs, self.session.clock())

    def watch_list_view(self, view: ListView) -> None:
        """Sort the list."""
        self.job_list.sort(view)

    # What the app calls

    def stop_requests(self, error: CgcError) -> None:
        """Stop all requests after an error that makes every request fail."""
        self._cancel_requests()
        self.refresher.halt(error)
        if self._retries is not None:
            self._retries.halt(error)

    def _cancel_requests(self) -> None:
        self.job_list.cancel()
        self.state_counts.cancel()
        self.details.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def restart(self) -> None:
        """Continue with the session's new client; responses to the old one are neither shown nor cached."""
        self._cancel_requests()
        self.state_counts.clear()
        self.job_list.restart()
        self.details.restart()
        self._load_user()
        if self._watch is not None:
            self._watch.restart(self.session.client)
        if self._retries is not None:
            self._retries.restart()

    @work(exclusive=True, group="user")
    async def _load_user(self) -> None:
        try:
            self.post_message(UserIdentified(sanitize((await self.session.client.user()).username)))
        except CgcError:  # the list is requested at the same time and shows it
            return

    @on(Worker.StateChanged)
    @on(events.ScreenResume)
    def _update_rate_limit(self) -> None:
        """Show the rate limit of the latest response to any request."""
        self.rate_limit = self.session.client.last_rate_limit

    # What features use (JobsContext)

    @property
    def shown_jobs(self) -> tuple[ImportJob, ...]:
        """The jobs in the rows, from top to bottom."""
        return self.query_one(JobTable).shown_jobs

    def known_jobs(self, query: JobQuery) -> tuple[ImportJob, ...] | None:
        """Return all jobs of the list that match, None if that takes requests."""
        return self.job_list.source.known_jobs(query)

    @property
    def retries(self) -> Retries:
        """The retries of this session, which go on below other screens."""
        if self._retries is None:
            from cgc_tui.tui.retry.background import watched_retries

            self._retries = watched_retries(
                self, self, refresh_status=lambda: self.refresh_status, changed=self._show_retries
            )
        return self._retries

    def _show_retries(self, status: SafeText, retried_ids: frozenset[str]) -> None:
        self.retry_status, self.retried_ids = status, retried_ids

    async def ask(self, screen: Screen[Result]) -> Result | None:
        """Show a dialog or screen and return its result, None if the user left it."""
        return await ask(self.app, screen)

    async def all_jobs(
        self, query: JobQuery, heading: SafeText, *, max_jobs: int = sys.maxsize
    ) -> JobPage | None:
        """Return all jobs that match, with progress under a heading; None if the user stopped it.

        `max_jobs` limits what is requested of the platform. The window of the query does not count.
        """
        from cgc_tui.tui.dialogs.loading import LoadAllDialog

        jobs = self.known_jobs(query)
        if jobs is not None:
            return JobPage(
                query, jobs, len(jobs), False, query.limit, origin=self.origin, received_at=self.as_of
            )
        return await self.ask(
            LoadAllDialog(
                self.session.client,
                query,
                heading=heading,
                display=self.display_options,
                clock=self.session.clock,
                max_jobs=max_jobs,
            )
        )

    async def show_results(self, results: ResultSet) -> None:
        """List the jobs of a result set, with the focus on their rows, until the user goes back.

        The list before is then as it was, with the cursor on its job.
        """
        table, left = self.query_one(JobTable), asyncio.Event()
        position = table.position
        self._clear_search()
        self.job_list.open(results, on_back=left.set)
        table.focus()
        await left.wait()
        table.go_to(position)

    def show_message(self, message: SafeText) -> None:
        """Show routine news in the status line, until the cursor or the list moves on."""
        self.message = message

    def reload(self) -> None:
        """Request the list again."""
        self.job_list.reload()

    # The list

    def action_reload(self) -> None:
        """Request the list and the counts now, also in the middle of a wait."""
        self.job_list.reload(by_user=True)

    def action_page(self, to: Turn) -> None:
        """Turn to another page."""
        if not self.job_list.turn(to) and self.page is not None:
            self.show_message(SafeText("The number of pages is unknown. ]: next page."))

    def action_state(self, *states: str) -> None:
        """Show the jobs in these states, in all without any; all of all states clears the other filters."""
        if states or self.job_query.states:
            self.job_list.show(replace(self.job_query, states=states, offset=0))
        else:
            self.job_list.show(JobQuery(limit=self.job_query.limit))

    def show_project(self, project: str) -> None:
        """Show the jobs of a project, in the same states."""
        self.job_list.show(replace(self.job_query, project=project, offset=0))

    @work(group=FLOW)
    async def action_filter(self) -> None:
        """Show the filter form."""
        from cgc_tui.tui.jobs.filter_dialog import FilterDialog

        query = await self.ask(FilterDialog(self.session.client, self.job_query))
        if query is not None:
            self.job_list.show(query)

    def action_pause(self) -> None:
        """Stop or resume the refreshes."""
        self.refresher.toggle_pause()

    def sort_by(self, key: SortKey, *, reverse: bool = False) -> None:
        """Sort the loaded jobs."""
        self.list_view = replace(self.list_view, sort=key, reverse=reverse)

    def action_reverse(self) -> None:
        """Reverse the order of the loaded jobs."""
        self.list_view = replace(self.list_view, reverse=not self.list_view.reverse)

    @on(JobTable.SortRequested)
    def _sort_by(self, event: JobTable.SortRequested) -> None:
        """Sort by the column, then in reverse, then in the server's order again."""
        if self.list_view.sort is not event.key:
            self.sort_by(event.key)
        elif not self.list_view.reverse:
            self.sort_by(event.key, reverse=True)
        else:
            self.sort_by(SortKey.SERVER)

    @on(StateTabs.Chosen)
    def _choose_tab(self, event: StateTabs.Chosen) -> None:
        self.job_list.show(replace(self.job_query, states=event.states, offset=0))

    @on(StateTabs.FilterRemoved)
    def _remove_filter(self, event: StateTabs.FilterRemoved) -> None:
        self.job_list.show(self.job_query.without(event.name))

    @on(JobTable.Highlighted)
    def _highlight(self, event: JobTable.Highlighted) -> None:
        job_id = event.job.id if event.job is not None else None
        if job_id != self.job_list.cursor_job_id:
            self.message = SafeText("")
        self.job_list.cursor_job_id = job_id
        self.details.show(event.job)

    def action_back(self) -> None:
        """Undo one step: the search, the detail, a wait, a result list, the marks, or the newest filter."""
        table, find = self.query_one(JobTable), self.query_one(FindBar)
        if find.has_focus:
            self._clear_search()
        elif not table.has_focus or not table.display:
            self.remove_class("-open")
            self._update_detail_open()
        else:
            steps = (self._clear_search, self.job_list.stop, self.job_list.back, self._clear_marks)
            any(step() for step in (*steps, self.job_list.clear_filter))
        table.focus()

    # Find

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002
    ) -> bool | None:
        """Leave `/` to the find bar while the user types there; nothing opens the details within them."""
        within = {"find": FindBar, "detail": JobDetail}.get(action)
        return within is None or not isinstance(self.focused, within)

    def action_find(self) -> None:
        """Open the find bar."""
        self.query_one(FindBar).open()
        self.finding = True

    def action_rows(self) -> None:
        """Go to the rows; the search stays."""
        self.query_one(JobTable).focus()

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        self.list_view = replace(self.list_view, search=event.value)

    @on(Input.Submitted, "#find")
    def _search(self, event: Input.Submitted) -> None:
        """Search all pages if there are more than the loaded one; go to the rows."""
        pattern = search_pattern(event.value)
        if pattern.error is not None:
            return
        whole = self.page is not None and not self.page.more and not self.page.query.offset
        if pattern and not whole:
            self._find_in_all_pages(event.value)
        else:
            self.action_rows()

    @on(Input.Blurred, "#find")
    def _stop_finding(self) -> None:
        self.finding = False

    def _clear_search(self) -> bool:
        """Show all loaded jobs; return whether a search hid some."""
        self.query_one(FindBar).close()
        return bool(self.list_view.search)

    @work(group=FLOW)
    async def _find_in_all_pages(self, text: str) -> None:
        from cgc_tui.tui.find.flow import find_in_all_pages

        await find_in_all_pages(self, text)

    # The job under the cursor

    def action_next_failed(self, direction: Literal["down", "up"]) -> None:
        """Move the cursor to the next failed job of the page; while a search is active, to the next match."""
        if not self.query_one(JobTable).move_to_next(direction, failed=not self.list_view.search):
            what = "match" if self.list_view.search else "failed job"
            way = "below" if direction == "down" else "above"
            self.show_message(SafeText(f"no further {what} {way} on this page"))

    @on(JobTable.Opened)
    def action_detail(self) -> None:
        """Open the detail, or go into it."""
        if self.detail.job is not None:
            self._open_detail(True)
            self.query_one(JobDetail).focus()

    def action_pane(self) -> None:
        """Open or close the pane."""
        self._open_detail(not self.query_one(JobDetail).display)
        self.query_one(JobTable).focus()

    def _open_detail(self, opened: bool) -> None:
        self.set_class(opened, "-open")
        self.set_class(not opened, "-shut")
        self._update_detail_open()

    def _update_detail_open(self) -> None:
        """Load the detail once it is known whether it is open at this size."""
        self.call_after_refresh(lambda: self.details.set_open(self.query_one(JobDetail).display))

    # Marks

    def action_mark(self) -> None:
        """Mark or unmark the job under the cursor, and go to the next one."""
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
        """Mark all rows, or unmark them if all are marked."""
        self.marks = self.marks.toggled(self.shown_jobs)

    def _clear_marks(self) -> bool:
        """Unmark all jobs; return whether some were marked."""
        count, self.marks = len(self.marks), Marks()
        if count:
            self.show_message(SafeText(f"{count:,} mark{'s' if count > 1 else ''} cleared"))
        return count > 0

    # Features

    @work(group=FLOW)
    async def action_run(self, feature: str) -> None:
        """Run a feature, which may show dialogs."""
        await FEATURES[feature](self)

    def action_watch(self) -> None:
        """Watch the marked jobs or the list; stop a watch, or forget one that is over."""
        from cgc_tui.tui.watch.flow import ListWatch

        if self._watch is not None and self.watcher_status:
            self._watch.stop()
            self._watch = None
        else:
            self._watch = ListWatch(
                self, self, self.refresh_status, changed=partial(setattr, self, "watcher_status")
            )
