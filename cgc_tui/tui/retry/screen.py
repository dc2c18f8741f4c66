"""The retry screen: the plan of a retry, then its result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import ContentSwitcher, DataTable, Static

from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry.plan import SkipReason
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import error_line
from cgc_tui.formatting.retry import (
    lock_holder_text,
    no_lock_warning,
    outcomes_tsv,
    overwrite_warning,
    plan_rows,
    progress_line,
    request_lines,
    sent_line,
)
from cgc_tui.services.retries import Retries, Retry
from cgc_tui.services.retry_runner import Phase
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.context import FLOW, ask
from cgc_tui.tui.dialogs.confirm import ConfirmDialog
from cgc_tui.tui.messages import CopyRequested
from cgc_tui.tui.retry.outcome_table import OutcomeTable
from cgc_tui.tui.retry.plan_table import PlanTable
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.widgets.job_detail import label_grid
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

PLAN_LABEL_CELLS = 16
RESULT_LABEL_CELLS = 11

Row = tuple[str, SafeText]


class RetryScreen(Screen[bool]):
    """One retry, which continues when the user leaves the screen. Nothing is sent before the confirmation.

    The result is true if the user wants to plan a further retry.
    """

    CSS_PATH = stylesheet("retry")
    BINDINGS = bindings("retry")

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions(), init=False)
    user: reactive[SafeText | None] = reactive[SafeText | None](None, init=False)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    refresh_status: reactive[RefreshStatus | None] = reactive[RefreshStatus | None](None)
    policy: reactive[NameConflictPolicy] = reactive(NameConflictPolicy.AS_BEFORE, init=False)

    def __init__(self, retries: Retries, retry: Retry, *, profile: str) -> None:
        """`profile` is the profile that may change data on the platform."""
        super().__init__()
        self.session = retries.session
        self.retry = retry
        self._retries = retries
        self._profile = profile
        self._nothing_new = False
        """Whether the result is shown because everything in the plan was sent before."""

    def compose(self) -> ComposeResult:
        """Lay out the facts, the files or the outcomes, what is going on, and the keys."""
        at = RetryScreen
        yield TopBar(self.session.title).data_bind(at.display_options, at.user, at.as_of, at.refresh_status)
        yield Static("", id="plan", markup=False)
        with ContentSwitcher(initial="files"):
            with Vertical(id="files"):
                yield PlanTable().data_bind(at.display_options, at.policy)
            with Vertical(id="outcomes"):
                yield OutcomeTable().data_bind(at.display_options)
                yield Static("", id="ids", markup=False)
        yield Static("", id="news", markup=False)
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the app and the retry, and plan it if it was not sent."""
        follow_app(self, display_options="display_options", user="user")
        self.app.clear_notifications()  # that of the last retry says less than this screen
        self.query_one(PlanTable).focus()
        self._retries.on_change = self._update
        if self.retry.run is None:
            self.retry.planner.prepare()
        self._update()

    def on_unmount(self) -> None:
        """Stop following the retry, which continues."""
        if self._retries.on_change == self._update:
            self._retries.on_change = None
        self._retries.leave(self.retry)

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._update()

    def watch_user(self) -> None:
        """Show the user in the plan."""
        self._update()

    def watch_policy(self) -> None:
        """Show what is overwritten with the new option."""
        self._update()

    @work(group=FLOW)
    async def action_send(self) -> None:
        """Ask for a confirmation, and send."""
        plan = self.retry.planner.state.plan
        if plan is None or not plan.jobs:
            return
        count = len(plan.jobs)
        who = f" as {self.user}" if self.user else ""
        question = f"Retry {count:,} import{'' if count == 1 else 's'} on {self.session.title}{who}?"
        if warning := overwrite_warning(plan.jobs, self.policy):
            question += f" Caution: {warning}."
        if await ask(self.app, ConfirmDialog(sanitize(question), count)):
            self.retry.runner.start(self.policy)

    def action_options(self) -> None:
        """Change what happens if a name is taken."""
        policies = list(NameConflictPolicy)
        self.policy = policies[(policies.index(self.policy) + 1) % len(policies)]

    def action_look(self) -> None:
        """Plan again or, once something is sent, search for lost responses and read the new jobs."""
        if self.retry.run is None:
            self.retry.planner.prepare()
        else:
            self.retry.runner.look()

    def action_result(self) -> None:
        """Show the result of the last retry."""
        if (last := self._retries.last) is not None:
            self._show(last)

    def action_more(self) -> None:
        """Plan a further retry of the list's jobs."""
        self.dismiss(True)

    @work(group=FLOW)
    async def action_requests(self) -> None:
        """Show the requests of the plan as they are sent."""
        from cgc_tui.tui.dialogs.text import TextDialog

        if (plan := self.retry.planner.state.plan) is not None:
            text = "\n".join(request_lines(plan.jobs, self.policy))
            await ask(self.app, TextDialog(SafeText("Requests"), text, label=SafeText("the requests")))

    def action_copy(self) -> None:
        """Copy the outcome of each import."""
        if (run := self.retry.run) is not None:
            self.post_message(CopyRequested(outcomes_tsv(run), SafeText("the results")))

    def action_leave(self) -> None:
        """Stop waiting, or stop before the next request; else go back."""
        if not self.retry.runner.stop():
            self.dismiss(False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Enable the keys that can be used now."""
        status, plan = self.retry.runner.status, self.retry.planner.state.plan
        match action:
            case "send" | "options" | "requests":
                planned = status.run is None and status.phase is Phase.PLANNED
                return planned and plan is not None and bool(plan.jobs)
            case "result":
                return status.phase is Phase.PLANNED and self._retries.last is not None
            case "look":
                return status.phase is not Phase.LOCKING
            case "copy":
                return status.run is not None
            case "more":
                return status.phase is Phase.WATCHING
        return True

    @on(DataTable.RowHighlighted, "OutcomeTable")
    def _select_outcome(self) -> None:
        """Show the ids of the import under the cursor in full."""
        table = self.query_one(OutcomeTable)
        self.retry.selected_id = table.outcome.original.id if table.outcome and table.cursor_row else None
        self._update_ids()

    def _show(self, retry: Retry) -> None:
        """Show another retry."""
        self.retry.planner.cancel()
        self.retry = retry
        self._update()

    def _update(self) -> None:
        """Show the plan or the run; the result of an earlier one if there is nothing new to send."""
        if not self.display:  # a screen that is being removed has no widgets any more
            return
        if (sent := self._sent_before()) is not None:
            self.retry, self._nothing_new = sent, True
        run = self.retry.run
        if run is None:
            self._update_files()
            rows = self._plan_rows()
            self.as_of = self.retry.planner.state.as_of
        else:
            self._show_outcomes(run)
            rows = self._run_rows(run)
            self._update_ids()
            self.as_of = self.retry.runner.status.as_of or self.retry.planner.state.as_of
        self.query_one("#plan", Static).update(
            _grid(
                [("Jobs", self.retry.title), *rows], PLAN_LABEL_CELLS if run is None else RESULT_LABEL_CELLS
            )
        )
        self.query_one("#news", Static).update(self._notice(run))
        self.refresh_bindings()

    def _sent_before(self) -> Retry | None:
        """Return the retry that sent what is planned, if nothing else is to be sent."""
        plan = self.retry.planner.state.plan
        if self.retry.run is not None or plan is None or plan.jobs:
            return None
        return self._retries.last_of(
            [job for job, reason in plan.skipped.items() if reason is SkipReason.SENT]
        )

    def _plan_rows(self) -> Iterator[Row]:
        plan = self.retry.planner.state.plan
        if plan is None:
            return
        yield from plan_rows(plan, len(self.retry.planner.jobs), self.policy, self.display_options)
        yield "User", sanitize(f"{self.user or 'you'}{self.display_options.separator}profile {self._profile}")
        yield "If name exists", sanitize(f"{self.policy} (o changes it)")
        if hidden := self.query_one(PlanTable).hidden_count:
            yield "Files", SafeText(f"the first {len(plan.jobs) - hidden:,} of {len(plan.jobs):,}")

    def _update_files(self) -> None:
        """Show the files of the plan, which stay while a new one is made."""
        state = self.retry.planner.state
        if state.plan is not None or state.error is not None:
            self.query_one(PlanTable).jobs = state.plan.jobs if state.plan is not None else ()

    def _show_outcomes(self, run: RetryRun) -> None:
        table, switcher = self.query_one(OutcomeTable), self.query_one(ContentSwitcher)
        self.refresh_status = RefreshStatus(self.retry.runner.interval, self.retry.runner.paused)
        if switcher.current != "outcomes":
            switcher.current = "outcomes"
            table.selected_id = self.retry.selected_id
            table.focus()
        table.outcomes = run.outcomes

    def _run_rows(self, run: RetryRun) -> Iterator[Row]:
        status, table = self.retry.runner.status, self.query_one(OutcomeTable)
        parts = (sent_line(run, self.display_options), f"if name exists: {run.policy}")
        yield "Sent", sanitize(self.display_options.separator.join(parts))
        if run.progress.started:
            yield "Progress", progress_line(run.progress, self.display_options)
        if status.started_meanwhile:
            yield "Skipped", SafeText(f"{status.started_meanwhile:,} already started again")
        if status.unprotected:
            yield "No lock", no_lock_warning(status.unprotected)
        if table.hidden_count:
            shown = len(run.outcomes) - table.hidden_count
            text = f"the first {shown:,}, problems first; y copies all"
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
        status, state, display = self.retry.runner.status, self.retry.planner.state, self.display_options
        if status.phase is Phase.LOCKING and status.holder is not None:
            return sanitize(
                f"Waiting: {lock_holder_text(status.holder, display)}. Esc cancels; nothing is sent."
            )
        if status.phase is Phase.LOCKING:
            return SafeText("Checking the list again before sending… Esc cancels; nothing is sent.")
        if state.error is not None:
            return sanitize(
                f"Nothing sent: the check failed; r checks again{display.separator}"
                f"{error_line(state.error, display)}"
            )
        if state.plan is None:
            return SafeText("Checking what was already retried…")
        if status.start_error is not None:
            return sanitize(f"Nothing was sent{display.separator}{error_line(status.start_error, display)}")
        return SafeText(
            "Nothing sent yet. Enter asks for confirmation." if state.plan.jobs else "Nothing to send."
        )

    def _error_notice(self) -> SafeText:
        """Return why not all was sent or could be read, empty if nothing went wrong."""
        status, display = self.retry.runner.status, self.display_options
        sent = error_line(status.send_error, display) if status.send_error is not None else ""
        if status.look_error is not None:
            return sanitize(f"{sent} The check failed: {error_line(status.look_error, display)}".strip())
        if not sent and status.refresh_error is not None:
            return error_line(status.refresh_error, display)
        return SafeText(sent)

    def _run_notice(self, run: RetryRun) -> SafeText:
        phase = self.retry.runner.status.phase
        if phase is Phase.SENDING:
            return SafeText("Stopping…" if run.stopped else "Sending… Esc stops after the current request.")
        if phase is Phase.RECONCILING and run.unresolved:
            return SafeText("Searching for jobs whose response was lost…")
        reason = "Nothing new to send: already retried. " if self._nothing_new else ""
        if run.unresolved:
            return SafeText(f"{reason}Jobs with an unknown outcome are not sent again; r checks again.")
        if not run.running_ids:
            return SafeText(f"{reason}All new jobs have finished.")
        return SafeText(f"{reason}Watching the new jobs, also after Esc.")


def _grid(rows: Iterable[Row], label_cells: int) -> Table:
    """Return facts with their labels as a table."""
    table = label_grid(label_cells)
    for label, value in rows:
        table.add_row(Text(label), Text(value))
    return table
