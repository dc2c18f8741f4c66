"""Looks at many jobs at once, and makes lists of what is found there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.reactive import reactive

from cgc_tui.domain.batches import SEARCH_WINDOW, Batch, find_batches, newest_first
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.batches import route_label, started_label
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.app_state import follow_app
from cgc_tui.tui.jobs.marking import Marking

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


class Overview(Marking):
    """Opens what shows many jobs at once: the failures by cause and the batches."""

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

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
        clock: Callable[[], datetime],
    ) -> None:
        """`platform` is its title, `web` its web address; `interval` is in seconds, 0 for no refresh.

        `last_user` stands for whom the platform takes the token's owner for, until it has said so.
        """
        super().__init__(client, query=query, interval=interval, web=web, clock=clock)
        self.platform = platform
        self.last_user = last_user
        self.set_reactive(Overview.display_options, display)

    def on_mount(self) -> None:
        """Follow the app."""
        follow_app(self, display_options="display_options", user="user", interval="refresh_interval")

    def action_failures(self) -> None:
        """Show why jobs of this list failed; the jobs of one cause become a list of their own."""
        from cgc_tui.tui.failures.screen import FailuresScreen

        def chosen(results: ResultSet | None) -> None:
            if results is not None:
                self.show_results(results)

        screen = FailuresScreen(
            self.client,
            self.job_query,
            self.results if self.job_query.among else None,
            platform=self.platform,
            clock=self.clock,
        )
        self.app.push_screen(screen, chosen)

    def action_batches(self) -> None:
        """Choose a batch; its jobs become a list of their own."""
        if self.results is not None and self.job_query.among is not None:
            query = replace(self.job_query, states=(), offset=0)
            jobs = self.results.filter(query)
            page = JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.results.as_of)
            self._offer_batches(find_batches(jobs), page)
        else:
            self._search_batches(SEARCH_WINDOW)

    def _search_batches(self, max_jobs: int, *, job_id: str | None = None) -> None:
        """Look for batches among the first jobs, or all where the list is not in the order of time.

        The batch with the job `job_id` is shown at once; without it the batches are offered.
        """
        from cgc_tui.tui.dialogs.loading import LoadAllDialog

        def take(page: JobPage | None) -> None:
            if page is None:
                return
            if page.more and not newest_first(page.jobs):
                self._search_batches(sys.maxsize)
                return
            found_batches = find_batches(page.jobs, complete=not page.more)
            matching = [batch for batch in found_batches if any(job.id == job_id for job in batch.jobs)]
            if matching:
                self._show_batch(matching[0], page)
            else:
                self._offer_batches(found_batches, page)

        query = replace(self.job_query, states=(), offset=0)
        heading = sanitize(
            f"Looking for batches{self.display_options.separator}"
            f"{describe_query(query, self.display_options)}"
        )
        screen = LoadAllDialog(
            self.client,
            query,
            heading=heading,
            display=self.display_options,
            clock=self.clock,
            max_jobs=max_jobs,
        )
        self.app.push_screen(screen, take)

    def _offer_batches(self, offered: Sequence[Batch], page: JobPage) -> None:
        """Let one of the batches among these jobs be chosen; of one that may go on the rest is read first."""
        from cgc_tui.tui.batches.picker import ALL, BatchPicker

        def chosen(index: int | None) -> None:
            if index is None:
                return
            if index == ALL:
                self._search_batches(sys.maxsize)
            elif offered[index].may_continue:
                self._search_batches(sys.maxsize, job_id=offered[index].jobs[0].id)
            else:
                self._show_batch(offered[index], page)

        self.app.push_screen(
            BatchPicker(offered, page, display=self.display_options, now=self.clock()), chosen
        )

    def _show_batch(self, batch: Batch, page: JobPage) -> None:
        """Make a batch that was found among these jobs a list of its own."""
        title = (
            f"batch of {started_label(batch, self.display_options, self.clock())} "
            f"{route_label(batch, self.display_options)}"
        )
        origin = ResultOrigin(sanitize(title), self.job_query, len(page.jobs), page.total, page.received_at)
        self.show_results(ResultSet(origin, batch.jobs))
