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

    look: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(
        self,
        client: PlatformClient,
        *,
        platform: str,
        last_user: SafeText | None,
        web: str | None,
        query: JobQuery,
        every: float,
        look: DisplayOptions,
        clock: Callable[[], datetime],
    ) -> None:
        """`platform` is its title, `web` its web address; `every` is in seconds, 0 for no refresh.

        `last_user` stands for whom the platform takes the token's owner for, until it has said so.
        """
        super().__init__(client, query=query, every=every, web=web, clock=clock)
        self.platform = platform
        self.last_user = last_user
        self.set_reactive(Overview.look, look)

    def on_mount(self) -> None:
        """Follow the app."""
        follow_app(self, look="display_options", user="user", every="refresh_interval")

    def action_failures(self) -> None:
        """Show why jobs of this list failed; the jobs of one cause become a list of their own."""
        from cgc_tui.tui.failures.screen import FailuresScreen

        def chosen(found: ResultSet | None) -> None:
            if found is not None:
                self.show_found(found)

        screen = FailuresScreen(
            self.client,
            self.wanted,
            self.found if self.wanted.among else None,
            platform=self.platform,
            clock=self.clock,
        )
        self.app.push_screen(screen, chosen)

    def action_batches(self) -> None:
        """Choose a batch; its jobs become a list of their own."""
        if self.found is not None and self.wanted.among is not None:
            query = replace(self.wanted, states=(), offset=0)
            jobs = self.found.filter(query)
            page = JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.found.as_of)
            self._offer_batches(find_batches(jobs), page)
        else:
            self._search_batches(SEARCH_WINDOW)

    def _search_batches(self, most: int, *, of: str | None = None) -> None:
        """Look for batches among the first jobs, or all where the list is not in the order of time.

        The batch `of` a job is shown at once, any other is offered.
        """
        from cgc_tui.tui.dialogs.loading import ReadAll

        def came(page: JobPage | None) -> None:
            if page is None:
                return
            if page.more and not newest_first(page.jobs):
                self._search_batches(sys.maxsize)
                return
            found = find_batches(page.jobs, complete=not page.more)
            wanted = [batch for batch in found if any(job.id == of for job in batch.jobs)]
            if wanted:
                self._show_batch(wanted[0], page)
            else:
                self._offer_batches(found, page)

        query = replace(self.wanted, states=(), offset=0)
        what = sanitize(f"Looking for batches{self.look.separator}{describe_query(query, self.look)}")
        screen = ReadAll(self.client, query, what=what, look=self.look, clock=self.clock, most=most)
        self.app.push_screen(screen, came)

    def _offer_batches(self, offered: Sequence[Batch], page: JobPage) -> None:
        """Let one of the batches among these jobs be chosen; of one that may go on the rest is read first."""
        from cgc_tui.tui.batches.picker import ALL, BatchDialog

        def chosen(place: int | None) -> None:
            if place is None:
                return
            if place == ALL:
                self._search_batches(sys.maxsize)
            elif offered[place].may_continue:
                self._search_batches(sys.maxsize, of=offered[place].jobs[0].id)
            else:
                self._show_batch(offered[place], page)

        self.app.push_screen(BatchDialog(offered, page, look=self.look, now=self.clock()), chosen)

    def _show_batch(self, batch: Batch, page: JobPage) -> None:
        """Make a batch that was found among these jobs a list of its own."""
        what = f"batch of {started_label(batch, self.look, self.clock())} {route_label(batch, self.look)}"
        search = ResultOrigin(sanitize(what), self.wanted, len(page.jobs), page.total, page.received_at)
        self.show_found(ResultSet(search, batch.jobs))
