"""Hands over all jobs of a list, whatever kind of list it is, and finds among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cgc_tui.domain.queries import JobPage, JobQuery, Search
from cgc_tui.domain.result_set import Found
from cgc_tui.domain.search import needle
from cgc_tui.domain.text import Clean, clean
from cgc_tui.formatting.lists import filters
from cgc_tui.tui.watch.flow import Watching


class Gathering(Watching):
    """A list whose jobs can be had all at once."""

    def gather(self, query: JobQuery, what: Clean, take: Callable[[JobPage], object]) -> None:
        """Hand over all jobs of a list as one page; nothing is handed over where that is stopped."""
        from cgc_tui.tui.dialogs.loading import ReadAll

        def came(page: JobPage | None) -> None:
            if page is not None:
                take(page)

        if self.found is not None and query.among == self.found.search:
            jobs = self.found.matching(query)
            take(JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.found.as_of))
        else:
            heading = clean(f"Reading {what}{self.look.dot}{filters(query, self.look)}")
            self.app.push_screen(
                ReadAll(self.client, query, what=heading, look=self.look, clock=self.clock), came
            )

    def find_everywhere(self, text: str) -> None:
        """Look in all jobs of the list; what is found becomes a list of its own."""
        looked_for = f'"{clean(text, most=40)}"'
        among = self.wanted.among
        query = replace(self.wanted, offset=0)

        def take(page: JobPage) -> None:
            jobs = needle(text).among(page.jobs)
            if (problem := needle(text).problem) is not None:
                self.notify(f"{looked_for}: {problem}.", severity="warning", markup=False)
                return
            what = f"{looked_for} in {filters(query, self.look)}" if query.filtered else looked_for
            count = len(page.jobs) + page.unreadable
            within = among.within if among is not None else self.wanted
            search = Search(clean(what), within, len(page.jobs), count, page.received_at)
            self.show_found(Found(search, jobs))

        self.gather(query, clean(f"all jobs to find {looked_for}"), take)
