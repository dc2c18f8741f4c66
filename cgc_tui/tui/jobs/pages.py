"""The keys that say which jobs are wanted, and how often: pages, tabs, filter, refresh."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.paging import first_page, last_page, next_page, previous_page
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.jobs.found_list import FoundList
from cgc_tui.tui.jobs.waiting import ASKING


class Pages(FoundList):
    """A list that can be turned, narrowed and refreshed."""

    def action_reload(self) -> None:
        """Ask the platform now, also in the middle of a wait."""
        self.notice = ASKING
        self.load(by_user=True)

    def action_next_page(self) -> None:
        """Turn to the next page of the one that is wanted."""
        if self.page is None:
            return
        pending = self.job_query != self.page.query
        next_query = replace(self.job_query, offset=self.job_query.offset + self.job_query.limit)
        total = self.page.total
        if pending and (total is None or next_query.offset < total):
            self.job_query = next_query
        elif not pending and (query := next_page(self.page)) is not None:
            self.job_query = query

    def action_previous_page(self) -> None:
        """Turn to the page before."""
        self.job_query = previous_page(self.job_query) or self.job_query

    def action_first_page(self) -> None:
        """Turn to the first page."""
        self.job_query = first_page(self.job_query)

    def action_last_page(self) -> None:
        """Turn to the last page, where the platform tells how many there are."""
        if self.page is not None and self.page.total is not None:
            self.job_query = last_page(self.job_query, self.page.total)
        else:
            self.notify("The platform does not say how many jobs there are; ] goes on.", markup=False)

    def action_state(self, state: str) -> None:
        """Show the jobs in a state, or in all."""
        self.show_states((state,) if state else ())

    def action_filter(self) -> None:
        """Ask what to show."""
        from cgc_tui.tui.jobs.filter_dialog import FilterDialog

        def chosen(query: JobQuery | None) -> None:
            if query is not None:
                self.job_query = query

        self.app.push_screen(FilterDialog(self.client, self.job_query), chosen)

    def show_states(self, states: tuple[str, ...]) -> None:
        """Show the jobs in these states, from the first page on; none means all."""
        self.job_query = replace(self.job_query, states=states, offset=0)

    def action_pause(self) -> None:
        """Stop or resume the refreshes."""
        self.paused = not self.paused
