"""The interface of the jobs screen for its features."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from textual.app import App
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions

if TYPE_CHECKING:
    from cgc_tui.domain.job_detail import JobDetailState
    from cgc_tui.services.retries import Retries
    from cgc_tui.services.session import PlatformSession

Result = TypeVar("Result")

FLOW = "flow"
"""The group of workers that run a feature, and may wait for what the user chooses in a dialog."""


class JobsContext(Protocol):
    """The part of the jobs screen that features use: the list, the marks, dialogs, result sets.

    A feature is an async function of it, in a worker: it shows dialogs with `ask` and never touches a
    widget of the screen.
    """

    @property
    def session(self) -> PlatformSession: ...

    @property
    def display_options(self) -> DisplayOptions: ...
    @property
    def user(self) -> SafeText | None: ...
    @property
    def refresh_status(self) -> RefreshStatus: ...

    @property
    def job_query(self) -> JobQuery: ...
    @property
    def page(self) -> JobPage | None: ...
    @property
    def origin(self) -> ResultOrigin | None:
        """The search whose result set is listed, None for the platform's own list."""

    @property
    def shown_jobs(self) -> tuple[ImportJob, ...]:
        """The jobs in the rows, from top to bottom."""

    @property
    def detail(self) -> JobDetailState:
        """The job under the cursor, as far as it is known."""

    @property
    def marks(self) -> Marks: ...
    @marks.setter
    def marks(self, marks: Marks) -> None: ...
    @property
    def retries(self) -> Retries:
        """The retries of this session."""

    def known_jobs(self, query: JobQuery) -> tuple[ImportJob, ...] | None:
        """Return all jobs of the list that match, None if that takes requests."""

    async def ask(self, screen: Screen[Result]) -> Result | None:
        """Show a dialog or screen and return its result, None if the user left it."""

    async def all_jobs(
        self, query: JobQuery, heading: SafeText, *, max_jobs: int = sys.maxsize
    ) -> JobPage | None:
        """Return all jobs that match, with progress under a heading; None if the user stopped it.

        `max_jobs` limits what is requested of the platform. The window of the query does not count.
        """

    async def show_results(self, results: ResultSet) -> None:
        """List the jobs of a result set until the user goes back to the list before."""

    def show_message(self, message: SafeText) -> None:
        """Show a short message in the status line."""

    def post_message(self, message: Message) -> bool:
        """Send a message of `cgc_tui.tui.messages` to the app."""

    @property
    def list_view(self) -> ListView:
        """The search and the order of the loaded jobs."""

    def sort_by(self, key: SortKey, *, reverse: bool = False) -> None:
        """Sort the loaded jobs."""

    def reload(self) -> None:
        """Request the list again."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None: ...


async def ask(app: App[Any], screen: Screen[Result]) -> Result | None:
    """Show a dialog or screen in a worker and return its result, None if the user left it."""
    # Not push_screen_wait: it runs other callbacks first, and one of them may be the next key's.
    return await asyncio.shield(app.push_screen(screen, wait_for_dismiss=True))
