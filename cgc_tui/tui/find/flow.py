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

    def all_jobs(self, query: JobQuery, subject: SafeText, take: Callable[[JobPage], object]) -> None:
        """Hand over all jobs of a list as one page; nothing is handed over where that is stopped."""
        from cgc_tui.tui.dialogs.loading import LoadAllDialog

        def take_page(page: JobPage | None) -> None:
            if page is not None:
                take(page)

        if self.results is not None and query.among == self.results.origin:
            jobs = self.results.filter(query)
            take(JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.results.as_of))
        else:
            heading = sanitize(
                f"Reading {subject}{self.display_options.separator}"
                f"{describe_query(query, self.display_options)}"
            )
            self.app.push_screen(
                LoadAllDialog(
                    self.client, query, heading=heading, display=self.display_options, clock=self.clock
                ),
                take_page,
            )

    def search_all_pages(self, text: str) -> None:
        """Look in all jobs of the list; what is found becomes a list of its own."""
        quoted = f'"{sanitize(text, max_chars=40)}"'
        among = self.job_query.among
        query = replace(self.job_query, offset=0)

        def take(page: JobPage) -> None:
            jobs = search_pattern(text).filter(page.jobs)
            if (problem := search_pattern(text).error) is not None:
                self.notify(f"{quoted}: {problem}.", severity="warning", markup=False)
                return
            title = (
                f"{quoted} in {describe_query(query, self.display_options)}" if query.is_filtered else quoted
            )
            count = len(page.jobs) + page.unreadable
            within = among.within if among is not None else self.job_query
            origin = ResultOrigin(sanitize(title), within, len(page.jobs), count, page.received_at)
            self.show_results(ResultSet(origin, jobs))

        self.all_jobs(query, sanitize(f"all jobs to find {quoted}"), take)
