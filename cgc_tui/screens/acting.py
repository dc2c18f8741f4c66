"""Does something with many jobs at once: the marked ones, or all of the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cgc_tui.found import Found
from cgc_tui.models import ImportJob, JobPage, JobQuery, JobState, Search
from cgc_tui.needle import needle
from cgc_tui.retry import Run
from cgc_tui.screens.overview import Overview
from cgc_tui.screens.read_all import ReadAll
from cgc_tui.screens.retry import RetryScreen
from cgc_tui.text import Clean, clean
from cgc_tui.view import filters

READ_ONLY = "Nothing is changed on the platform: cgc-tui runs read-only. Start it with --write to allow it."


class Acting(Overview):
    """The owner of the retries that were sent from here."""

    def __init__(self, *list_: Any, writer: str | None, **more: Any) -> None:
        """`writer` is the profile that may change what is on the platform, None where none may."""
        super().__init__(*list_, **more)
        self._writer = writer
        self._runs: list[Run] = []

    def action_retry(self) -> None:
        """Plan to start the marked jobs again, or all failed ones of the list."""
        if self._writer is None:
            self.notify(READ_ONLY, severity="warning", markup=False)
        elif self.marks:
            self._retry(tuple(self.marks.jobs.values()), Clean(f"{len(self.marks):,} marked jobs"))
        else:
            query = replace(self.wanted, states=(JobState.FAILED,), offset=0)
            what = clean(f"all failed jobs{self.look.dot}{filters(replace(query, states=()), self.look)}")
            self.gather(query, what, lambda page: self._retry(page.jobs, what))

    def _retry(self, jobs: tuple[ImportJob, ...], what: Clean) -> None:
        if self._writer is None:
            return
        screen = RetryScreen(
            self.client,
            jobs,
            self._runs,
            what=what,
            platform=self.platform,
            profile=self._writer,
            user=self.user,
            every=self.every,
            look=self.look,
            clock=self.clock,
        )
        self.app.push_screen(screen)

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

        what = clean(f"all jobs to find {looked_for}{self.look.dot}{filters(query, self.look)}")
        self.gather(query, what, take)

    def gather(self, query: JobQuery, what: Clean, take: Callable[[JobPage], None]) -> None:
        """Hand over all jobs of a list as one page; nothing is handed over where that is stopped."""

        def came(page: JobPage | None) -> None:
            if page is not None:
                take(page)

        if self.found is not None and query.among == self.found.search:
            jobs = self.found.matching(query)
            take(JobPage(query, jobs, len(jobs), False, query.limit, received_at=self.found.as_of))
        else:
            heading = clean(f"Reading {what}")
            self.app.push_screen(
                ReadAll(self.client, query, what=heading, look=self.look, clock=self.clock), came
            )
