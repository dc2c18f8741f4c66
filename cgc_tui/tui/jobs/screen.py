"""The jobs screen: the list, the job under the cursor, and the keys for both."""

from __future__ import annotations

from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.reactive import reactive
from textual.widgets import Input

from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.search import search_pattern
from cgc_tui.tui.jobs.empty_state import Notice
from cgc_tui.tui.jobs.find_bar import FindLine
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.result_bar import FoundLine
from cgc_tui.tui.jobs.state_tabs import StateTabs
from cgc_tui.tui.jobs.status_line import StatusLine
from cgc_tui.tui.keys import bindings
from cgc_tui.tui.retry.flow import Retrying
from cgc_tui.tui.widgets.job_detail import JobDetail
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar


class JobsScreen(Retrying):
    """The list of import jobs, with the detail beside it or over it."""

    BINDINGS = bindings("jobs")

    finding: reactive[bool] = reactive(False)
    """Whether one types what to look for."""

    def compose(self) -> ComposeResult:
        """Lay out the bars, the list with its notice, the detail and the keys."""
        at = JobsScreen
        yield TopBar(self.platform, self.last_user).data_bind(
            at.look, at.user, at.as_of, at.every, at.paused, at.attention
        )
        yield StateTabs().data_bind(at.look, at.wanted, at.counts)
        yield FoundLine(self.clock).data_bind(at.look, at.wanted, at.standing)
        with Horizontal(id="body"):
            with Container(id="list"):
                yield JobTable(self.clock).data_bind(at.page, at.arrangement, at.look, at.as_of, at.marks)
                yield Notice(self.client.endpoint).data_bind(
                    at.look, at.page, at.wanted, at.arrangement, at.trouble, at.user
                )
            yield JobDetail(self.web).data_bind(at.look, job=at.detail, note=at.detail_note)
        yield FindLine()
        yield StatusLine(self.clock).data_bind(
            at.look,
            at.page,
            at.wanted,
            at.arrangement,
            at.trouble,
            at.as_of,
            at.budget,
            at.news,
            at.marks,
            at.finding,
            at.watched,
        )
        yield KeyBar()
        yield TooSmall()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Leave the styles as they are the first time: all that there is has just got its own."""
        if not self.stack_updates:
            event.refresh_styles = False

    def on_mount(self) -> None:
        """Put the focus on the list."""
        self.query_one(JobTable).focus()

    @on(JobTable.Highlighted)
    def _highlight(self, event: JobTable.Highlighted) -> None:
        self.job = event.job

    @on(JobTable.SortAsked)
    def _sort_by(self, event: JobTable.SortAsked) -> None:
        same = self.arrangement.sort is event.key
        backwards = same and not self.arrangement.reverse
        self.arrangement = replace(self.arrangement, sort=event.key, reverse=backwards)

    @on(StateTabs.Chosen)
    def _choose_tab(self, event: StateTabs.Chosen) -> None:
        self.narrow(event.states)

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        self.arrangement = replace(self.arrangement, search=event.value)

    @on(Input.Submitted, "#find")
    def _search(self, event: Input.Submitted) -> None:
        """Search all pages, where there are others than the one that is loaded; go to the rows."""
        if search_pattern(event.value).error is not None:
            return
        whole = self.page is not None and not self.page.more and not self.page.query.offset
        if search_pattern(event.value) and not whole:
            self.find_everywhere(event.value)
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
        table, find = self.query_one(JobTable), self.query_one(FindLine)
        if find.has_focus:
            self._end_find()
        elif not table.has_focus or not table.display:
            self.remove_class("-open")
            self._open_or_shut()
        elif not (self.stop_waiting() or self._end_find() or self.leave_found()):
            self.clear_marks()
        table.focus()

    def _end_find(self) -> bool:
        """Show all that is loaded again; tell whether that was not so."""
        self.query_one(FindLine).shut()
        return bool(self.arrangement.search)

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002
    ) -> bool | None:
        """Leave `/` to the find line while one types there."""
        return action != "find" or not isinstance(self.focused, FindLine)

    def action_find(self) -> None:
        """Open the find line."""
        self.query_one(FindLine).open()
        self.finding = True

    def show_found(self, found: ResultSet) -> None:
        """Show the jobs that were found, with the focus on their rows."""
        self._end_find()
        super().show_found(found)
        self.query_one(JobTable).focus()

    def action_sort(self) -> None:
        """Sort the loaded jobs by the next column."""
        self.arrangement = replace(self.arrangement, sort=self.arrangement.sort.next(), reverse=False)

    def action_reverse(self) -> None:
        """Turn the order of the loaded jobs round."""
        self.arrangement = replace(self.arrangement, reverse=not self.arrangement.reverse)
