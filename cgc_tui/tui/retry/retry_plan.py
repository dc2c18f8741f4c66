"""Plans which failed imports are started again, and shows the requests; nothing is sent here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.retry import NameConflictPolicy, RetryPlan, RetryRun, plan_retry
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import error_line
from cgc_tui.formatting.retry import plan_rows, request_lines
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.retry.outcome_table import OutcomeTable
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall
from cgc_tui.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

LABEL_CELLS = 8
MAX_CHARS = 300_000


class RetryPlanScreen(Screen[None]):
    """The owner of the plan and its options; the platform is looked at first, for what was started since."""

    CSS_PATH = stylesheet("retry")
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    user: reactive[SafeText | None] = reactive[SafeText | None](None)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    interval: reactive[float] = reactive(0.0)
    """Seconds between two questions for the new jobs, once there are any."""
    policy: reactive[NameConflictPolicy] = reactive(NameConflictPolicy.AS_BEFORE, init=False)

    def __init__(
        self,
        client: PlatformClient,
        jobs: tuple[ImportJob, ...],
        runs: list[RetryRun],
        *,
        jobs_title: SafeText,
        platform: str,
        profile: str,
        user: SafeText | None,
        display: DisplayOptions,
        clock: Callable[[], datetime],
    ) -> None:
        """`jobs_title` the jobs are; `runs` are the retries before this one."""
        super().__init__()
        self.client = client
        self.runs = runs
        self.jobs_title = jobs_title
        self.platform = platform
        self.clock = clock
        self.plan: RetryPlan | None = None
        self.ids_before: tuple[str, ...] = ()
        """The ids of the jobs that were listed before anything was sent."""
        self.token_refused = False
        """Whether the new jobs are asked for by key only."""
        self._jobs = jobs
        self._profile = profile
        self.set_reactive(RetryPlanScreen.display_options, display)
        self.set_reactive(RetryPlanScreen.user, user)

    def compose(self) -> ComposeResult:
        """Lay out the plan, the requests or what became of them, what goes on, and the keys."""
        at = RetryPlanScreen
        yield TopBar(self.platform).data_bind(at.display_options, at.user, at.as_of, at.interval)
        yield Static("", id="plan", markup=False)
        with VerticalScroll(id="bodies"):
            yield Static("", id="requests", markup=False)
        yield OutcomeTable().data_bind(at.display_options)
        yield Static("", id="ids", markup=False)
        yield Static("", id="news", markup=False)
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the app, and look whether the imports were started again since."""
        follow_app(self, display_options="display_options", user="user")
        self.query_one("#bodies").focus()
        self.prepare()

    @work(exclusive=True)
    async def prepare(self) -> None:
        """Plan, with what the platform lists now."""
        from cgc_tui.services.retry import related_jobs

        self.plan = None
        sent = frozenset[str]().union(*(run.sent_ids for run in self.runs))
        self.show_rows([("Retry", self.jobs_title)])
        self.show_notice(SafeText("Looking whether they were started again since…"))
        try:
            listed = await related_jobs(self.client, self._jobs)
        except CgcError as error:
            self.note_failure(error)
            self.query_one("#requests", Static).update("")
            self.show_notice(
                sanitize(
                    "Nothing is sent without a look; r looks again"
                    f"{self.display_options.separator}{error_line(error, self.display_options)}"
                )
            )
            return
        self.ids_before = tuple(job.id for job in listed)
        self.as_of = self.clock()
        self.plan = plan_retry(self._jobs, sent_ids=sent, listed=listed)
        self._show_plan()

    def _show_plan(self) -> None:
        if self.plan is None:
            return
        rows = [
            *plan_rows(self.plan, len(self._jobs), self.display_options),
            ("As", sanitize(f"{self.user or 'you'}{self.display_options.separator}profile {self._profile}")),
            ("Names", sanitize(f"{self.policy}   (o: as before, overwrite, autorename)")),
        ]
        self.show_rows([("Retry", self.jobs_title), *rows])
        requests = "\n".join(request_lines(self.plan.jobs, self.policy))
        self.query_one("#requests", Static).update(sanitize(requests, multiline=True, max_chars=MAX_CHARS))
        self.show_notice(
            SafeText("Nothing is sent yet. Enter asks first." if self.plan.jobs else "Nothing to send.")
        )

    def watch_policy(self) -> None:
        """Show the requests as they are with the new options."""
        self._show_plan()

    def action_options(self) -> None:
        """Change what happens where a name is taken."""
        kinds = list(NameConflictPolicy)
        self.policy = kinds[(kinds.index(self.policy) + 1) % len(kinds)]

    def note_failure(self, error: CgcError) -> None:
        """Stop the requests that no key asks for where the platform rejects the token."""
        self.token_refused = self.token_refused or isinstance(error, TokenRejected)

    def show_rows(self, rows: Iterable[tuple[str, SafeText]]) -> None:
        """Show facts at the top, each with its label."""
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=LABEL_CELLS)
        table.add_column(overflow="fold")
        for label, value in rows:
            table.add_row(Text(label), Text(value))
        self.query_one("#plan", Static).update(table)

    def show_notice(self, message: SafeText) -> None:
        """Show what goes on."""
        self.query_one("#news", Static).update(message)
