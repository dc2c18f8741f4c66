"""The retry screen: the plan with its requests, then the outcome of each import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry import NameConflictPolicy, RetryRun
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import error_line
from cgc_tui.formatting.retry import (
    held_by,
    outcomes_tsv,
    overwrite_warning,
    plan_rows,
    request_lines,
    run_summary,
    unprotected,
)
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.context import FLOW, ask
from cgc_tui.tui.dialogs.confirm import ConfirmDialog
from cgc_tui.tui.keys import bindings
from cgc_tui.tui.messages import CopyRequested
from cgc_tui.tui.retry.outcome_table import OutcomeTable
from cgc_tui.tui.retry.planner import RetryPlanner
from cgc_tui.tui.retry.runner import Phase, RetryRunner
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.widgets.job_detail import label_grid
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from cgc_tui.services.session import PlatformSession

LABEL_CELLS = 12
MAX_CHARS = 300_000

Row = tuple[str, SafeText]


class RetryScreen(Screen[None]):
    """One retry. Nothing is sent before the confirmation, and each import once regardless of the keys."""

    CSS_PATH = stylesheet("retry")
    BINDINGS = bindings("retry")

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions(), init=False)
    user: reactive[SafeText | None] = reactive[SafeText | None](None, init=False)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    refresh_status: reactive[RefreshStatus] = reactive(RefreshStatus())
    policy: reactive[NameConflictPolicy] = reactive(NameConflictPolicy.AS_BEFORE, init=False)

    def __init__(
        self,
        session: PlatformSession,
        jobs: tuple[ImportJob, ...],
        runs: list[RetryRun],
        *,
        jobs_title: SafeText,
        profile: str,
        interval: float,
    ) -> None:
        """`runs` are the retries before this one; `interval` is that of the list in seconds, 0 for none.

        `profile` is the one that may change what is on the platform.
        """
        super().__init__()
        self.session = session
        self.planner = RetryPlanner(self, session, jobs, runs, changed=self._update)
        self.runner = RetryRunner(self, session, self.planner, runs, interval=interval, changed=self._update)
        self._jobs_title = jobs_title
        self._profile = profile

    def compose(self) -> ComposeResult:
        """Lay out the facts, the requests or the outcomes, what is going on, and the keys."""
        at = RetryScreen
        yield TopBar(self.session.title).data_bind(at.display_options, at.user, at.as_of, at.refresh_status)
        yield Static("", id="plan", markup=False)
        with ContentSwitcher(initial="bodies"):
            with VerticalScroll(id="bodies"):
                yield Static("", id="requests", markup=False)
            with Vertical(id="outcomes"):
                yield OutcomeTable().data_bind(at.display_options)
                yield Static("", id="ids", markup=False)
        yield Static("", id="news", markup=False)
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the app, and plan."""
        follow_app(self, display_options="display_options", user="user")
        self.query_one("#bodies").focus()
        self.planner.prepare()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._update()

    def watch_user(self) -> None:
        """Show the user in the plan."""
        self._update()

    def watch_policy(self) -> None:
        """Show the requests with the new option."""
        self._update()

    @work(group=FLOW)
    async def action_send(self) -> None:
        """Ask for a confirmation, and send."""
        plan = self.planner.state.plan
        if plan is None or not plan.jobs:
            return
        count = len(plan.jobs)
        who = f" as {self.user}" if self.user else ""
        question = f"Start {count:,} import{'' if count == 1 else 's'} on {self.session.title}{who}?"
        if warning := overwrite_warning(plan.jobs, self.policy):
            question += f" Caution: {warning}."
        if await ask(self.app, ConfirmDialog(sanitize(question), count)):
            self.runner.start(self.policy)

    def action_options(self) -> None:
        """Change what happens if a name is taken."""
        policies = list(NameConflictPolicy)
        self.policy = policies[(policies.index(self.policy) + 1) % len(policies)]

    def action_look(self) -> None:
        """Plan again or, once something is sent, look for lost answers and read the new jobs."""
        if self.runner.status.run is None:
            self.planner.prepare()
        else:
            self.runner.look()

    def action_copy(self) -> None:
        """Copy the outcome of each import."""
        if (run := self.runner.status.run) is not None:
            self.post_message(CopyRequested(outcomes_tsv(run), SafeText("the outcomes")))

    def action_leave(self) -> None:
        """Stop waiting, or stop before the next request; while nothing is sent, go back."""
        if not self.runner.stop():
            self.planner.cancel()
            self.runner.cancel()
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer what can be done now."""
        status = self.runner.status
        match action:
            case "send" | "options":
                return status.run is None and status.phase is Phase.PLANNED
            case "look":
                return status.phase is not Phase.LOCKING
            case "copy":
                return status.run is not None
        return True

    def on_data_table_row_highlighted(self) -> None:
        """Show the ids of the import under the cursor in full."""
        self._update_ids()

    def _update(self) -> None:
        """Show the plan or the run."""
        if not self.display:  # a screen that is being removed has no widgets any more
            return
        run = self.runner.status.run
        if run is None:
            rows = self._plan_rows()
            self._update_requests()
            self.as_of = self.planner.state.as_of
        else:
            self._show_outcomes(run)
            rows = self._run_rows(run)
            self._update_ids()
            self.as_of = self.runner.status.as_of or self.planner.state.as_of
        self.query_one("#plan", Static).update(_grid([("Retry", self._title(run)), *rows]))
        self.query_one("#news", Static).update(self._notice(run))
        self.refresh_bindings()

    def _title(self, run: RetryRun | None) -> SafeText:
        if run is None:
            return self._jobs_title
        return sanitize(f"{self._jobs_title}{self.display_options.separator}names {run.policy}")

    def _plan_rows(self) -> Iterator[Row]:
        plan = self.planner.state.plan
        if plan is None:
            return
        yield from plan_rows(plan, len(self.planner.jobs), self.policy, self.display_options)
        yield "As", sanitize(f"{self.user or 'you'}{self.display_options.separator}profile {self._profile}")
        yield "Names", sanitize(f"{self.policy}   (o: as before, overwrite, autorename)")

    def _update_requests(self) -> None:
        """Show the requests of the plan, which stay while a new one is made."""
        state = self.planner.state
        if state.plan is not None or state.error is not None:
            text = "\n".join(request_lines(state.plan.jobs, self.policy)) if state.plan is not None else ""
            self.query_one("#requests", Static).update(sanitize(text, multiline=True, max_chars=MAX_CHARS))

    def _show_outcomes(self, run: RetryRun) -> None:
        table, switcher = self.query_one(OutcomeTable), self.query_one(ContentSwitcher)
        table.outcomes = run.outcomes
        if switcher.current != "outcomes":
            switcher.current = "outcomes"
            table.focus()
            self.refresh_status = RefreshStatus(self.runner.interval)

    def _run_rows(self, run: RetryRun) -> Iterator[Row]:
        status, table = self.runner.status, self.query_one(OutcomeTable)
        yield "Sent", run_summary(run, self.display_options)
        if status.started_meanwhile:
            yield "Skipped", SafeText(f"{status.started_meanwhile:,} started again meanwhile")
        if status.unprotected:
            yield "No lock", unprotected(status.unprotected)
        if table.hidden_count:
            shown = len(run.outcomes) - table.hidden_count
            text = f"the first {shown:,}, what needs a look before the rest; y copies all"
            yield "Shown", SafeText(text)

    def _update_ids(self) -> None:
        outcome = self.query_one(OutcomeTable).outcome
        if outcome is not None:
            new = outcome.replacement.id if outcome.replacement is not None else self.display_options.missing
            self.query_one("#ids", Static).update(sanitize(f"old {outcome.original.id}   new {new}"))

    def _notice(self, run: RetryRun | None) -> SafeText:
        """Return what is going on, or what went wrong."""
        return self._plan_notice() if run is None else self._error_notice() or self._run_notice(run)

    def _plan_notice(self) -> SafeText:
        status, state, display = self.runner.status, self.planner.state, self.display_options
        if status.phase is Phase.LOCKING and status.holder is not None:
            return sanitize(
                f"Waiting: {held_by(status.holder, display)}. Esc stops waiting; nothing is sent."
            )
        if status.phase is Phase.LOCKING:
            return SafeText("Looking once more before sending… Esc stops; nothing is sent.")
        if state.error is not None:
            return sanitize(
                f"Nothing is sent without a look; r looks again{display.separator}"
                f"{error_line(state.error, display)}"
            )
        if state.plan is None:
            return SafeText("Looking whether they were started again since…")
        if status.start_error is not None:
            return sanitize(f"Nothing was sent{display.separator}{error_line(status.start_error, display)}")
        return SafeText("Nothing is sent yet. Enter asks first." if state.plan.jobs else "Nothing to send.")

    def _error_notice(self) -> SafeText:
        """Return why not all was sent or could be read, empty if nothing went wrong."""
        status, display = self.runner.status, self.display_options
        sent = error_line(status.send_error, display) if status.send_error is not None else ""
        if status.look_error is not None:
            return sanitize(f"{sent} The look failed: {error_line(status.look_error, display)}".strip())
        if not sent and status.refresh_error is not None:
            return error_line(status.refresh_error, display)
        return SafeText(sent)

    def _run_notice(self, run: RetryRun) -> SafeText:
        phase = self.runner.status.phase
        if phase is Phase.SENDING:
            return SafeText("Stopping…" if run.stopped else "Sending… Esc stops after the request under way.")
        if phase is Phase.RECONCILING and run.unresolved:
            return SafeText("Looking for the jobs whose answer was lost…")
        if run.unresolved:
            return SafeText("Outcomes that are unknown are not sent again; r looks once more.")
        return SafeText("Watching the new jobs." if run.running_ids else "All have ended.")


def _grid(rows: Iterable[Row]) -> Table:
    """Return facts with their labels as a table."""
    table = label_grid(LABEL_CELLS)
    for label, value in rows:
        table.add_row(Text(label), Text(value))
    return table
