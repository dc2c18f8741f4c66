"""Starts failed imports again once that is confirmed, and shows what became of each."""

from __future__ import annotations

from typing import Any

from textual import work

from cgc_tui.errors import CgcError
from cgc_tui.keys import bindings
from cgc_tui.retry import Run
from cgc_tui.retry_view import summary, table
from cgc_tui.screens.asks import CopyAsked
from cgc_tui.screens.confirm import ConfirmDialog
from cgc_tui.screens.retry_plan import RetryPlan
from cgc_tui.text import Clean, clean
from cgc_tui.view import failure
from cgc_tui.widgets.outcome_table import OutcomeTable

WATCH = 15.0
QUIET = Clean("")


class RetryScreen(RetryPlan):
    """One retry. Nothing is sent before the confirmation, and each import once whatever is pressed.

    Its `run` is there from the confirmation on; a second one is never made.
    """

    BINDINGS = bindings("retry")

    def __init__(self, *plan: Any, every: float, **more: Any) -> None:
        """`every` so many seconds the new jobs are asked for; 0: at a rhythm of its own."""
        super().__init__(*plan, **more)
        self._every = every or WATCH
        self._run: Run | None = None
        self._sending = False

    def action_send(self) -> None:
        """Ask, and send when that is confirmed."""
        plan = self.plan
        if plan is None or not plan.jobs or self._run is not None:
            return

        def confirmed(yes: bool | None) -> None:
            if yes and self._run is None:
                self._run = Run(plan, self.options, self.before)
                self.runs.append(self._run)
                self._send(self._run)

        count = len(plan.jobs)
        who = f" as {self.user}" if self.user else ""
        question = f"Start {count:,} import{'' if count == 1 else 's'} on {self.platform}{who}?"
        self.app.push_screen(ConfirmDialog(clean(question), count), confirmed)

    @work(group="send")
    async def _send(self, run: Run) -> None:
        """Send all, look where an answer was lost, and go on to watch."""
        from cgc_tui.api.resend import send

        self._sending = True
        self.add_class("-sent")
        self.query_one(OutcomeTable).focus()
        self.refresh_bindings()
        ended = await send(self.client, run, on_change=self._show_run)
        self._sending = False
        self.every = self._every
        self.set_interval(self._every, self._watch)
        if ended is not None:
            self.note_failure(ended)
        self._look_closer(run, failure(ended, self.look) if ended is not None else QUIET)

    def action_look(self) -> None:
        """Plan anew, or look how things stand."""
        self.token_refused = False
        if self._run is None:
            self.prepare()
        elif not self._sending:
            self._look_closer(self._run, QUIET)

    @work(exclusive=True, group="look")
    async def _look_closer(self, run: Run, news: Clean) -> None:
        """Look for jobs whose answer was lost, and how the new ones stand."""
        from cgc_tui.api.resend import look

        try:
            await look(self.client, run)
        except CgcError as error:
            self.note_failure(error)
            news = clean(f"{news} The look failed: {failure(error, self.look)}".strip())
        await self._follow(run, news)

    @work(exclusive=True, group="look")
    async def _watch(self) -> None:
        if self._run is not None and self._run.going and not self.token_refused:
            await self._follow(self._run, QUIET)

    async def _follow(self, run: Run, news: Clean) -> None:
        """Learn how the new jobs stand."""
        from cgc_tui.api.resend import follow

        try:
            await follow(self.client, run)
        except CgcError as error:
            self.note_failure(error)
            news = news or failure(error, self.look)
        else:
            self.as_of = self.clock()
        self._show_run(news)

    def _show_run(self, news: Clean = QUIET) -> None:
        run = self._run
        if run is None:
            return
        rows = self.query_one(OutcomeTable)
        rows.outcomes = run.outcomes
        head = clean(f"{self.what}{self.look.dot}names {run.options}")
        facts = [("Retry", head), ("Sent", summary(run, self.look))]
        if rows.left_out:
            shown = len(run.outcomes) - rows.left_out
            facts.append(
                ("Shown", Clean(f"the first {shown:,}, what needs a look before the rest; y copies all"))
            )
        self.tell(facts)
        self._show_ids()
        self.say(news or self._state(run))

    def _state(self, run: Run) -> Clean:
        """Return what goes on."""
        if self._sending:
            return Clean("Stopping…" if run.stopped else "Sending… Esc stops after the request under way.")
        if run.unclear:
            return Clean("Outcomes that are unknown are not sent again; r looks once more.")
        return Clean("Watching the new jobs." if run.going else "All have ended.")

    def on_data_table_row_highlighted(self) -> None:
        """Show the ids of the import under the cursor in full."""
        self._show_ids()

    def _show_ids(self) -> None:
        outcome = self.query_one(OutcomeTable).outcome
        if outcome is not None:
            new = outcome.new.id if outcome.new is not None else self.look.unknown
            self.query_one("#ids").update(clean(f"old {outcome.old.id}   new {new}"))  # type: ignore[attr-defined]

    def action_copy(self) -> None:
        """Copy what became of each import."""
        if self._run is not None:
            self.post_message(CopyAsked(table(self._run), Clean("the outcomes")))

    def action_leave(self) -> None:
        """Stop before the next request; where nothing is being sent, go back."""
        if self._sending and self._run is not None:
            self._run.stopped = True
            self._show_run()
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer what can be done now."""
        if action in ("send", "options"):
            return self._run is None
        return self._run is not None if action == "copy" else True
