"""Loads all jobs of a list, and shows the progress."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import ProgressBar, Static

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import error_line, missing_details
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.dialogs.base import Dialog
from cgc_tui.tui.stylesheets import stylesheet

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.listing import FetchProgress

HIDDEN_SECONDS = 0.3
UPDATE_INTERVAL = 0.25
WORDS_SECONDS = 10.0


class LoadAllDialog(Dialog[JobPage]):
    """A progress bar; the result is all jobs as one page, None if loading was stopped.

    It is invisible at first, so that a short load shows no dialog. Times are in seconds.
    """

    HINTS = (("escape", "Cancel"),)
    CSS_PATH = stylesheet("dialogs")
    BINDINGS = bindings("read_all")

    may_retry: reactive[bool] = reactive(False, bindings=True)
    """Whether the load waits for the next attempt or has failed."""

    def __init__(
        self,
        client: PlatformClient,
        query: JobQuery,
        *,
        heading: SafeText,
        display: DisplayOptions,
        clock: Callable[[], datetime],
        max_jobs: int = sys.maxsize,
    ) -> None:
        """`heading` stands above the bar; the window of the query does not count, but for `max_jobs` jobs."""
        super().__init__()
        self._client = client
        self._query = query
        self._max_jobs = max_jobs
        self._heading = heading
        self._display_options = display
        self._clock = clock
        self._progress: FetchProgress | None = None
        self._wait: tuple[CgcError, datetime] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the heading, the bar, the progress and the keys."""
        with Vertical(id="dialog"):
            yield Static(self._heading, markup=False, classes="heading")
            yield ProgressBar(show_eta=False)
            yield Static("", id="progress", markup=False)

    def on_mount(self) -> None:
        """Start loading; the dialog appears if that takes a while."""
        self.set_timer(HIDDEN_SECONDS, self._reveal)
        self._ticker = self.set_interval(UPDATE_INTERVAL, self._update)
        self.action_read()

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002
    ) -> bool | None:
        """Leave out the retry while there is nothing to retry."""
        return action != "read" or self.may_retry

    def _reveal(self) -> None:
        self.add_class("-seen")

    @work(exclusive=True)
    async def action_read(self) -> None:
        """Load the list; on a failure, say why and offer to try again."""
        from cgc_tui.api.listing import fetch_all  # with httpx, which is there by now

        self._progress = self._wait = None
        self.may_retry = False
        self._ticker.resume()
        try:
            page = await fetch_all(
                self._client,
                self._query,
                max_jobs=self._max_jobs,
                on_progress=self._note_progress,
                on_retry=self._note_wait,
            )
        except CgcError as error:
            self._ticker.pause()
            self._reveal()
            self._say(error_line(error, self._display_options))
            self.may_retry = True
        else:
            if text := missing_details(page.details_missing, len(page.jobs)):
                text = sanitize(f"{text}; only their ids and states are known.")
                self.app.notify(text, severity="warning", timeout=WORDS_SECONDS, markup=False)
            self.dismiss(page)

    def _note_progress(self, progress: FetchProgress) -> None:
        self._progress = progress
        self._wait = None
        self.may_retry = False

    def _note_wait(self, error: CgcError, seconds: float) -> None:
        self._wait = error, self._clock() + timedelta(seconds=seconds)
        self.may_retry = True

    def _update(self) -> None:
        """Show the progress, or the wait before the next attempt."""
        progress = self._progress
        bar = self.query_one(ProgressBar)
        known = progress is not None and progress.total_pages is not None
        bar.display = known and not self._display_options.ascii
        if progress is not None and progress.total_pages is not None:
            bar.update(total=progress.total_pages, progress=progress.pages)
        if self._wait is not None:
            error, until = self._wait
            left = max(0, round((until - self._clock()).total_seconds()))
            self._say(sanitize(f"{error.summary}{self._display_options.separator}retrying in {left} s"))
        elif progress is not None:
            of = "" if progress.total is None else f" of {progress.total:,}"
            self._say(SafeText(f"{progress.jobs:,}{of} jobs"))
        else:
            self._say(SafeText("loading" + ("..." if self._display_options.ascii else "…")))

    def _say(self, text: SafeText) -> None:
        line = self.query_one("#progress", Static)
        if line.content != text:
            line.update(text)
