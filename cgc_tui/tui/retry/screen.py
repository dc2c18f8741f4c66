"""Starts failed imports again once that is confirmed, and shows what became of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import work
from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.retry import RetryPlan, RetryRun
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.lists import error_line
from cgc_tui.formatting.retry import held_by, outcomes_tsv, run_summary, unprotected
from cgc_tui.system.send_lock import SendLock
from cgc_tui.tui.dialogs.confirm import ConfirmDialog
from cgc_tui.tui.keys import bindings
from cgc_tui.tui.messages import CopyRequested
from cgc_tui.tui.retry.outcome_table import OutcomeTable
from cgc_tui.tui.retry.retry_plan import RetryPlanScreen

DEFAULT_INTERVAL = 15.0
NO_NOTICE = SafeText("")


class RetryScreen(RetryPlanScreen):
    """One retry. Nothing is sent before the confirmation, and each import once whatever is pressed.

    Once that is given, one worker waits until no other process sends, looks again, and sends. Its run is
    there from the first request on; a second one is never made.
    """

    BINDINGS = bindings("retry")

    def __init__(self, *plan: Any, interval: float, state: Path | None, **more: Any) -> None:
        """`interval` so many seconds the new jobs are asked for; 0: at a rhythm of its own.

        `state` is the directory of the lock for sending, None where there is none.
        """
        super().__init__(*plan, **more)
        self._interval = interval or DEFAULT_INTERVAL
        self._state_directory = state
        self._run: RetryRun | None = None
        self._starting: Worker[None] | None = None
        """The worker that is to send, as long as it has sent nothing."""
        self._started_meanwhile = 0
        """How many imports another process started between the plan and the lock."""
        self._unprotected = NO_NOTICE
        """Why no lock keeps other processes from sending."""
        self._sending = False
        self._reconciling = False

    def action_send(self) -> None:
        """Ask, and send when that is confirmed."""
        plan = self.plan
        if plan is None or not plan.jobs or not self._is_plan:
            return

        def confirmed(confirmed_: bool | None) -> None:
            if confirmed_ and self._is_plan:
                self._starting = self._send(plan)
                self.refresh_bindings()

        count = len(plan.jobs)
        who = f" as {self.user}" if self.user else ""
        question = f"Start {count:,} import{'' if count == 1 else 's'} on {self.platform}{who}?"
        self.app.push_screen(ConfirmDialog(sanitize(question), count), confirmed)

    @property
    def _is_plan(self) -> bool:
        """Whether nothing is sent, nor about to be."""
        return self._run is None and self._starting is None

    @work(group="send")
    async def _send(self, planned: RetryPlan) -> None:
        """Send all that no other process has sent, and go on to watch."""
        from cgc_tui.services.retry import locked_run

        self._show_holder(None)
        lock = SendLock(
            self._state_directory,
            on_wait=self._show_holder,
            on_unprotected=self._note_unprotected,
            clock=self.clock,
        )
        try:
            async with locked_run(
                self.client, planned, self.policy, known=self.ids_before, hold=lock.hold
            ) as run:
                self._starting = None
                news = await self._send_run(run, len(planned.jobs))
        except CgcError as error:
            self._starting = None
            self.note_failure(error)
            self.show_notice(
                sanitize(
                    f"Nothing was sent{self.display_options.separator}"
                    f"{error_line(error, self.display_options)}"
                )
            )
            self.refresh_bindings()
            return
        if self._run is not None:
            self.interval = self._interval
            self.set_interval(self._interval, self._poll)
            await self._refresh_jobs(run, news)

    async def _send_run(self, run: RetryRun, planned: int) -> SafeText:
        """Send what is left of so many imports, look where an answer was lost; return what went wrong."""
        from cgc_tui.services.retry import reconcile, send

        self._started_meanwhile = planned - len(run.plan.jobs)
        if not run.plan.jobs:
            self.plan = run.plan
            self._show_plan()
            self.refresh_bindings()
            return NO_NOTICE
        self._run = run
        self.runs.append(run)
        self._sending = True
        self.add_class("-sent")
        self.query_one(OutcomeTable).focus()
        self.refresh_bindings()
        ended = await send(self.client, run, on_change=self._show_run)
        if ended is not None:
            self.note_failure(ended)
        self._sending, self._reconciling = False, True
        news = error_line(ended, self.display_options) if ended is not None else NO_NOTICE
        self._show_run(news)
        try:
            await reconcile(self.client, run)
        except CgcError as error:
            self.note_failure(error)
            news = sanitize(f"{news} The look failed: {error_line(error, self.display_options)}".strip())
        self._reconciling = False
        return news

    def _show_holder(self, holder: LockHolder | None) -> None:
        if holder is None:
            self.show_notice(SafeText("Looking once more before sending… Esc stops; nothing is sent."))
        else:
            self.show_notice(
                sanitize(
                    f"Waiting: {held_by(holder, self.display_options)}. Esc stops waiting; nothing is sent."
                )
            )

    def _note_unprotected(self, reason: SafeText) -> None:
        self._unprotected = unprotected(reason)

    def action_look(self) -> None:
        """Plan anew, or look how things stand."""
        self.token_refused = False
        if self._run is not None:
            if not self._sending:
                self._reconcile(self._run, NO_NOTICE)
        else:
            self.prepare()

    @work(exclusive=True, group="look")
    async def _reconcile(self, run: RetryRun, notice: SafeText) -> None:
        """Look for jobs whose answer was lost, and how the new ones stand."""
        from cgc_tui.services.retry import reconcile_once

        try:
            await reconcile_once(self.client, run)
        except CgcError as error:
            self.note_failure(error)
            notice = sanitize(f"{notice} The look failed: {error_line(error, self.display_options)}".strip())
        await self._refresh_jobs(run, notice)

    @work(exclusive=True, group="look")
    async def _poll(self) -> None:
        if self._run is not None and self._run.running_ids and not self.token_refused:
            await self._refresh_jobs(self._run, NO_NOTICE)

    async def _refresh_jobs(self, run: RetryRun, notice: SafeText) -> None:
        """Learn how the new jobs stand."""
        from cgc_tui.services.retry import refresh

        try:
            await refresh(self.client, run)
        except CgcError as error:
            self.note_failure(error)
            notice = notice or error_line(error, self.display_options)
        else:
            self.as_of = self.clock()
        self._show_run(notice)

    def _show_run(self, notice: SafeText = NO_NOTICE) -> None:
        run = self._run
        if run is None or not self.display:  # a screen that is being removed has lost its widgets
            return
        table = self.query_one(OutcomeTable)
        table.outcomes = run.outcomes
        heading = sanitize(f"{self.jobs_title}{self.display_options.separator}names {run.policy}")
        rows = [("Retry", heading), ("Sent", run_summary(run, self.display_options))]
        if self._started_meanwhile:
            rows.append(("Skipped", sanitize(f"{self._started_meanwhile:,} started again meanwhile")))
        if self._unprotected:
            rows.append(("No lock", self._unprotected))
        if table.hidden_count:
            shown = len(run.outcomes) - table.hidden_count
            rows.append(
                ("Shown", SafeText(f"the first {shown:,}, what needs a look before the rest; y copies all"))
            )
        self.show_rows(rows)
        self._show_ids()
        self.show_notice(notice or self._run_status(run))

    def _run_status(self, run: RetryRun) -> SafeText:
        """Return what goes on."""
        if self._sending:
            return SafeText("Stopping…" if run.stopped else "Sending… Esc stops after the request under way.")
        if self._reconciling and run.unresolved:
            return SafeText("Looking for the jobs whose answer was lost…")
        if run.unresolved:
            return SafeText("Outcomes that are unknown are not sent again; r looks once more.")
        return SafeText("Watching the new jobs." if run.running_ids else "All have ended.")

    def on_data_table_row_highlighted(self) -> None:
        """Show the ids of the import under the cursor in full."""
        self._show_ids()

    def _show_ids(self) -> None:
        outcome = self.query_one(OutcomeTable).outcome
        if outcome is not None:
            new = outcome.replacement.id if outcome.replacement is not None else self.display_options.missing
            self.query_one("#ids").update(sanitize(f"old {outcome.original.id}   new {new}"))  # type: ignore[attr-defined]

    def action_copy(self) -> None:
        """Copy what became of each import."""
        if self._run is not None:
            self.post_message(CopyRequested(outcomes_tsv(self._run), SafeText("the outcomes")))

    def action_leave(self) -> None:
        """Stop waiting, or stop before the next request; where nothing is being sent, go back."""
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None
            self._show_plan()
            self.refresh_bindings()
        elif self._sending and self._run is not None:
            self._run.stopped = True
            self._show_run()
        else:
            self.workers.cancel_node(self)  # or one goes on while the widgets are removed
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer what can be done now."""
        if action in ("send", "options"):
            return self._is_plan
        if action == "look":
            return self._starting is None
        return self._run is not None if action == "copy" else True
