"""Hands over all jobs of a list, whatever kind of list it is, and finds among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.watch.flow import Watching


class Gathering(Watching):
    """A list whose jobs can be had all at once."""

    def gather(self, query: JobQuery, what: SafeText, take: Callable[[JobPage], object]) -> None:
        """Hand over all jobs of a list as one page; nothing is handed over where that is stopped."""
        from cgc_tui.tui.dialogs.loading import ReadAll

        def came(page: JobPage | None) -> None:
            if page is not None:
                take(page)

        if self.found is not None and query.among == self.found.origin:
            jobs = self.found.filter(query)
            take(JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.found.as_of))
        else:
            heading = sanitize(f"Reading {what}{self.look.separator}{describe_query(query, self.look)}")
            self.app.push_screen(
                ReadAll(self.client, query, what=heading, look=self.look, clock=self.clock), came
            )

    def find_everywhere(self, text: str) -> None:
        """Look in all jobs of the list; what is found becomes a list of its own."""
        looked_for = f'"{sanitize(text, max_chars=40)}"'
        among = self.wanted.among
        query = replace(self.wanted, offset=0)

        def take(page: JobPage) -> None:
            jobs = search_pattern(text).filter(page.jobs)
            if (problem := search_pattern(text).error) is not None:
                self.notify(f"{looked_for}: {problem}.", severity="warning", markup=False)
                return
            what = f"{looked_for} in {describe_query(query, self.look)}" if query.is_filtered else looked_for
            count = len(page.jobs) + page.unreadable
            within = among.within if among is not None else self.wanted
            search = ResultOrigin(sanitize(what), within, len(page.jobs), count, page.received_at)
            self.show_found(ResultSet(search, jobs))

        self.gather(query, sanitize(f"all jobs to find {looked_for}"), take)
